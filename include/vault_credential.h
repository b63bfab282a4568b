// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_CREDENTIAL_H
#define REDIS_INIT_VAULT_CREDENTIAL_H

#include <stddef.h>

#include "failure.h"

/* The longest token, role id or secret id, in bytes: a server takes headers of 16 KiB in all, and
 * seldom more (nginx 8 KiB, Go 1 MiB). */
#define CREDENTIAL_MAX 16384

/* What opens Vault or Kubernetes, in libsodium's guarded memory: printable ASCII without spaces, so
 * that it can stand in a header. Opaque, so that no log or error text can be handed one. */
struct credential;

/*
 * Reads a regular file, through the symlinks of a projected volume; white space around it is left
 * out. `option` is what errors call the file. The caller frees. NULL on failure: EX_NOINPUT when it
 * can't be read or holds no such thing, EX_OSERR.
 */
struct credential *credential_read(const char *path, const char *option,
                                   struct failure *failure) MUST_CHECK;

/* A copy of what `source` gave; the caller frees. NULL when it is no such thing (EX_UNAVAILABLE),
 * or EX_OSERR. */
struct credential *credential_of(const char *bytes, size_t length, const char *source,
                                 struct failure *failure) MUST_CHECK;

/* Wipes and releases; NULL is fine. */
void credential_free(struct credential *credential);

/* With a NUL behind it; valid until credential_free(). */
const char *credential_text(const struct credential *credential);

/* Whether a text that a server said repeats CREDENTIAL_RUN bytes in a row of `bytes` (all of them
 * when they are fewer): then it is not told. False for NULL. */
#define CREDENTIAL_RUN 16
bool credential_is_repeated(const char *text, const char *bytes, size_t length);

#endif
