// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SECRET_H
#define REDIS_INIT_SECRET_H

#include <stddef.h>

#include "failure.h"

/* The longest password, in bytes. Redis 5 and 6.0 take 512 (CONFIG_AUTHPASS_MAX_LEN), later ones
 * any. */
#define SECRET_MAX 4096

/*
 * A password in libsodium's guarded memory: locked, left out of core dumps, between guard pages,
 * and wiped when it is freed. Opaque, so that no log or error text can be handed one.
 */
struct secret;

/* Readies libsodium; before any other call here, and before sodium_malloc(3). EX_OSERR. */
bool secret_memory_init(struct failure *failure) MUST_CHECK;

/* An empty secret; the caller frees it. NULL on failure (EX_OSERR). */
struct secret *secret_new(struct failure *failure) MUST_CHECK;

/* The hexadecimal digits of a fresh secret: two for each of 32 random bytes. */
#define SECRET_FRESH_LENGTH 64

/* Likewise, 256 random bits as SECRET_FRESH_LENGTH digits. */
struct secret *secret_fresh(struct failure *failure) MUST_CHECK;

/* Wipes and releases; NULL is fine. */
void secret_free(struct secret *secret);

/* The bytes, `*length` of them, followed by a NUL; valid until secret_free(). */
const char *secret_bytes(const struct secret *secret, size_t *length);

bool secret_equal(const struct secret *a, const struct secret *b);

/* Its SHA-256 as an aclfile has it: 64 lower-case digits and a NUL. */
#define SECRET_HASH_SIZE 65
void secret_hash(const struct secret *secret, char hash[SECRET_HASH_SIZE]);

/* Whether the text holds the secret; false for NULL, and for one of less than 8 bytes. */
bool secret_is_in(const struct secret *secret, const char *text, size_t length);

/* libsodium goes on where the memory that it gives can't be locked; here that is EX_OSERR. */
bool secret_lock(const void *memory, size_t size, struct failure *failure) MUST_CHECK;

/*
 * Takes the value of an environment variable or an argument and overwrites it with zeros, so that
 * /proc/PID/environ and cmdline no longer show it. `name` is what errors call it.
 * EX_DATAERR when it is too long, has a line break inside or begins with a byte-order mark.
 */
bool secret_take(struct secret *secret, char *value, const char *name,
                 struct failure *failure) MUST_CHECK;

/* The same of bytes that are left as they are: of any kind, a NUL among them too. */
bool secret_copy(struct secret *secret, const char *bytes, size_t length, const char *name,
                 struct failure *failure) MUST_CHECK;

/*
 * Reads a file: a regular one (through the symlinks of a Secret volume) or a FIFO that has a
 * writer, which has 2 s to deliver. One line end at the end, \n or \r\n, is not part of the
 * password. `name` is the setting that named the path. EX_NOINPUT when it cannot be read;
 * EX_DATAERR when others can write to it, when it is empty, longer than SECRET_MAX, or has a NUL, a
 * line break inside or a byte-order mark.
 */
bool secret_read_file(struct secret *secret, const char *path, const char *name,
                      struct failure *failure) MUST_CHECK;

/* The same from an open descriptor (standard input of `checkpass`), of which the mode is not
 * judged. */
bool secret_read_fd(struct secret *secret, int fd, const char *name,
                    struct failure *failure) MUST_CHECK;

#endif
