// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_OVERLAP_H
#define REDIS_INIT_OVERLAP_H

#include <stddef.h>
#include <sys/types.h>

#include "acl_rules.h"
#include "failure.h"

/* A password that the server takes, or may take, and that its settings do not have. */
struct overlap_entry {
    char *user;
    char hash[ACL_HASH_LENGTH + 1];
    long long until; /* milliseconds of CLOCK_BOOTTIME, which no one can set */
};

/*
 * run_dir/overlap: what is to be taken from the server later. It is written before the server is
 * told of a password, so that there is none that nobody knows of, whenever `redis-init reload` is
 * killed. All zeros is an empty one.
 */
struct overlap {
    struct overlap_entry *list; /* owned */
    size_t count;
    bool is_open; /* a reload began to tell the server, and has not ended */
};

/* Now, as `until` counts. */
long long overlap_clock(void);

/* Adds it, unless it is there already: then its time stays what it was. EX_OSERR. */
bool overlap_add(struct overlap *overlap, const char *user, size_t user_length, const char *hash,
                 long long until, struct failure *failure) MUST_CHECK;

void overlap_remove(struct overlap *overlap, size_t index);

/* The text of it, a line each. EX_CONFIG: that is none; EX_OSERR: there is no memory. */
bool overlap_parse(struct overlap *overlap, const char *bytes, size_t length,
                   struct failure *failure) MUST_CHECK;
size_t overlap_print(char *out, size_t size, const struct overlap *overlap);

/* From and to run_dir; an empty one that is not open has no file. EX_CONFIG, EX_OSERR,
 * EX_CANTCREAT.
 */
bool overlap_read(struct overlap *overlap, const char *run_dir, uid_t uid,
                  struct failure *failure) MUST_CHECK;
bool overlap_write(const struct overlap *overlap, const char *run_dir,
                   struct failure *failure) MUST_CHECK;

/* At a start, when the server knows no old password. */
void overlap_forget(const char *run_dir);

void overlap_free(struct overlap *overlap);

#endif
