// SPDX-License-Identifier: Apache-2.0
#include "supervise_child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "supervise_signals.h"
#include "supervise_terminal.h"

/* Past any sane number of open files: the fallback must not count to an unlimited RLIMIT_NOFILE. */
#define DESCRIPTORS_MAX 65536

/* errno goes through a close-on-exec pipe: a program's own 126 or 127 is not taken for ours. */
static _Noreturn void run(char *const argv[], int report, pid_t foreground)
{
    if (setpgid(0, 0) == 0) {
        /* Before exec, or the program could read the terminal too early and be stopped by SIGTTIN.
         */
        if (foreground > 0)
            (void)terminal_pass(foreground, getpid());
        if (signals_restore())
            (void)execvp(argv[0], argv);
    }
    const int error = errno;
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

static bool fork_child(struct child *child, char *const argv[], const int report[2])
{
    const pid_t group = getpgrp();
    const pid_t pid = fork();
    if (pid == 0)
        run(argv, report[1], group);
    child->pid = pid;
    return pid > 0;
}

bool child_start(struct child *child, char *const argv[], int *exit_code)
{
    int report[2];

    *exit_code = EX_OSERR;
    child->program = argv[0];
    if (pipe2(report, O_CLOEXEC) != 0)
        return false;
    const bool forked = fork_child(child, argv, report);
    int error = forked ? 0 : errno;
    if (close(report[1]) != 0 && error == 0)
        error = errno;
    if (forked)
        error = read_report(report[0]);
    if (close(report[0]) != 0 && error == 0)
        error = errno;
    if (error == 0)
        return true;
    if (forked && waitpid(child->pid, NULL, 0) == child->pid)
        *exit_code = error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
    errno = error;
    return false;
}

static void close_one_by_one(void)
{
    struct rlimit limit = {.rlim_cur = DESCRIPTORS_MAX};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > DESCRIPTORS_MAX)
        limit.rlim_cur = DESCRIPTORS_MAX;
    for (int fd = STDERR_FILENO + 1; fd < (int)limit.rlim_cur; fd++)
        if (close(fd) != 0)
            continue; /* it was not open */
}

bool child_release_inherited(void)
{
    /* close_range(2) is in Linux 5.9; musl 1.2.3 has no wrapper for it. */
    if (syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0) != 0)
        close_one_by_one();
    return chdir("/") == 0;
}
