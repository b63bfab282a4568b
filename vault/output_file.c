// SPDX-License-Identifier: Apache-2.0
#include "vault_output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vault_memory.h"
#include "write_all.h"

#define NEW_SUFFIX ".redis-vault-sync"

struct place {
    char folder[PATH_MAX];
    char name[NAME_MAX + 1];
    char new_name[NAME_MAX + 1];
};

static bool split(struct place *place, const char *path, struct failure *failure)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const size_t length = slash != NULL ? (size_t)(slash - path) : 0;
    if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return failure_set(failure, EX_CANTCREAT, 0, "--output: %s is no name of a file", path);
    if (length >= sizeof(place->folder) ||
        strlen(name) + sizeof(NEW_SUFFIX) > sizeof(place->new_name))
        return failure_set(failure, EX_CANTCREAT, ENAMETOOLONG, "--output can't be written");
    if (slash == NULL)
        (void)snprintf(place->folder, sizeof(place->folder), ".");
    else
        (void)snprintf(place->folder, sizeof(place->folder), "%.*s", length > 0 ? (int)length : 1,
                       path);
    (void)snprintf(place->name, sizeof(place->name), "%s", name);
    (void)snprintf(place->new_name, sizeof(place->new_name), "%s%s", name, NEW_SUFFIX);
    return true;
}

/* Whether the open file has these bytes and nothing behind them. */
static bool has_bytes(int fd, const char *bytes, size_t length)
{
    char *there = wiped_malloc(length + 1);
    size_t n = 0;
    ssize_t got = 1;
    while (there != NULL && n <= length && got > 0) {
        got = read(fd, there + n, length + 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    const bool same =
        there != NULL && got == 0 && n == length && sodium_memcmp(there, bytes, length) == 0;
    wiped_free(there);
    return same;
}

/* What is there already: *same tells whether nothing is to be done. */
static bool judge_present(int folder, const struct place *place, const char *path,
                          const char *bytes, size_t length, bool *same, struct failure *failure)
{
    struct stat status;
    *same = false;
    if (fstatat(folder, place->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return true;
    if (!S_ISREG(status.st_mode))
        return failure_set(failure, EX_CANTCREAT, 0,
                           "--output: %s is there and is not a regular file, name another", path);
    const int fd = openat(folder, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return true; /* another's, that is replaced */
    *same = fstat(fd, &status) == 0 && (status.st_mode & 07777) == 0600 &&
            status.st_uid == geteuid() && has_bytes(fd, bytes, length);
    (void)close(fd);
    return true;
}

/* Closes `fd`, whose late error of the disk (NFS, quota) counts. */
static bool fill(int fd, const char *bytes, size_t length)
{
    const bool ok = fchmod(fd, 0600) == 0 && write_all(fd, bytes, length) && fsync(fd) == 0;
    const int error = errno;
    if (close(fd) < 0)
        return false;
    errno = error;
    return ok;
}

#define LOCK_TRIES 500
#define LOCK_WAIT_MS 10

/* Two that write at once would take each other's new file away while it is half-written, and
 * publish it: one waits for the other, 5 s at most. Where a folder can't be locked (NFS), so it is.
 */
static bool lock(int folder)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(folder, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return true;
        (void)poll(NULL, 0, LOCK_WAIT_MS);
    }
    errno = EWOULDBLOCK;
    return false;
}

/* One that was killed midway may have left its new file: it is ours to remove. */
static bool publish(int folder, const struct place *place, const char *bytes, size_t length)
{
    if (!lock(folder) || (unlinkat(folder, place->new_name, 0) < 0 && errno != ENOENT))
        return false;
    const int fd =
        openat(folder, place->new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    if (fill(fd, bytes, length) && renameat(folder, place->new_name, folder, place->name) == 0)
        return true;
    const int error = errno;
    (void)unlinkat(folder, place->new_name, 0);
    errno = error;
    return false;
}

bool output_file_write(const char *path, const char *bytes, size_t length, bool *changed,
                       struct failure *failure)
{
    struct place place;
    bool same;
    *changed = false;
    if (!split(&place, path, failure))
        return false;
    const int folder = open(place.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return failure_set(failure, EX_CANTCREAT, errno,
                           "--output: %s can't be written, %s can't be opened", path, place.folder);
    bool ok = judge_present(folder, &place, path, bytes, length, &same, failure);
    if (ok && !same) {
        ok = publish(folder, &place, bytes, length) ||
             failure_set(failure, EX_CANTCREAT, errno, "--output: %s can't be written", path);
        *changed = ok;
    }
    (void)close(folder);
    return ok;
}
