// SPDX-License-Identifier: Apache-2.0

/* 10,000 orphans that end at once: how long until PID 1 has reaped all, and how many wait for it.
 */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

#define ORPHANS 10000
#define ROUNDS 10

struct result {
    double milliseconds;
    double zombies;
};

/* Children of a process that ends before them; each ends when the pipe's last writer is gone. */
static void make_orphans(int count, int ends[2])
{
    const pid_t middle = fork();
    if (middle == 0) {
        char byte;
        (void)close(ends[1]);
        for (int i = 0; i < count; i++) {
            const pid_t pid = fork();
            if (pid < 0)
                _exit(1);
            if (pid == 0)
                _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
        }
        _exit(0);
    }
    int status;
    if (middle < 0 || waitpid(middle, &status, 0) != middle || status != 0)
        _exit(1);
}

static bool is_zombie(int proc, const char *name)
{
    char path[300], text[256];
    (void)snprintf(path, sizeof(path), "%s/stat", name);
    const int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const ssize_t n = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *paren = strrchr(text, ')');
    return paren != NULL && paren[1] == ' ' && paren[2] == 'Z';
}

static double count_zombies(void)
{
    DIR *proc = opendir("/proc");
    double count = 0;
    if (proc == NULL)
        _exit(1);
    for (const struct dirent *entry; (entry = readdir(proc)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]) != 0 && is_zombie(dirfd(proc), entry->d_name))
            count++;
    (void)closedir(proc);
    return count;
}

/* "play-orphans COUNT time|zombies": everybody but PID 1 and this process has gone when kill(-1)
 * finds nobody; a zombie is still found. */
int play_orphans(char *const argv[])
{
    const bool zombies = strcmp(argv[1], "zombies") == 0;
    struct result result = {0, 0};
    int ends[2];
    if (getpid() == 1 || pipe2(ends, O_CLOEXEC) != 0)
        return 1;
    make_orphans(atoi(argv[0]), ends);
    const int64_t start = now_ns();
    (void)close(ends[1]);
    while (kill(-1, 0) == 0) {
        const double seen = zombies ? count_zombies() : 0;
        result.zombies = seen > result.zombies ? seen : result.zombies;
        if (!zombies)
            sleep_ms(1);
    }
    result.milliseconds = (double)(now_ns() - start) / 1e6;
    return write(STDOUT_FILENO, &result, sizeof(result)) == sizeof(result) ? 0 : 1;
}

static struct result run_once(const struct candidate *candidate, const char *what)
{
    char count[16];
    (void)snprintf(count, sizeof(count), "%d", ORPHANS);
    const char *const role[] = {own_path(), "play-orphans", count, what, NULL};
    const char *argv[WORDS_MAX];
    struct result result;
    int ends[2];
    compose(argv, candidate, role);
    if (pipe2(ends, 0) != 0)
        die("pipe2");
    const pid_t pid = start_container(argv, ends[1]);
    (void)close(ends[1]);
    if (read(ends[0], &result, sizeof(result)) != sizeof(result))
        die(candidate->name);
    (void)close(ends[0]);
    if (sandbox_wait(pid) == -1)
        die(candidate->name);
    return result;
}

void measure_orphans(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < inits_count; i++) {
            const struct candidate *init = &inits[(i + (size_t)round) % inits_count];
            sample("10,000 orphans", init->name, run_once(init, "time").milliseconds);
            sample("most zombies", init->name, run_once(init, "zombies").zombies);
        }
    }
}
