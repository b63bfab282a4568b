// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_RUN_DIR_H
#define REDIS_INIT_RUN_DIR_H

#include <sys/types.h>

#include "failure.h"

/*
 * As root: makes `path` (its parent must be there) and gives it to uid:gid with mode 0700. A folder
 * that was there is taken over only if it is empty or holds nothing but redis-init's own files, so
 * that a mistaken run_dir=/tmp loses nothing. A failure leaves *failure filled (EX_CANTCREAT); with
 * conf=auto the caller goes on without the folder.
 */
bool run_dir_prepare(const char *path, uid_t uid, gid_t gid, struct failure *failure) MUST_CHECK;

#endif
