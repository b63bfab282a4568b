// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

const struct candidate inits[] = {
    {OURS, WORDS("./redis-init-supervise", "--")},
    {"tini", WORDS("/usr/bin/tini", "--")},
    {"tini-static", WORDS("/usr/bin/tini-static", "--")},
    {"dumb-init", WORDS("/usr/bin/dumb-init", "--")},
    {"catatonit", WORDS("/usr/bin/catatonit", "--")},
};
const size_t inits_count = COUNT(inits);

_Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "bench: ");
    perror(what);
    exit(1);
}

int64_t now_ns(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        die("clock_gettime");
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void sleep_ms(int64_t milliseconds)
{
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    if (nanosleep(&time, NULL) != 0)
        die("nanosleep");
}

void sample(const char *figure, const char *candidate, double value)
{
    if (printf("%s\t%s\t%.10g\n", figure, candidate, value) < 0 || fflush(stdout) != 0)
        die("stdout");
}

void compose(const char *argv[], const struct candidate *candidate, const char *const *program)
{
    size_t count = 0;
    for (size_t i = 0; candidate->words[i] != NULL && count < WORDS_MAX - 1; i++)
        argv[count++] = candidate->words[i];
    for (size_t i = 0; program[i] != NULL && count < WORDS_MAX - 1; i++)
        argv[count++] = program[i];
    argv[count] = NULL;
}

const char *own_path(void)
{
    static char path[PATH_MAX];
    if (realpath("/proc/self/exe", path) == NULL)
        die("/proc/self/exe");
    return path;
}

const char *build_path(const char *name)
{
    static char paths[2][PATH_MAX];
    static size_t turn;
    char *path = paths[turn++ % 2];
    if (realpath(name, path) == NULL)
        die(name);
    return path;
}

void *shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        die("mmap");
    return memory;
}

pid_t start_container(const char *const *argv, int stdout_fd)
{
    const struct sandbox_spec spec = {.argv = argv, .stdout_fd = stdout_fd};
    const pid_t pid = sandbox_start(&spec);
    if (pid < 0)
        die(argv[0]);
    return pid;
}

void end_container(pid_t pid)
{
    if (kill(pid, SIGKILL) != 0 || sandbox_wait(pid) == -1)
        die("the end of a container");
}
