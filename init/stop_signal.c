// SPDX-License-Identifier: Apache-2.0
#include "stop_signal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

bool stop_signal_hold(struct failure *failure)
{
    sigset_t all;
    if (sigfillset(&all) == 0 && sigprocmask(SIG_SETMASK, &all, NULL) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "the signals can't be blocked");
}

static const int stops[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};

bool stop_signal_set(sigset_t *set)
{
    bool ok = sigemptyset(set) == 0;
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
        ok = ok && sigaddset(set, stops[i]) == 0;
    return ok;
}

bool stop_signal_release(struct failure *failure)
{
    sigset_t set;
    if (stop_signal_set(&set) && sigprocmask(SIG_UNBLOCK, &set, NULL) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "the signals can't be unblocked");
}

bool stop_signal_absent(struct failure *failure)
{
    sigset_t pending;
    if (sigpending(&pending) < 0)
        return failure_set(failure, EX_OSERR, errno, "the pending signals can't be read");
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
        if (sigismember(&pending, stops[i]) == 1)
            return failure_set(failure, 128 + stops[i], 0,
                               "stopped by SIG%s before the server started",
                               sigabbrev_np(stops[i]));
    return true;
}
