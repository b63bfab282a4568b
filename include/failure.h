// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_FAILURE_H
#define REDIS_INIT_FAILURE_H

#include <stdbool.h>
#include <sysexits.h>

#define MUST_CHECK __attribute__((warn_unused_result))

/*
 * What went wrong, and how redis-init shall end: an error value that needs no memory.
 * A secret cannot get into it by accident: struct secret is opaque and no format takes one.
 */
struct failure {
    int exit_code; /* one of sysexits(3), 1 (ping), or 127; 0 while nothing failed */
    int error;     /* errno, or 0 when no system call was at fault */
    char text[512];
};

/*
 * Fills *failure: what failed, with which value (never a secret), and what to do about it, on one
 * line without a full stop. A longer text is cut. When error is not 0 its strerror(3) is appended.
 * Returns false, so that a function can end with `return failure_set(...)`.
 */
bool failure_set(struct failure *failure, int exit_code, int error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
