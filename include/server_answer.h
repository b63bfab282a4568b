// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SERVER_ANSWER_H
#define REDIS_INIT_SERVER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

/* The most that is read of all answers together, in bytes: INFO replication has less than 100 for
 * each replica. */
#define ANSWERS_MAX 65536

enum answer_kind { ANSWER_STATUS, ANSWER_ERROR, ANSWER_TEXT, ANSWER_OTHER };

/* One answer of the server. The text is neither trusted nor safe to print: what a server says of
 * an unknown command has its arguments in it. */
struct server_answer {
    enum answer_kind kind;
    char text[ANSWERS_MAX + 1]; /* NUL-ended; empty for ANSWER_OTHER */
    size_t length;
};

/* hiredis's parser, with objects of our own: nothing is allocated for an answer but its buffer. */
struct answer_reader;

/* NULL when there is no memory. */
struct answer_reader *answer_reader_new(void);
void answer_reader_free(struct answer_reader *reader);

/* Takes bytes that came; false when they are too many (ANSWERS_MAX), or there is no memory. */
bool answer_reader_feed(struct answer_reader *reader, const char *bytes, size_t length);

enum answer_state { ANSWER_WHOLE, ANSWER_INCOMPLETE, ANSWER_BAD };

/* The next answer of what was fed. ANSWER_BAD: that is not the protocol of Redis. */
enum answer_state answer_reader_next(struct answer_reader *reader, struct server_answer *answer);

#endif
