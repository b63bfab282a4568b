// SPDX-License-Identifier: Apache-2.0
#include "run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "private_file.h"

#define LOCK_FLAGS (O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define PAUSE_MS 50

static int open_below(const char *run_dir)
{
    return open(run_dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_own(int lock)
{
    struct stat status;
    return fstat(lock, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
           (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/* Whether something else is there; any other error is of the disk or of a limit, and passes. */
static bool is_foreign(int error)
{
    return error == EACCES || error == EISDIR || error == ELOOP;
}

/* -1, with a failure. */
static int open_lock(const char *run_dir, struct failure *failure)
{
    const int folder = open_below(run_dir);
    if (folder < 0) {
        failure_set(failure, EX_NOINPUT, errno, "run_dir %s can't be opened", run_dir);
        return -1;
    }
    const int lock = openat(folder, LOCK_NAME, LOCK_FLAGS, 0600);
    const int error = errno;
    (void)close(folder);
    if (lock >= 0 && is_own(lock))
        return lock;
    if (lock >= 0 || is_foreign(error))
        failure_set(failure, EX_NOINPUT, 0,
                    "%s/" LOCK_NAME " is no file that uid %u alone can open, remove it", run_dir,
                    geteuid());
    else
        failure_set(failure, EX_CANTCREAT, error, "%s/" LOCK_NAME " can't be made", run_dir);
    if (lock >= 0)
        (void)close(lock);
    return -1;
}

/* flock(2) knows no deadline, and a timer's signal could come before it. False with errno. */
static bool wait_for(int lock, unsigned seconds)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    unsigned pauses = seconds * (1000 / PAUSE_MS);
    while (flock(lock, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK || pauses-- == 0)
            return false;
        (void)nanosleep(&pause, NULL);
    }
    return true;
}

bool run_lock_take(const char *run_dir, unsigned seconds, struct failure *failure)
{
    const int lock = open_lock(run_dir, failure);
    if (lock < 0)
        return false;
    if (wait_for(lock, seconds))
        return true;
    if (errno == EWOULDBLOCK)
        failure_set(failure, EX_TEMPFAIL, 0,
                    "another reload has not ended within %u s: it holds %s/" LOCK_NAME, seconds,
                    run_dir);
    else
        failure_set(failure, EX_OSERR, errno, "%s/" LOCK_NAME " can't be locked", run_dir);
    (void)close(lock);
    return false;
}

void run_lock_forget(const char *run_dir)
{
    const int folder = open_below(run_dir);
    if (folder < 0)
        return;
    (void)unlinkat(folder, LOCK_NAME, 0);
    (void)close(folder);
}
