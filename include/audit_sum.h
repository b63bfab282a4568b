// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_SUM_H
#define REDIS_INIT_AUDIT_SUM_H

#include <limits.h>

/* Adds to a count what a server says, which may be any number from 0 on; it stays at the highest
 * rather than overflow. */
static inline void audit_add(long long *count, long long more)
{
    if (__builtin_add_overflow(*count, more, count))
        *count = LLONG_MAX;
}

#endif
