// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_RETRY_H
#define REDIS_INIT_VAULT_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define RETRY_BASE_MS 250
#define RETRY_CAP_MS 8000

/*
 * Milliseconds to wait before the next try, behind `tries` that failed: full jitter (Marc Brooker,
 * "Exponential Backoff and Jitter", AWS Architecture Blog 2015), so evenly distributed from 0 to
 * the smaller of RETRY_BASE_MS * 2^(tries - 1) and RETRY_CAP_MS, by a random number; on top of what
 * the server asked for.
 */
int64_t retry_delay(unsigned tries, uint32_t random, int64_t retry_after);

/* Whether a status may be another one soon: 412 (a replica of Vault that is behind), 429 (a rate
 * limit), 472 and 473 (standbys of Vault), 5xx. */
bool retry_is_useful(long status);

#endif
