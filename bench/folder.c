// SPDX-License-Identifier: Apache-2.0

/*
 * A data folder with 100,000 files, of redis and of another user. "backups" lie beside Redis's own
 * files, as hourly dumps pile up; "AOF files" lie in appendonlydir, where each is Redis's.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "execs.h"
#include "redis.h"

#define FILES 100000
#define ROUNDS 5
#define FOLDER "bench-data"

struct layout {
    const char *name; /* in the figure's name */
    const char *folder, *prefix, *suffix;
};

static const struct layout layouts[] = {
    {"backups", FOLDER, "dump-", ".rdb"},
    {"AOF files", FOLDER "/appendonlydir", "appendonly.aof.", ".incr.aof"},
};

struct subject {
    const char *name;
    const char *const *argv;
    bool ends; /* it is done at its end, not when the server is executed */
};

static int open_file(const struct layout *layout, int number)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s%d%s", layout->folder, layout->prefix, number,
                   layout->suffix);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        die(path);
    return fd;
}

static void make_files(const struct layout *layout, uid_t owner)
{
    if (chown(FOLDER, owner, owner) != 0 || chown(layout->folder, owner, owner) != 0)
        die(layout->folder);
    for (int i = 0; i < FILES; i++) {
        const int fd = open_file(layout, i);
        if (fchown(fd, owner, owner) != 0)
            die("chown");
        (void)close(fd);
    }
    sync(); /* it is not to be paid for by the first that is measured */
}

/* A server that ends at once. */
static bool make_server(void)
{
    struct stat status;
    const int from = open("/bin/true", O_RDONLY | O_CLOEXEC);
    if (from < 0 || fstat(from, &status) != 0 || mkdir("/run/bin", 0755) != 0)
        return false;
    const int to = open("/run/bin/redis-server", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    if (to < 0 || fchmod(to, 0755) != 0)
        return false;
    const bool copied = sendfile(to, from, NULL, (size_t)status.st_size) == status.st_size;
    return close(from) == 0 && close(to) == 0 && copied;
}

static double run_once(const struct subject *subject)
{
    const int events = execs_open();
    const struct redis_spec spec = {.argv = subject->argv, .data = FOLDER, .prepare = make_server};
    const pid_t pid = redis_start(&spec);
    const struct exec_times times = execs_follow(events, pid);
    if (sandbox_exit_code(pid) != 0)
        die(subject->name);
    return (double)((subject->ends ? times.end : times.last) - times.first) / 1e6;
}

static void measure_layout(const struct layout *layout, const struct subject *subjects,
                           size_t count, int round)
{
    char figure[64];
    for (int wrong = 0; wrong < 2; wrong++) {
        (void)snprintf(figure, sizeof(figure), "100,000 %s, %s", layout->name,
                       wrong != 0 ? "wrongly owned" : "owned");
        for (size_t i = 0; i < count; i++) {
            const struct subject *subject = &subjects[(i + (size_t)round) % count];
            make_files(layout, wrong != 0 ? 0 : redis_id());
            sample(figure, subject->name, run_once(subject));
        }
    }
}

static void make_folders(void)
{
    for (size_t i = 0; i < COUNT(layouts); i++)
        if (mkdir(layouts[i].folder, 0755) != 0 && errno != EEXIST) /* left by one that died */
            die(layouts[i].folder);
}

static void remove_files(const struct layout *layout)
{
    char path[128];
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s%d%s", layout->folder, layout->prefix, i,
                       layout->suffix);
        if (unlink(path) != 0)
            die(path);
    }
}

void measure_folder(void)
{
    const struct subject subjects[] = {
        {OURS, WORDS(build_path("redis-init"), "-q"), false},
        {"find and chown",
         WORDS("/usr/bin/find", ".", "!", "-user", "redis", "-exec", "chown", "redis", "{}", "+"),
         true},
        {OFFICIAL, WORDS(build_path(SOURCE_FOLDER "/bench/entrypoint.sh"), "redis-server"), false},
    };
    make_folders();
    for (size_t layout = 0; layout < COUNT(layouts); layout++) {
        for (int round = 0; round < ROUNDS; round++)
            measure_layout(&layouts[layout], subjects, COUNT(subjects), round);
        remove_files(&layouts[layout]);
    }
    if (rmdir(FOLDER "/appendonlydir") != 0 || rmdir(FOLDER) != 0)
        die(FOLDER);
}
