// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_RUN_LOCK_H
#define REDIS_INIT_RUN_LOCK_H

#include "failure.h"

/* The longest that another reload is waited for, in seconds: with all its timeouts over it would
 * have ended. */
#define RUN_LOCK_SECONDS 45

/*
 * As the server's uid: takes run_dir/lock until the end of this process, also by a kill, so that no
 * other reload tells the server something else meanwhile. The file is made with mode 0600, and what
 * another user could open is no lock: he would hold it for ever. EX_NOINPUT;
 * EX_CANTCREAT; EX_OSERR; EX_TEMPFAIL when another holds it for longer than `seconds`.
 */
bool run_lock_take(const char *run_dir, unsigned seconds, struct failure *failure) MUST_CHECK;

/* At a start, when there is no reload: one of another uid's, as a former start may have left. */
void run_lock_forget(const char *run_dir);

#endif
