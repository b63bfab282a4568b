// SPDX-License-Identifier: Apache-2.0
#include "actor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAILED = 99, REPORT_FD = 3, ORDER_FD = 4 };

static int print_signals(void)
{
    const uint64_t all = ~UINT64_C(0);
    const int fd = (int)syscall(SYS_signalfd4, -1, &all, sizeof(all), 0);
    if (fd < 0 || syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof(all)) != 0)
        return FAILED;
    (void)dprintf(STDOUT_FILENO, "ready %d\n", getpid());
    for (;;) {
        struct pollfd sources[] = {{.fd = fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
        if (poll(sources, 2, -1) < 0)
            return FAILED;
        struct signalfd_siginfo info;
        if ((sources[0].revents & POLLIN) != 0 && read(fd, &info, sizeof(info)) == sizeof(info))
            (void)dprintf(STDOUT_FILENO, "%u %d\n", info.ssi_signo,
                          info.ssi_code == SI_QUEUE ? info.ssi_int : 0);
        char line[256];
        if (sources[1].revents != 0) {
            if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
                return 0;
            (void)dprintf(STDOUT_FILENO, "pong\n");
        }
    }
}

static int play_signals(char *const argv[])
{
    (void)argv;
    return print_signals();
}

static int play_pair(char *const argv[])
{
    (void)argv;
    return fork() < 0 ? FAILED : print_signals();
}

static int play_orphan(char *const argv[])
{
    (void)argv;
    int status;
    const pid_t middle = fork();
    if (middle == 0) {
        const pid_t parent = getpid();
        if (fork() != 0)
            _exit(0);
        const int fd = (int)syscall(SYS_pidfd_open, parent, 0);
        struct pollfd gone = {.fd = fd, .events = POLLIN};
        /* without a descriptor it is gone already */
        if (fd >= 0 && poll(&gone, 1, -1) != 1)
            _exit(FAILED);
        (void)dprintf(STDOUT_FILENO, "%d\n", getppid());
        _exit(0);
    }
    if (waitpid(middle, &status, 0) != middle)
        return FAILED;
    char c;
    return read(STDIN_FILENO, &c, 1) == 0 ? 0 : FAILED;
}

static int play_stopper(char *const argv[])
{
    (void)argv;
    const pid_t middle = fork();
    if (middle == 0) {
        if (fork() != 0)
            _exit(0);
        (void)dprintf(STDOUT_FILENO, "%d\n", getpid());
        (void)raise(SIGTSTP);
        _exit(0);
    }
    if (middle < 0 || waitpid(middle, NULL, 0) != middle)
        return FAILED;
    char c;
    return read(STDIN_FILENO, &c, 1) == 0 ? 0 : FAILED;
}

/* In hundreds: each of a hundred processes leaves as many behind as are needed. */
static int play_orphans(char *const argv[])
{
    const int each = atoi(argv[1]) / 100;
    for (int i = 0; i < 100; i++) {
        const pid_t middle = fork();
        if (middle == 0) {
            for (int j = 0; j < each; j++)
                if (fork() == 0)
                    _exit(0);
            _exit(0);
        }
        if (middle < 0 || waitpid(middle, NULL, 0) != middle)
            return FAILED;
    }
    (void)dprintf(STDOUT_FILENO, "made\n");
    char c;
    return read(STDIN_FILENO, &c, 1) == 0 ? 0 : FAILED;
}

static int play_zombie(char *const argv[])
{
    (void)argv;
    int status;
    char c;
    const pid_t child = fork();
    if (child == 0)
        _exit(7);
    (void)dprintf(STDOUT_FILENO, "made\n");
    if (child < 0 || read(STDIN_FILENO, &c, 1) != 0 || waitpid(child, &status, 0) != child)
        return FAILED;
    return WEXITSTATUS(status);
}

static int play_leave(char *const argv[])
{
    (void)argv;
    int ready[2];
    char c;

    if (pipe(ready) != 0)
        return FAILED;
    const pid_t left = fork();
    if (left == 0) {
        const int out = dup(STDOUT_FILENO);
        if (setsid() < 0 || dup2(ready[1], STDOUT_FILENO) < 0)
            _exit(FAILED);
        const uint64_t all = ~UINT64_C(0);
        if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof(all)) != 0 ||
            write(ready[1], "r", 1) != 1 || dup2(out, STDOUT_FILENO) < 0)
            _exit(FAILED);
        _exit(print_signals());
    }
    return left > 0 && read(ready[0], &c, 1) == 1 ? 0 : FAILED;
}

