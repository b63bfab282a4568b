// SPDX-License-Identifier: Apache-2.0
#include "run_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "secret.h"

/* What locked memory may be had for it; a start with a larger conf would have failed as well. */
#define FILE_MAX ((off_t)1 << 22)

static bool is_private_of(const struct stat *status, uid_t uid)
{
    return S_ISREG(status->st_mode) && status->st_uid == uid &&
           (status->st_mode & (S_IRWXG | S_IRWXO)) == 0 && status->st_size <= FILE_MAX;
}

/* Whether there is no such file for us; any other error, of the disk or of a limit, leaves open
 * what is in it. */
static bool is_absence(int error)
{
    return error == ENOENT || error == EACCES || error == ENOTDIR || error == ELOOP;
}

/* The bytes read, at most `size`; -1 with errno. */
static ssize_t read_all(int fd, char *bytes, size_t size)
{
    size_t length = 0;
    while (length < size) {
        const ssize_t n = read(fd, bytes + length, size - length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        length += (size_t)n;
    }
    return (ssize_t)length;
}

bool run_file_new(struct run_file *file, size_t length, struct failure *failure)
{
    file->bytes = sodium_malloc(length + 1);
    file->length = length;
    if (file->bytes == NULL)
        return failure_set(failure, EX_OSERR, errno,
                           "no locked memory for redis.conf, raise the limit (ulimit -l)");
    return secret_lock(file->bytes, length + 1, failure);
}

static bool fail_read(const char *name, struct failure *failure)
{
    return failure_set(failure, EX_OSERR, errno, "%s in run_dir can't be read", name);
}

static bool read_open(struct run_file *file, int fd, const char *name, size_t size,
                      struct failure *failure)
{
    if (!run_file_new(file, size, failure))
        return false;
    const ssize_t length = read_all(fd, file->bytes, size);
    if (length < 0)
        return fail_read(name, failure);
    file->length = (size_t)length;
    return true;
}

bool run_file_read_at(struct run_file *file, int folder, const char *name, uid_t uid, bool *found,
                      struct failure *failure)
{
    struct stat status;
    *file = (struct run_file){.bytes = NULL};
    *found = false;
    const int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return is_absence(errno) || fail_read(name, failure);
    bool ok = fstat(fd, &status) == 0 || fail_read(name, failure);
    *found = ok && is_private_of(&status, uid);
    ok = ok && (!*found || read_open(file, fd, name, (size_t)status.st_size, failure));
    (void)close(fd);
    if (!ok)
        run_file_free(file);
    return ok;
}

bool run_file_read(struct run_file *file, const char *run_dir, const char *name, uid_t uid,
                   bool *found, struct failure *failure)
{
    *file = (struct run_file){.bytes = NULL};
    *found = false;
    const int folder = open(run_dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return is_absence(errno) || fail_read(name, failure);
    const bool ok = run_file_read_at(file, folder, name, uid, found, failure);
    (void)close(folder);
    return ok;
}

bool run_file_edit(struct run_file *file, const struct conf_line *line,
                   const struct conf_value *value, struct failure *failure)
{
    struct run_file edited = {.bytes = NULL};
    const size_t size = conf_edit_replace(NULL, 0, file->bytes, file->length, line, value);
    if (!run_file_new(&edited, size, failure)) {
        run_file_free(&edited);
        return false;
    }
    (void)conf_edit_replace(edited.bytes, size, file->bytes, file->length, line, value);
    run_file_free(file);
    *file = edited;
    return true;
}

void run_file_free(struct run_file *file)
{
    sodium_free(file->bytes);
    *file = (struct run_file){.bytes = NULL};
}
