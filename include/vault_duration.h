// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_DURATION_H
#define REDIS_INIT_VAULT_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* From a second to four weeks. */
#define DURATION_MAX_MS (INT64_C(28) * 24 * 60 * 60 * 1000)

/*
 * Reads a number and its unit, s, m or h ("90s", "5m"), into milliseconds. False, and *ms as it
 * was, for anything else, for less than a second and for more than DURATION_MAX_MS.
 */
bool duration_read(const char *text, int64_t *ms);

#endif
