// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_CLOCK_H
#define REDIS_INIT_VAULT_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds of CLOCK_MONOTONIC, which deadlines are told in. It cannot fail: clock_gettime(2).
 */
static inline int64_t clock_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
