// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_REPLY_READER_H
#define REDIS_INIT_REPLY_READER_H

#include <hiredis/read.h>
#include <stdbool.h>
#include <stddef.h>

#include "server_answer.h"

/*
 * hiredis's parser, with objects of one's own: nothing is allocated for an answer but its buffer,
 * which is given back when it was large.
 */
struct reply_reader {
    redisReader *reader; /* owned */
    redisReplyObjectFunctions functions;
    size_t fed;   /* bytes */
    size_t limit; /* the most of them */
};

/* What makes the objects; each must return something that is not NULL, or hiredis takes it for
 * failed. create_number may be NULL. Both find `owner` in the task's privdata. */
struct reply_objects {
    void *(*create_text)(const redisReadTask *task, char *text, size_t length);
    void *(*create_number)(const redisReadTask *task, long long number);
    void *owner;
    size_t limit; /* bytes */
};

/* hiredis keeps its address, which has to stay. False when there is no memory. */
bool reply_reader_open(struct reply_reader *reader, const struct reply_objects *objects);
void reply_reader_close(struct reply_reader *reader);

/* Takes bytes that came; false when they are more than the limit, or there is no memory. */
bool reply_reader_feed(struct reply_reader *reader, const char *bytes, size_t length);

/* The next answer of what was fed, and what stands for it. */
enum answer_state reply_reader_next(struct reply_reader *reader, void **object);

#endif
