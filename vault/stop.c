// SPDX-License-Identifier: Apache-2.0
#include "vault_stop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "vault_clock.h"

static const int signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};

bool stop_open(struct stop *stop, struct failure *failure)
{
    sigset_t set;
    bool ok = sigemptyset(&set) == 0;
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        ok = ok && sigaddset(&set, signals[i]) == 0;
    sigset_t blocked = set;
    ok = ok && sigaddset(&blocked, SIGPIPE) == 0 && sigprocmask(SIG_SETMASK, &blocked, NULL) == 0;
    stop->signal = 0;
    stop->fd = ok ? signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
    return stop->fd >= 0 ||
           failure_set(failure, EX_OSERR, errno, "the signals can't be waited for");
}

void stop_close(struct stop *stop)
{
    if (stop->fd >= 0)
        (void)close(stop->fd);
    stop->fd = -1;
}

bool stop_take(struct stop *stop)
{
    struct signalfd_siginfo info;
    if (read(stop->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return false;
    if (stop->signal == 0)
        stop->signal = (int)info.ssi_signo;
    return true;
}

bool stop_wait(struct stop *stop, int64_t until)
{
    struct pollfd wait = {.fd = stop->fd, .events = POLLIN};
    for (;;) {
        if (stop_take(stop))
            return false;
        const int64_t left = until - clock_ms();
        if (left <= 0)
            return true;
        (void)poll(&wait, 1, left < INT_MAX ? (int)left : INT_MAX);
    }
}

bool stop_failure(const struct stop *stop, struct failure *failure)
{
    return failure_set(failure, 128 + stop->signal, 0, "stopped by SIG%s",
                       sigabbrev_np(stop->signal));
}
