// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_PRIVATE_FILE_H
#define REDIS_INIT_PRIVATE_FILE_H

#include <stddef.h>

#include "failure.h"

#define CONF_NAME "redis.conf"
#define ACL_NAME "users.acl"
#define ACL_FOLDER_NAME "users.acl.d"  /* where others can swap the aclfile */
#define ENVIRONMENT_NAME "environment" /* what `redis-init reload` goes by */
#define OVERLAP_NAME "overlap"         /* the old passwords that still hold */
#define AUDIT_NAME "audit"             /* what `redis-init audit` has said already */
#define LOCK_NAME "lock"               /* of `redis-init reload` */
#define NEW_SUFFIX ".new"              /* of a file that is not whole yet */

/*
 * Writes `bytes` as folder/name (one of the names above), mode 0600, owned by the caller: a new
 * file beside it (O_EXCL|O_NOFOLLOW), fsync, rename. The folder is made when it is missing. A
 * reader sees the old file or the new one, whole; on failure (EX_CANTCREAT) nothing half-written
 * stays.
 */
bool private_file_write(const char *folder, const char *name, const char *bytes, size_t length,
                        struct failure *failure) MUST_CHECK;

/* The same into an open folder; `path` names it in the failure. */
bool private_file_write_at(int folder, const char *path, const char *name, const char *bytes,
                           size_t length, struct failure *failure) MUST_CHECK;

struct private_file {
    int fd;       /* the file itself, to read; the caller closes it */
    bool by_path; /* whether its path is sure to lead the server to it */
};

/* The same, of a file that the server is to read. */
bool private_file_place(struct private_file *file, const char *folder, const char *name,
                        const char *bytes, size_t length, struct failure *failure) MUST_CHECK;

/* Makes the folder when it is missing; *by_path is as above, of any file in it. EX_CANTCREAT. */
bool private_file_judge(const char *folder, bool *by_path, struct failure *failure) MUST_CHECK;

/*
 * The same bytes in a sealed memfd that survives exec. Returns its descriptor, or -1 (EX_OSERR).
 */
int private_memfd(const char *name, const char *bytes, size_t length,
                  struct failure *failure) MUST_CHECK;

#endif
