// SPDX-License-Identifier: Apache-2.0
#include "server_answer.h"

#include <hiredis/read.h>
#include <stdlib.h>
#include <string.h>

struct answer_reader {
    redisReader *reader;
    redisReplyObjectFunctions functions;
    struct server_answer *answer; /* where the one that is read goes */
    size_t fed;
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

/* hiredis calls it for a part of an answer when the rest is none. */
static void free_nothing(void *object)
{
    (void)object;
}

struct answer_reader *answer_reader_new(void)
{
    struct answer_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return NULL;
    reader->functions.createString = create_text;
    reader->functions.freeObject = free_nothing;
    reader->reader = redisReaderCreateWithFunctions(&reader->functions);
    if (reader->reader != NULL) {
        reader->reader->privdata = reader;
        return reader;
    }
    free(reader);
    return NULL;
}

void answer_reader_free(struct answer_reader *reader)
{
    if (reader == NULL)
        return;
    redisReaderFree(reader->reader);
    free(reader);
}

bool answer_reader_feed(struct answer_reader *reader, const char *bytes, size_t length)
{
    reader->fed += length;
    return reader->fed <= ANSWERS_MAX && redisReaderFeed(reader->reader, bytes, length) == REDIS_OK;
}

enum answer_state answer_reader_next(struct answer_reader *reader, struct server_answer *answer)
{
    void *object = NULL;
    reader->answer = answer;
    if (redisReaderGetReply(reader->reader, &object) != REDIS_OK)
        return ANSWER_BAD;
    if (object == NULL)
        return ANSWER_INCOMPLETE;
    if (object == answer)
        return ANSWER_WHOLE;
    answer->kind = ANSWER_OTHER;
    answer->length = 0;
    answer->text[0] = '\0';
    return ANSWER_WHOLE;
}
