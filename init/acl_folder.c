// SPDX-License-Identifier: Apache-2.0
#include "acl_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private_file.h"

#define FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Closes `run_dir`, which may be -1; errno stays. */
static int open_below(int run_dir)
{
    const int folder = run_dir >= 0 ? openat(run_dir, ACL_FOLDER_NAME, FOLDER_FLAGS) : -1;
    const int error = errno;
    if (run_dir >= 0)
        (void)close(run_dir);
    errno = error;
    return folder;
}

/* Nobody but root and the caller can put a file into it. */
static bool is_own(const struct stat *status)
{
    return status->st_uid == geteuid() && (status->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static int refuse(int folder)
{
    if (folder >= 0)
        (void)close(folder);
    return -1;
}

int acl_folder_make(const char *run_dir, unsigned long long *inode, struct failure *failure)
{
    struct stat status;
    const int above = open(run_dir, FOLDER_FLAGS);
    if (above >= 0 && mkdirat(above, ACL_FOLDER_NAME, 0700) < 0 && errno != EEXIST) {
        failure_set(failure, EX_CANTCREAT, errno, "%s/" ACL_FOLDER_NAME " can't be made", run_dir);
        return refuse(above);
    }
    const int folder = open_below(above);
    if (folder < 0 || fstat(folder, &status) < 0 || !is_own(&status)) {
        failure_set(failure, EX_CANTCREAT, 0,
                    "%s/" ACL_FOLDER_NAME " is no folder of uid %u's alone, remove it", run_dir,
                    geteuid());
        return refuse(folder);
    }
    *inode = status.st_ino;
    return folder;
}

int acl_folder_open(const char *run_dir, unsigned long long inode, struct failure *failure)
{
    struct stat status;
    const int above = open(run_dir, FOLDER_FLAGS);
    const int folder = inode != 0 ? open_below(above) : above;
    if (folder >= 0 &&
        (inode == 0 || (fstat(folder, &status) == 0 && is_own(&status) && status.st_ino == inode)))
        return folder;
    failure_set(failure, EX_NOINPUT, 0,
                "the folder of " ACL_NAME " in run_dir %s is not the server's any more, start anew",
                run_dir);
    return refuse(folder);
}
