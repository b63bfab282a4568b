// SPDX-License-Identifier: Apache-2.0
#include "supervise_child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "supervise_signals.h"
#include "supervise_terminal.h"

/* Past any sane number of open files: the fallback must not count to an unlimited RLIMIT_NOFILE. */
#define DESCRIPTORS_MAX 65536

struct pipes {
    int report[2]; /* from the child: why it cannot execute; ends when it executes */
    int go[2];     /* to the child: ends when it may execute */
};

static void close_one_by_one(unsigned first, unsigned last)
{
    struct rlimit limit = {.rlim_cur = DESCRIPTORS_MAX};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > DESCRIPTORS_MAX)
        limit.rlim_cur = DESCRIPTORS_MAX;
    for (unsigned fd = first; fd <= last && fd < limit.rlim_cur; fd++)
        if (close((int)fd) != 0)
            continue; /* it was not open */
}

static void close_range_of(unsigned first, unsigned last)
{
    /* close_range(2) is in Linux 5.9; musl 1.2.3 has no wrapper for it. */
    if (first <= last && syscall(SYS_close_range, first, last, 0) != 0)
        close_one_by_one(first, last);
}

/* What only the child needs: every descriptor from 3 on (one may be a file with a password) but the
 * two, and the working folder (it would keep a mount busy). */
static bool release_inherited(int kept, int kept_too)
{
    const int in_order[] = {kept < kept_too ? kept : kept_too, kept < kept_too ? kept_too : kept};
    unsigned first = STDERR_FILENO + 1;
    for (size_t i = 0; i < 2; i++) {
        if (in_order[i] <= STDERR_FILENO)
            continue;
        close_range_of(first, (unsigned)in_order[i] - 1);
        first = (unsigned)in_order[i] + 1;
    }
    close_range_of(first, UINT_MAX);
    return chdir("/") == 0;
}

/* errno goes through a close-on-exec pipe: a program's own 126 or 127 is not taken for ours. */
static _Noreturn void run(char *const argv[], const struct pipes *pipes, pid_t foreground)
{
    char none;
    if (close(pipes->go[1]) == 0 && read(pipes->go[0], &none, 1) == 0 && setpgid(0, 0) == 0) {
        /* Before exec, or the program could read the terminal too early and be stopped by SIGTTIN.
         */
        if (foreground > 0)
            (void)terminal_pass(foreground, getpid());
        if (signals_restore())
            (void)execvp(argv[0], argv);
    }
    const int error = errno;
    const int report = pipes->report[1];
    _exit(write(report, &error, sizeof(error)) == sizeof(error) ? EXIT_CANNOT_EXECUTE : EX_OSERR);
}

/* 0 once the program runs, else its errno. A child that is killed before exec has not failed to
 * exec. */
static int read_report(int fd)
{
    int error = 0;
    const ssize_t n = read(fd, &error, sizeof(error));
    if (n < 0)
        return errno;
    return n == sizeof(error) ? error : 0;
}

static bool open_pipes(struct pipes *pipes)
{
    if (pipe2(pipes->report, O_CLOEXEC) != 0)
        return false;
    if (pipe2(pipes->go, O_CLOEXEC) == 0)
        return true;
    const int error = errno;
    (void)close(pipes->report[0]);
    (void)close(pipes->report[1]);
    errno = error;
    return false;
}

static bool fork_child(struct child *child, char *const argv[], const struct pipes *pipes)
{
    const pid_t group = getpgrp();
    const pid_t pid = fork();
    if (pid == 0)
        run(argv, pipes, group);
    child->pid = pid;
    return pid > 0;
}

/* Lets the child go on only when nothing is held any more that the program may want to itself. */
static int release_and_go(const struct child *child, const struct pipes *pipes)
{
    if (release_inherited(pipes->report[0], pipes->go[1]))
        return 0;
    const int error = errno;
    (void)kill(child->pid, SIGKILL);
    return error;
}

bool child_start(struct child *child, char *const argv[], int *exit_code)
{
    struct pipes pipes;

    *exit_code = EX_OSERR;
    child->program = argv[0];
    if (!open_pipes(&pipes))
        return false;
    const bool forked = fork_child(child, argv, &pipes);
    int error = forked ? 0 : errno;
    (void)close(pipes.report[1]);
    (void)close(pipes.go[0]);
    const bool released = forked && (error = release_and_go(child, &pipes)) == 0;
    (void)close(pipes.go[1]);
    if (released)
        error = read_report(pipes.report[0]);
    (void)close(pipes.report[0]);
    if (error == 0)
        return true;
    if (forked && waitpid(child->pid, NULL, 0) == child->pid && released)
        *exit_code = error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
    errno = error;
    return false;
}
