// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_DATA_DIR_H
#define REDIS_INIT_DATA_DIR_H

#include <sys/types.h>

#include "data_names.h"
#include "failure.h"
#include "report.h"

struct data_dir {
    const char *path;
    uid_t uid;
    gid_t gid;
    const struct data_names *names; /* what in it is Redis's */
    unsigned progress_seconds;      /* between two lines that say how far it came */
};

/*
 * As root: makes the data folder when it is missing (its parent must be there) and gives it, and
 * Redis's own files in it, to uid:gid. Foreign files, symlinks, other file systems and files with a
 * second hard link are left as they are. A refused chown (NFS) is no failure here: data_dir_check()
 * tells whether the folder can be used. EX_CANTCREAT; 128 + n when a stop signal n came meanwhile.
 */
bool data_dir_prepare(const struct data_dir *dir, const struct report *report,
                      struct failure *failure) MUST_CHECK;

/* As the uid that the server will have: whether it can read and write the folder. EX_CANTCREAT. */
bool data_dir_check(const char *path, struct failure *failure) MUST_CHECK;

#endif
