// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_OUTPUT_FILE_H
#define REDIS_INIT_VAULT_OUTPUT_FILE_H

#include <stddef.h>

#include "failure.h"

/*
 * Makes the file hold these bytes, mode 0600, owned by the caller: a new file beside it, fsync,
 * rename, so that a reader sees the old one or the new one, whole. *changed is false where it was
 * so before, and nothing was touched. EX_CANTCREAT, also where something else than a regular file
 * is there; nothing half-written stays.
 */
bool output_file_write(const char *path, const char *bytes, size_t length, bool *changed,
                       struct failure *failure) MUST_CHECK;

#endif
