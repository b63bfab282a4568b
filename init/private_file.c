// SPDX-License-Identifier: Apache-2.0
#include "private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "write_all.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* linux/memfd.h, since Linux 6.3 */
#endif

static int open_to_read(int fd)
{
    char path[32];
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* not by a name: proc(5) */
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Closes `fd`, whose late error of the disk (NFS, quota) counts. Returns one that can only read, or
 * -1 with errno. */
static int fill(int fd, const char *bytes, size_t length)
{
    bool ok = fchmod(fd, 0600) == 0 && write_all(fd, bytes, length) && fsync(fd) == 0;
    int readable = ok ? open_to_read(fd) : -1;
    int error = errno;
    if (close(fd) == 0 || readable < 0) {
        errno = error;
        return readable;
    }
    error = errno;
    (void)close(readable);
    errno = error;
    return -1;
}

/* A start that was killed midway may have left its new file: it is ours to remove. */
static int publish(int folder, const char *name, const char *bytes, size_t length)
{
    char new_name[64];
    (void)snprintf(new_name, sizeof(new_name), "%s" NEW_SUFFIX, name);
    if (unlinkat(folder, new_name, 0) < 0 && errno != ENOENT)
        return -1;
    int fd = openat(folder, new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    fd = fill(fd, bytes, length);
    if (fd >= 0 && renameat(folder, new_name, folder, name) == 0)
        return fd;
    int error = errno;
    if (fd >= 0)
        (void)close(fd);
    (void)unlinkat(folder, new_name, 0);
    errno = error;
    return -1;
}

/* Whether the path is the folder's own name, with no link on the way: then who may change neither
 * the folder nor one above it cannot make the path lead elsewhere. The server takes *, ? and [ in
 * the path of its conf for a pattern. */
static bool is_own_path(int folder, const char *path)
{
    char link[32];
    char own[PATH_MAX];
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
    const ssize_t length = readlink(link, own, sizeof(own));
    return length > 0 && (size_t)length == strlen(path) && memcmp(own, path, (size_t)length) == 0 &&
           strpbrk(path, "*?[") == NULL;
}

/* The folder's descriptor, or -1. */
static int open_folder(const char *path, struct failure *failure)
{
    if (mkdir(path, 0700) < 0 && errno != EEXIST) {
        failure_set(failure, EX_CANTCREAT, errno,
                    "run_dir %s can't be made, mount a writable folder there", path);
        return -1;
    }
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        failure_set(failure, EX_CANTCREAT, errno, "run_dir %s can't be opened", path);
    return folder;
}

/* The file's descriptor, to read, or -1. */
static int write_into(int folder, const char *path, const char *name, const char *bytes,
                      size_t length, struct failure *failure)
{
    const int fd = publish(folder, name, bytes, length);
    if (fd < 0)
        failure_set(failure, EX_CANTCREAT, errno, "%s can't be written into run_dir %s", name,
                    path);
    return fd;
}

bool private_file_write_at(int folder, const char *path, const char *name, const char *bytes,
                           size_t length, struct failure *failure)
{
    const int fd = write_into(folder, path, name, bytes, length, failure);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

bool private_file_write(const char *path, const char *name, const char *bytes, size_t length,
                        struct failure *failure)
{
    const int folder = open_folder(path, failure);
    if (folder < 0)
        return false;
    const bool ok = private_file_write_at(folder, path, name, bytes, length, failure);
    (void)close(folder);
    return ok;
}

static bool is_by_path(int folder, const char *path)
{
    return is_own_path(folder, path) && folder_is_private(folder);
}

bool private_file_place(struct private_file *file, const char *path, const char *name,
                        const char *bytes, size_t length, struct failure *failure)
{
    const int folder = open_folder(path, failure);
    if (folder < 0)
        return false;
    file->fd = write_into(folder, path, name, bytes, length, failure);
    file->by_path = is_by_path(folder, path);
    (void)close(folder);
    return file->fd >= 0;
}

bool private_file_judge(const char *path, bool *by_path, struct failure *failure)
{
    const int folder = open_folder(path, failure);
    if (folder < 0)
        return false;
    *by_path = is_by_path(folder, path);
    (void)close(folder);
    return true;
}

int private_memfd(const char *name, const char *bytes, size_t length, struct failure *failure)
{
    int fd = memfd_create(name, MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, MFD_ALLOW_SEALING);
    if (fd >= 0 && fchmod(fd, 0600) == 0 && write_all(fd, bytes, length) &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
        return fd;
    failure_set(failure, EX_OSERR, errno, "%s can't be kept in a memfd", name);
    if (fd >= 0)
        (void)close(fd);
    return -1;
}
