// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ENVIRONMENT_FILE_H
#define REDIS_INIT_ENVIRONMENT_FILE_H

#include "failure.h"

/* The settings of a start, and the paths that an orchestrator adds: 64 KiB have room for more. */
#define ENVIRONMENT_FILE_MAX 65536

/* Writes NULL-ended variables into run_dir/environment, each ended by a NUL, mode 0600.
 * EX_CANTCREAT; EX_OSERR when they are more than ENVIRONMENT_FILE_MAX bytes. */
bool environment_file_write(char *const *variables, const char *run_dir,
                            struct failure *failure) MUST_CHECK;

/*
 * Reads such a file as an environment. The open file is judged: a regular one of root's or the
 * caller's, which nobody else may write. NULL on failure: EX_NOINPUT, EX_OSERR. The caller frees
 * by one free().
 */
char **environment_file_read(const char *path, struct failure *failure) MUST_CHECK;

#endif
