// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_STOP_SIGNAL_H
#define REDIS_INIT_STOP_SIGNAL_H

#include <signal.h>

#include "failure.h"

/*
 * Blocks all signals. Mask and pending set survive execve(2), so that redis-init-supervise gets
 * what came in meanwhile. EX_OSERR.
 */
bool stop_signal_hold(struct failure *failure) MUST_CHECK;

/* Those that ask to stop. False with errno. */
bool stop_signal_set(sigset_t *set) MUST_CHECK;

/* Lets those through again that ask to stop: a tool has no server to give them to, and may wait for
 * long. EX_OSERR. */
bool stop_signal_release(struct failure *failure) MUST_CHECK;

/* False, with exit code 128 + n, when a signal that asks to stop is pending. For work that may take
 * long. */
bool stop_signal_absent(struct failure *failure) MUST_CHECK;

#endif
