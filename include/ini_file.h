// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_INI_FILE_H
#define REDIS_INIT_INI_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "failure.h"

/* The largest ini, in bytes; a real one has some hundred. */
#define INI_FILE_MAX 65536

/*
 * One `key = value` of the file; `where` is "path:line". The line of a section itself comes with
 * key and value NULL. Returns false after filling *failure.
 */
typedef bool ini_entry(const char *section, const char *key, const char *value, const char *where,
                       void *context, struct failure *failure);

struct ini_found {
    bool found;
    bool is_cut;    /* it ends inside a line, as one that is being written may */
    bool read_only; /* mounted so: its owner can't change it from here */
    uid_t owner;
};

/*
 * Opens `path`, judges the open file (regular, not writable by group or others, at most
 * INI_FILE_MAX bytes) and hands each entry to `entry`, in order. In the section [redis.conf] a line
 * may also stand as redis.conf has it: `name value`. The first error is told: EX_CONFIG with
 * path:line; entries behind a line that is none may still come. An absent file is an error only if
 * `required`; *found tells.
 */
bool ini_file_read(const char *path, bool required, ini_entry *entry, void *context,
                   struct ini_found *found, struct failure *failure) MUST_CHECK;

/* The same over bytes in memory, for the tests and the fuzzer. */
bool ini_text_read(const char *text, size_t length, const char *name, ini_entry *entry,
                   void *context, struct failure *failure) MUST_CHECK;

#endif
