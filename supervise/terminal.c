// SPDX-License-Identifier: Apache-2.0
#include "supervise_terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A container may lack /dev/tty while its standard streams are the terminal. */
static int open_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    for (int stream = STDIN_FILENO; fd < 0 && stream <= STDERR_FILENO; stream++)
        if (tcgetpgrp(stream) >= 0)
            fd = fcntl(stream, F_DUPFD_CLOEXEC, 3);
    return fd;
}

bool terminal_pass(pid_t from, pid_t to)
{
    const int fd = open_terminal();
    if (fd < 0)
        return false;
    const bool passed = tcgetpgrp(fd) == from && tcsetpgrp(fd, to) == 0;
    return close(fd) == 0 && passed;
}

/*
 * Lets SIGTSTP through for a moment, so that the kernel decides: it stops neither PID 1 nor a
 * process group that nobody could continue. True when we were stopped, and then continued.
 */
static bool stop_here(bool whole_job)
{
    sigset_t stop, pending;
    if (sigemptyset(&stop) != 0 || sigaddset(&stop, SIGTSTP) != 0 ||
        signal(SIGTSTP, SIG_DFL) == SIG_ERR || kill(whole_job ? 0 : getpid(), SIGTSTP) != 0 ||
        sigprocmask(SIG_UNBLOCK, &stop, NULL) != 0 || sigprocmask(SIG_BLOCK, &stop, NULL) != 0)
        return false;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}

bool terminal_follow_stop(pid_t child, int stop_signal, bool may_undo)
{
    const bool wants_terminal = stop_signal == SIGTTIN || stop_signal == SIGTTOU;
    if (wants_terminal && terminal_pass(getpgrp(), child))
        return kill(-child, SIGCONT) == 0;

    const bool had_terminal = terminal_pass(child, getpgrp());
    if (stop_here(had_terminal) || !had_terminal)
        return false;
    (void)terminal_pass(getpgrp(), child);
    return may_undo && kill(-child, SIGCONT) == 0;
}