/* One process reads and another one of its group says it: both must run after a stop. */
static int play_reader(char *const argv[])
{
    (void)argv;
    char line[256];
    ssize_t n;
    int lines[2];

    if (pipe(lines) != 0)
        return FAILED;
    const pid_t speaker = fork();
    if (speaker == 0) {
        (void)close(lines[1]);
        while ((n = read(lines[0], line, sizeof(line))) > 0)
            (void)dprintf(STDOUT_FILENO, "got %.*s", (int)n, line);
        _exit(n == 0 ? 0 : FAILED);
    }
    (void)dprintf(STDOUT_FILENO, "ready\n");
    while ((n = read(STDIN_FILENO, line, sizeof(line))) > 0)
        if (write(lines[1], line, (size_t)n) != n)
            return FAILED;
    (void)close(lines[1]);
    return n == 0 && waitpid(speaker, NULL, 0) == speaker ? 0 : FAILED;
}

/* Does not touch the terminal before SIGUSR1. */
static int play_late(char *const argv[])
{
    sigset_t start;
    int signal;

    (void)sigemptyset(&start);
    (void)sigaddset(&start, SIGUSR1);
    if (sigprocmask(SIG_BLOCK, &start, NULL) != 0)
        return FAILED;
    (void)dprintf(STDOUT_FILENO, "ready\n");
    return sigwait(&start, &signal) == 0 ? play_reader(argv) : FAILED;
}

static bool run_job(pid_t *job, char *const argv[], bool foreground)
{
    *job = fork();
    if (*job == 0) {
        if (setpgid(0, 0) != 0 || (foreground && tcsetpgrp(STDIN_FILENO, getpid()) != 0))
            _exit(FAILED);
        sigset_t none;
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        (void)execv(argv[0], argv);
        _exit(FAILED);
    }
    return *job > 0;
}

static int run_shell(char *const argv[], bool foreground)
{
    pid_t job;
    sigset_t terminal_stop;
    char c;

    (void)sigemptyset(&terminal_stop);
    (void)sigaddset(&terminal_stop, SIGTTOU);
    if (sigprocmask(SIG_BLOCK, &terminal_stop, NULL) != 0 || !run_job(&job, argv + 1, foreground))
        return FAILED;
    if (!foreground && (read(ORDER_FD, &c, 1) != 1 || tcsetpgrp(STDIN_FILENO, job) != 0 ||
                        dprintf(REPORT_FD, "given\n") < 0))
        return FAILED;
    for (;;) {
        int status;
        if (waitpid(job, &status, WUNTRACED) != job)
            return FAILED;
        if (tcsetpgrp(STDIN_FILENO, getpgrp()) != 0)
            return FAILED;
        if (!WIFSTOPPED(status)) {
            (void)dprintf(REPORT_FD, "ended %d\n",
                          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
            return 0;
        }
        (void)dprintf(REPORT_FD, "stopped %d\n", WSTOPSIG(status));
        if (read(ORDER_FD, &c, 1) != 1 || tcsetpgrp(STDIN_FILENO, job) != 0 ||
            kill(-job, SIGCONT) != 0)
            return FAILED;
    }
}

static int play_shell(char *const argv[])
{
    return run_shell(argv, true);
}

static int play_background(char *const argv[])
{
    return run_shell(argv, false);
}

static int play_script(char *const argv[])
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        (void)execv(argv[1], argv + 1);
        _exit(FAILED);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return FAILED;
    (void)dprintf(REPORT_FD, "foreground %d\n", tcgetpgrp(STDIN_FILENO) == getpgrp());
    return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
}

static int play_parent(char *const argv[])
{
    char c;
    const pid_t child = fork();
    if (child == 0) {
        (void)execv(argv[1], argv + 1);
        _exit(FAILED);
    }
    if (child < 0 || read(ORDER_FD, &c, 1) != 1)
        return FAILED;
    return raise(SIGKILL);
}

struct role {
    const char *name;
    int (*play)(char *const argv[]);
};

static const struct role roles[] = {
    {"signals", play_signals}, {"pair", play_pair},
    {"orphan", play_orphan},   {"orphans", play_orphans},
    {"leave", play_leave},     {"reader", play_reader},
    {"late", play_late},       {"background", play_background},
    {"shell", play_shell},     {"parent", play_parent},
    {"stopper", play_stopper}, {"script", play_script},
    {"zombie", play_zombie},
};

int actor(int argc, char *argv[])
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (argc > 1 && strcmp(argv[1], roles[i].name) == 0)
            return roles[i].play(argv + 1);
    (void)dprintf(STDERR_FILENO, "no such role\n");
    return FAILED;
}
