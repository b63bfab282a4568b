// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_ANSWER_H
#define REDIS_INIT_AUDIT_ANSWER_H

#include "audit_client.h"
#include "server_answer.h"

/* The entries of ACL LOG that are asked for: no older one can change any more, since the server
 * looks for one to count up among ten (acl.c, addACLLogEntry()). */
#define AUDIT_ENTRIES_MAX 10

/* The most that is read of one answer, in bytes. Who has not authenticated sends no word of more
 * than 16 KiB, or 64 KiB in an inline command (networking.c, processMultibulkBuffer() and
 * PROTO_INLINE_MAX_SIZE), so that ten entries of his fit. */
#define AUDIT_ANSWER_MAX 1048576

/* An entry of ACL LOG. What the server did not say is -1, or empty. */
struct audit_entry {
    struct audit_text reason;  /* "auth", "command", "key", "channel" ... */
    struct audit_text context; /* "toplevel", "multi", "lua" ... */
    struct audit_text object;  /* what was refused: a command, a key, a channel */
    struct audit_text user;
    struct audit_client client;
    long long count;
    long long id;      /* Redis 7.2 and later, Valkey */
    long long updated; /* milliseconds since 1970; likewise */
    double age;        /* seconds since then */
};

struct audit_log {
    struct audit_entry entries[AUDIT_ENTRIES_MAX]; /* the newest first */
    size_t count;
};

/* What is taken from one answer; either may be NULL. */
typedef void audit_take(const char *text, size_t length, void *context);
struct audit_want {
    struct audit_log *log; /* of ACL LOG */
    audit_take *take;      /* is given a text, of INFO or CLIENT LIST, which is not kept */
    void *context;
};

/* hiredis's parser with objects of our own: nothing is allocated but its buffer, which holds an
 * answer's longest word, and is given back when it was large. */
struct audit_reader;

/* NULL when there is no memory. */
struct audit_reader *audit_reader_new(void);
void audit_reader_free(struct audit_reader *reader);

/* Takes bytes that came; false when they are too many for one answer (AUDIT_ANSWER_MAX), or there
 * is no memory. */
bool audit_reader_feed(struct audit_reader *reader, const char *bytes, size_t length);

/* The next answer of what was fed; of an error, its first bytes are in error->text. ANSWER_BAD:
 * that is not the protocol of Redis. */
struct audit_error {
    bool is_error;
    char text[64];
};
enum answer_state audit_reader_next(struct audit_reader *reader, const struct audit_want *want,
                                    struct audit_error *error);

#endif
