// SPDX-License-Identifier: Apache-2.0
#include "reply_reader.h"

/* hiredis calls it for a part of an answer when the rest is none. */
static void free_nothing(void *object)
{
    (void)object;
}

bool reply_reader_open(struct reply_reader *reader, const struct reply_objects *objects)
{
    *reader = (struct reply_reader){.limit = objects->limit};
    reader->functions.createString = objects->create_text;
    reader->functions.createInteger = objects->create_number;
    reader->functions.freeObject = free_nothing;
    reader->reader = redisReaderCreateWithFunctions(&reader->functions);
    if (reader->reader == NULL)
        return false;
    reader->reader->privdata = objects->owner;
    return true;
}

void reply_reader_close(struct reply_reader *reader)
{
    redisReaderFree(reader->reader);
    reader->reader = NULL;
}

bool reply_reader_feed(struct reply_reader *reader, const char *bytes, size_t length)
{
    reader->fed += length;
    return reader->fed <= reader->limit &&
           redisReaderFeed(reader->reader, bytes, length) == REDIS_OK;
}

enum answer_state reply_reader_next(struct reply_reader *reader, void **object)
{
    *object = NULL;
    if (redisReaderGetReply(reader->reader, object) != REDIS_OK)
        return ANSWER_BAD;
    return *object != NULL ? ANSWER_WHOLE : ANSWER_INCOMPLETE;
}
