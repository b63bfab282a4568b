// SPDX-License-Identifier: Apache-2.0
#include "server_answer.h"

#include <stdlib.h>
#include <string.h>

#include "reply_reader.h"

struct answer_reader {
    struct reply_reader reader;
    struct server_answer *answer; /* where the one that is read goes */
};

/* What an array, a number and so on leaves as its object is hiredis's own; this one is ours. */
static void *create_text(const redisReadTask *task, char *text, size_t length)
{
    struct answer_reader *reader = task->privdata;
    struct server_answer *answer = reader->answer;
    answer->kind = ANSWER_TEXT;
    if (task->type == REDIS_REPLY_STATUS)
        answer->kind = ANSWER_STATUS;
    else if (task->type == REDIS_REPLY_ERROR)
        answer->kind = ANSWER_ERROR;
    answer->length = length < ANSWERS_MAX ? length : ANSWERS_MAX;
    memcpy(answer->text, text, answer->length);
    answer->text[answer->length] = '\0';
    return answer;
}

struct answer_reader *answer_reader_new(void)
{
    struct answer_reader *reader = calloc(1, sizeof(*reader));
    const struct reply_objects objects = {create_text, NULL, reader, ANSWERS_MAX};
    if (reader == NULL || reply_reader_open(&reader->reader, &objects))
        return reader;
    free(reader);
    return NULL;
}

void answer_reader_free(struct answer_reader *reader)
{
    if (reader == NULL)
        return;
    reply_reader_close(&reader->reader);
    free(reader);
}

bool answer_reader_feed(struct answer_reader *reader, const char *bytes, size_t length)
{
    return reply_reader_feed(&reader->reader, bytes, length);
}

enum answer_state answer_reader_next(struct answer_reader *reader, struct server_answer *answer)
{
    void *object;
    reader->answer = answer;
    const enum answer_state state = reply_reader_next(&reader->reader, &object);
    if (state != ANSWER_WHOLE || object == answer)
        return state;
    answer->kind = ANSWER_OTHER;
    answer->length = 0;
    answer->text[0] = '\0';
    return ANSWER_WHOLE;
}
