// SPDX-License-Identifier: Apache-2.0
#include "supervise_watch.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "supervise_child.h"
#include "supervise_signals.h"
#include "supervise_spawn.h"

#define SETTLE_MS 1000      /* without an event, until files are taken as written */
#define SETTLE_MAX_MS 10000 /* for a writer that never pauses */
#define STARTED_S 10        /* a change since then may be after the reading by who started us */
#define LINKS_MAX 8         /* from a name to its file, whose folders are watched */
#define NEVER (-1)
/* Only this kernel writes to these, so that inotify sees all; others (NFS, FUSE, 9p ...) may
 * change elsewhere. The numbers are statfs(2)'s; zfs's is OpenZFS's ZFS_SUPER_MAGIC. */
static bool is_local(const struct statfs *fs)
{
    static const unsigned long local[] = {
        0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */,   0xef53 /* ext */,
        0x58465342 /* xfs */,   0x9123683e /* btrfs */,   0xf2f52010 /* f2fs */,
        0x2fc12fc1 /* zfs */,   0x794c7630 /* overlay */,
    };
    for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
        if ((unsigned long)fs->f_type == local[i])
            return true;
    return false;
}

/* Whether a link leads to where its folder's events do not tell of each change: out of it, or by
 * more than one folder, which may be a link as well. That of a Secret's volume, ..data/NAME, is one
 * of whose way all is seen. */
static bool leads_away(const char *target)
{
    const char *slash = strchr(target, '/');
    return slash != NULL &&
           (slash == target || strncmp(target, "../", 3) == 0 || strchr(slash + 1, '/') != NULL);
}

/* Returns whether every change there will be seen. `name` is as it was afterwards. */
static bool watch_folder(const struct watch *watch, char name[PATH_MAX])
{
    const uint32_t events = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE |
                            IN_ATTRIB | IN_MOVE_SELF | IN_ONLYDIR;
    struct statfs fs;
    char *slash = strrchr(name, '/');
    const bool cut = slash != NULL && slash != name;
    const char *folder = cut ? name : slash != NULL ? "/" : ".";
    if (cut)
        *slash = '\0';
    const bool seen = inotify_add_watch(watch->fd, folder, events) >= 0 &&
                      statfs(folder, &fs) == 0 && is_local(&fs);
    if (cut)
        *slash = '/';
    return seen;
}

/* What the link `name` leads to takes its place. */
static bool follow(char name[PATH_MAX], const char *target)
{
    const char *slash = strrchr(name, '/');
    const size_t kept = *target == '/' || slash == NULL ? 0 : (size_t)(slash - name) + 1;
    const size_t size = strlen(target) + 1;
    if (size > PATH_MAX - kept)
        return false;
    memcpy(name + kept, target, size);
    return true;
}

/* The folder of the name and, where that is a link, of what it leads to. Returns whether every
 * change will be seen. */
static bool watch_file(const struct watch *watch, const char *path)
{
    char name[PATH_MAX];
    char target[PATH_MAX];
    name[0] = '\0';
    bool seen = watch->fd >= 0 && follow(name, path);
    for (int links = 0; seen && links < LINKS_MAX; links++) {
        seen = watch_folder(watch, name);
        const ssize_t length = readlink(name, target, sizeof(target) - 1);
        if (length < 0)
            return seen;
        target[length] = '\0';
        seen = seen && !leads_away(target) && follow(name, target);
    }
    return false;
}

static void watch_folders(struct watch *watch)
{
    watch->unseen = false;
    for (size_t i = 0; i < watch->options->watch_count; i++)
        if (!watch_file(watch, watch->options->watch[i]))
            watch->unseen = true;
}

