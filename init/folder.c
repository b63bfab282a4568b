// SPDX-License-Identifier: Apache-2.0
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX (PATH_MAX / 2) /* of a path: each step takes a name and a slash */
#define LINKS_MAX 40             /* as in the kernel: path_resolution(7) */

/* A sticky folder lets others add names, but not take a name that is root's or the caller's. */
static bool others_may_rename(const struct stat *status)
{
    return (status->st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status->st_mode & S_ISVTX) == 0;
}

static bool is_roots_alone(const struct stat *status)
{
    return status->st_uid == 0 && !others_may_rename(status);
}

/* Closes `folder`; errno stays. */
static void leave(int folder)
{
    int error = errno;
    (void)close(folder);
    errno = error;
}

static int walk(int folder, const char *path, int links);

/*
 * A step that is a symlink: root's own, in a folder of root's, is what an administrator made. What
 * it says is walked like the path itself: the kernel would follow a user's link behind it.
 */
static int follow_link(int folder, const char *name, const struct stat *link, int links)
{
    struct stat status;
    char target[PATH_MAX];
    if (fstat(folder, &status) < 0)
        return -1;
    if (link->st_uid != 0 || !is_roots_alone(&status) || links == LINKS_MAX) {
        errno = ELOOP;
        return -1;
    }
    ssize_t length = readlinkat(folder, name, target, sizeof(target) - 1);
    if (length < 0)
        return -1;
    target[length] = '\0';
    return walk(openat(folder, *target == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC),
                target, links + 1);
}

/* Takes over `folder`. */
static int step(int folder, const char *name, int links)
{
    struct stat status;
    int next = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (next >= 0 && fstat(next, &status) == 0 && S_ISLNK(status.st_mode)) {
        leave(next);
        next = follow_link(folder, name, &status, links);
    }
    leave(folder);
    return next;
}

#define NAME_SIZE (NAME_MAX + 2) /* a byte too many for the kernel, which then says so */

/* Copies the next name of *path, which moves behind it; false at the end. */
static bool next_name(const char **path, char name[NAME_SIZE])
{
    *path += strspn(*path, "/");
    size_t length = strcspn(*path, "/");
    if (length == 0)
        return false;
    size_t kept = length < NAME_SIZE ? length : NAME_SIZE - 1;
    *(char *)mempcpy(name, *path, kept) = '\0';
    *path += length;
    return true;
}

/* Takes over `folder`. */
static int walk(int folder, const char *path, int links)
{
    char name[NAME_SIZE];
    while (folder >= 0 && next_name(&path, name))
        folder = step(folder, name, links);
    return folder;
}

static bool is_root_folder(int folder)
{
    struct stat status;
    struct stat root;
    return fstat(folder, &status) == 0 && stat("/", &root) == 0 && status.st_dev == root.st_dev &&
           status.st_ino == root.st_ino;
}

static bool is_link(int parent, const char *name)
{
    struct stat status;
    return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
}

static int open_last(int parent, const char *name)
{
    if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
        return -1;
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) { /* O_DIRECTORY makes ENOTDIR of a link */
        errno = errno == ENOTDIR && is_link(parent, name) ? ELOOP : errno;
        return -1;
    }
    if (!is_root_folder(folder))
        return folder;
    (void)close(folder);
    errno = EBUSY;
    return -1;
}

int folder_open_as_root(const char *path)
{
    char name[NAME_SIZE];
    char last[NAME_SIZE] = ".";
    int folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool first = true;
    while (folder >= 0 && next_name(&path, name)) {
        if (!first)
            folder = step(folder, last, 0);
        first = false;
        memcpy(last, name, sizeof(last));
    }
    if (folder < 0)
        return -1;
    int opened = open_last(folder, last);
    leave(folder);
    return opened;
}

bool folder_failure(const char *setting, const char *path, struct failure *failure)
{
    switch (errno) {
    case EBUSY:
        return failure_set(failure, EX_CANTCREAT, 0, "%s %s is the root folder, name another",
                           setting, path);
    case ELOOP:
        return failure_set(failure, EX_CANTCREAT, 0,
                           "%s %s can't be opened: a symbolic link leads there, name the folder",
                           setting, path);
    case ENOENT:
    case EROFS:
        return failure_set(failure, EX_CANTCREAT, errno,
                           "%s %s can't be made, mount a folder there", setting, path);
    default:
        return failure_set(failure, EX_CANTCREAT, errno, "%s %s can't be opened", setting, path);
    }
}

bool folder_is_private(int folder)
{
    struct stat status;
    bool is_private = true;
    int here = openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (int depth = 0; here >= 0 && is_private; depth++) {
        is_private = depth < DEPTH_MAX && fstat(here, &status) == 0 &&
                     (status.st_uid == 0 || status.st_uid == geteuid()) &&
                     !others_may_rename(&status);
        if (is_root_folder(here))
            break;
        int above = openat(here, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        (void)close(here);
        here = above;
    }
    if (here < 0)
        return false;
    (void)close(here);
    return is_private;
}
