// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_LOOP_H
#define SUPERVISE_LOOP_H

#include "supervise_child.h"
#include "supervise_options.h"

struct loop_times {
    long patience_ms; /* after a stop signal, until a line says that the child still runs */
    long grace_ms;    /* for what is left to end by SIGTERM, before this process exits */
};

/*
 * Passes signals on and reaps until the child has ended, then ends what is left. There is no
 * wake-up without an event; only after a stop signal a time-out is set. All signals must be
 * blocked. Returns the exit code for the child, or EX_OSERR after a line that says why.
 */
int loop_run(const struct supervise_options *options, const struct loop_times *times,
             const struct child *child);

#endif