/* A descriptor that says by SIGIO when it has an event; -1 when there can be none. */
static int open_inotify(void)
{
    const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0)
        return -1;
    /* F_SETSIG, even to the default signal, has the kernel say which descriptor it is about */
    if (fcntl(fd, F_SETOWN, getpid()) == 0 && fcntl(fd, F_SETSIG, SIGIO) == 0 &&
        fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static long long nanoseconds(const struct timespec *time)
{
    return (long long)time->tv_sec * 1000000000 + time->tv_nsec;
}

static struct watch_mark mark_of(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return (struct watch_mark){0};
    return (struct watch_mark){status.st_dev, status.st_ino, status.st_size,
                               nanoseconds(&status.st_ctim), nanoseconds(&status.st_mtim)};
}

static bool is_same(const struct watch_mark *a, const struct watch_mark *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed == b->changed && a->modified == b->modified;
}

/* Takes the marks anew; returns whether any is another. */
static bool look(struct watch *watch)
{
    bool changed = false;
    for (size_t i = 0; i < watch->options->watch_count; i++) {
        const struct watch_mark mark = mark_of(watch->options->watch[i]);
        changed = changed || !is_same(&mark, &watch->marks[i]);
        watch->marks[i] = mark;
    }
    return changed;
}

/* Whether who started us may have read another one, which was there then. */
static bool is_recent(const struct watch_mark *mark)
{
    struct timespec now = {0};
    return mark->inode == 0 || (clock_gettime(CLOCK_REALTIME, &now) == 0 &&
                                mark->changed > nanoseconds(&now) - STARTED_S * 1000000000LL);
}

static void be_due(struct watch *watch, long long when)
{
    if (watch->due == NEVER || when < watch->due)
        watch->due = when;
}

static void be_due_by_poll(struct watch *watch, long long now)
{
    if (watch->unseen || watch->wanted)
        be_due(watch, now + watch->options->watch_poll * 1000LL);
}

void watch_start(struct watch *watch, const struct supervise_options *options, long long now)
{
    *watch = (struct watch){.options = options, .fd = -1, .due = NEVER};
    if (options->on_change[0] == NULL)
        return;
    if (options->watch_count > 0)
        watch->fd = open_inotify();
    watch_folders(watch);
    (void)look(watch);
    be_due_by_poll(watch, now);
    for (size_t i = 0; i < options->watch_count; i++)
        watch->wanted = watch->wanted || is_recent(&watch->marks[i]);
    if (watch->wanted)
        be_due(watch, now + SETTLE_MS);
}

/* Empties the queue, so that the next event brings a signal. What happened is found by looking. */
static void drain(const struct watch *watch)
{
    char events[1024];
    while (read(watch->fd, events, sizeof(events)) > 0)
        continue;
}

/* Later with each event, but not for ever. */
static void settle(struct watch *watch, long long now)
{
    if (watch->settled_by == 0)
        watch->settled_by = now + SETTLE_MAX_MS;
    const long long quiet = now + SETTLE_MS;
    watch->due = quiet < watch->settled_by ? quiet : watch->settled_by;
}

bool watch_takes(struct watch *watch, const struct signalfd_siginfo *info, long long now)
{
    const int signal = (int)info->ssi_signo;
    /* a code above 0 is the kernel's word: no process can forge it */
    if (signal == SIGIO && watch->fd >= 0 && info->ssi_code > 0 && info->ssi_fd == watch->fd) {
        drain(watch);
        settle(watch, now);
        return true;
    }
    if (signal == SIGHUP) {
        watch->wanted = true;
        watch->due = now;
    }
    return signal == SIGHUP;
}

/* Where there can be no process it is wanted still. */
static void start_command(struct watch *watch)
{
    watch->command = spawn(watch->options->on_change, &watch->options->say);
    watch->wanted = watch->command == 0;
}

void watch_do(struct watch *watch, long long now)
{
    if (watch->due == NEVER || now < watch->due)
        return;
    watch->due = NEVER;
    watch->settled_by = 0;
    if (watch->command != 0) {
        watch->wanted = true; /* when it has ended */
        return;
    }
    watch_folders(watch); /* one that was made anew has lost its watch */
    if (look(watch) || watch->wanted) {
        watch->wanted = true;
        start_command(watch);
    }
    be_due_by_poll(watch, now);
}

/* 75 asks for another run, and so does a command that did not end by itself; after any other code
 * the next change is waited for. */
static bool wants_another_run(const struct watch *watch, const siginfo_t *info)
{
    const char *program = watch->options->on_change[0];
    const bool killed = info->si_code != CLD_EXITED;
    if (killed)
        SAY(&watch->options->say, SAY_WARNING, program, " was killed by ",
            SIGNAL_NAME(info->si_status));
    else if (info->si_status == EXIT_NOT_FOUND || info->si_status == EXIT_CANNOT_EXECUTE)
        SAY(&watch->options->say, SAY_WARNING, program, " cannot be executed");
    return killed || info->si_status == EX_TEMPFAIL;
}

void watch_ended(struct watch *watch, const siginfo_t *info, long long now)
{
    const bool changed_meanwhile = watch->wanted;
    watch->command = 0;
    watch->wanted = wants_another_run(watch, info) || changed_meanwhile;
    be_due_by_poll(watch, now);
    if (changed_meanwhile)
        be_due(watch, now + SETTLE_MS);
}
