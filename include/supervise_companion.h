// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_COMPANION_H
#define SUPERVISE_COMPANION_H

#include <signal.h>
#include <sys/types.h>

#include "supervise_options.h"

/*
 * A second program, which runs as long as the main child does. When it ends by itself it is started
 * again, not at once: a second later, and after each further end twice as long, up to a minute; one
 * that ran for a minute begins with a second again.
 */
struct companion {
    const struct supervise_options *options;
    pid_t pid;            /* 0: it does not run */
    long long started_at; /* milliseconds of the loop's clock */
    long long pause;      /* milliseconds until it is started again */
    long long due;        /* when it is to be started; -1: never */
};

/* To be called when the main child runs, at `now`. Without options->companion nothing is ever due.
 */
void companion_start(struct companion *companion, const struct supervise_options *options,
                     long long now);

/* Starts it if that is due at `now`. */
void companion_do(struct companion *companion, long long now);

/* To be told when it has ended and was reaped; `info` says how. */
void companion_ended(struct companion *companion, const siginfo_t *info, long long now);

#endif
