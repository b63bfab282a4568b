// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_STOP_H
#define REDIS_INIT_VAULT_STOP_H

#include <stdint.h>

#include "failure.h"

/* SIGTERM, SIGINT, SIGQUIT and SIGHUP as a descriptor: what waits for a server waits for them,
 * too. */
struct stop {
    int fd;
    int signal; /* the first that came, or 0 */
};

/* From here on these and SIGPIPE are blocked, and no others are. EX_OSERR. */
bool stop_open(struct stop *stop, struct failure *failure) MUST_CHECK;
void stop_close(struct stop *stop);

/* Waits until that moment of clock_ms(); false when a signal came. */
bool stop_wait(struct stop *stop, int64_t until);

/* Takes a signal that is there; whether there was one. */
bool stop_take(struct stop *stop);

/* Says so, with the exit code 128 + n. */
bool stop_failure(const struct stop *stop, struct failure *failure);

#endif
