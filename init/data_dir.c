// SPDX-License-Identifier: Apache-2.0
#include "data_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "stop_signal.h"

#define LOOK_UP_EVERY 256 /* entries between two looks at the clock and the signals */

struct walk {
    const struct data_dir *dir;
    const struct report *report;
    dev_t device;
    time_t next_progress;
    unsigned long seen;
    unsigned long given;
    unsigned long refused; /* chown said no: NFS, a read-only file system */
};

static time_t monotonic_seconds(void)
{
    struct timespec now;
    return clock_gettime(CLOCK_MONOTONIC, &now) == 0 ? now.tv_sec : 0;
}

static bool look_up(struct walk *walk, struct failure *failure)
{
    walk->seen++;
    if (walk->seen % LOOK_UP_EVERY != 0)
        return true;
    time_t now = monotonic_seconds();
    if (now >= walk->next_progress) {
        walk->next_progress = now + walk->dir->progress_seconds;
        report_line(walk->report, REPORT_NOTICE, "data_dir %s: %lu entries seen, %lu given to %u",
                    walk->dir->path, walk->seen, walk->given, walk->dir->uid);
    }
    return stop_signal_absent(failure);
}

/* A second name of a regular file may lie where the file is another's. */
static bool may_be_given(const struct walk *walk, const struct stat *status)
{
    return status->st_dev == walk->device &&
           (S_ISDIR(status->st_mode) || (S_ISREG(status->st_mode) && status->st_nlink == 1));
}

/* Judges and changes what the descriptor holds, so that the name may be swapped meanwhile. */
static void give_descriptor(struct walk *walk, int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0 || !may_be_given(walk, &status) || status.st_uid == walk->dir->uid)
        return;
    if (fchownat(fd, "", walk->dir->uid, walk->dir->gid, AT_EMPTY_PATH) == 0)
        walk->given++;
    else
        walk->refused++;
}

static void give_entry(struct walk *walk, int folder, const char *name)
{
    int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return; /* gone meanwhile, or not ours to see */
    give_descriptor(walk, fd);
    (void)close(fd);
}

static bool walk_folder(struct walk *walk, int folder, bool inside, struct failure *failure);

static bool enter_folder(struct walk *walk, int folder, const char *name, struct failure *failure)
{
    struct stat status;
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return true;
    bool same_device = fstat(fd, &status) == 0 && status.st_dev == walk->device;
    bool ok = !same_device || walk_folder(walk, fd, true, failure);
    (void)close(fd);
    return ok;
}

/* `inside` a folder of Redis's, whose folders are not entered. */
static bool is_redis(const struct walk *walk, const char *name, bool inside)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) /* whatever appenddirname says */
        return false;
    return inside ? data_names_has_inside(name) : data_names_has(walk->dir->names, name);
}

static bool visit(struct walk *walk, int folder, const char *name, bool inside,
                  struct failure *failure)
{
    struct stat status;
    if (!look_up(walk, failure))
        return false;
    if (!is_redis(walk, name, inside) || fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return true;
    const bool is_folder = S_ISDIR(status.st_mode);
    if (is_folder && (inside || !data_names_has_folder(walk->dir->names, name)))
        return true; /* a user's, whatever it is called */
    if (status.st_uid != walk->dir->uid)
        give_entry(walk, folder, name);
    return !is_folder || enter_folder(walk, folder, name, failure);
}

static bool walk_folder(struct walk *walk, int folder, bool inside, struct failure *failure)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    if (entries == NULL) {
        if (copy >= 0)
            (void)close(copy);
        return true; /* root may be kept out (NFS): the check as the uid decides */
    }
    bool ok = true;
    const struct dirent *entry;
    while (ok && (errno = 0, entry = readdir(entries)) != NULL)
        ok = visit(walk, folder, entry->d_name, inside, failure);
    if (ok && errno != 0)
        report_line(walk->report, REPORT_WARNING, "data_dir %s can't be read to its end: %s",
                    walk->dir->path, strerror(errno));
    (void)closedir(entries);
    return ok;
}

static bool give_all(struct walk *walk, int folder, struct failure *failure)
{
    struct stat status;
    if (fstat(folder, &status) < 0)
        return failure_set(failure, EX_CANTCREAT, errno, "data_dir %s can't be read",
                           walk->dir->path);
    walk->device = status.st_dev;
    walk->next_progress = monotonic_seconds() + walk->dir->progress_seconds;
    give_descriptor(walk, folder);
    if (!walk_folder(walk, folder, false, failure))
        return false;
    if (walk->refused > 0)
        report_line(walk->report, REPORT_DETAIL, "data_dir %s: %lu entries can't be given to %u",
                    walk->dir->path, walk->refused, walk->dir->uid);
    return true;
}

bool data_dir_prepare(const struct data_dir *dir, const struct report *report,
                      struct failure *failure)
{
    struct walk walk = {.dir = dir, .report = report};
    int folder = folder_open_as_root(dir->path);
    if (folder < 0 && errno == EACCES)
        return true; /* root without CAP_DAC_OVERRIDE: data_dir_check() decides, as the uid */
    if (folder < 0)
        return folder_failure("data_dir", dir->path, failure);
    bool ok = give_all(&walk, folder, failure);
    (void)close(folder);
    return ok;
}

bool data_dir_check(const char *path, struct failure *failure)
{
    if (faccessat(AT_FDCWD, path, R_OK | W_OK | X_OK, AT_EACCESS) == 0)
        return true;
    if (errno == EROFS)
        return failure_set(failure, EX_CANTCREAT, errno, "data_dir %s: mount it writable", path);
    return failure_set(failure, EX_CANTCREAT, errno,
                       "data_dir %s can't be used as uid %u, make it and give it to that uid", path,
                       geteuid());
}
