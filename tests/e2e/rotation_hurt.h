// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_ROTATION_HURT_H
#define TESTS_ROTATION_HURT_H

#include "rotation_case.h"

/*
 * Rotations in which `redis-init reload` is hurt at one of its system calls: the server takes the
 * old password, the new, or both, and nothing else; and a further run completes the rotation, also
 * when the password is a third one by then, or the old one again.
 */
struct hurt_row {
    const char *overlap;
    const char *user; /* whose password it is */
};

#define HURT_ROWS 3
extern const struct hurt_row hurt_rows[HURT_ROWS];

/* Starts the server with that password. The supervisor watches nothing, because the password is a
 * variable's: only the test reloads. */
void hurt_start(const struct hurt_row *row, const char *first);

/*
 * Traces reload, which stops for ptrace(2) at its exec, to its end, and hurts it at the system
 * call, or the stop, `at`, counted from 1. The exit code of reload, or one of these.
 */
enum { HURT_KILLED = 200, HURT_NOT /* it ended before */, HURT_FAILED /* of the test */ };
typedef int hurt_follow(pid_t pid, unsigned at);

/* `redis-init reload`, with the option `part` or NULL; returns what `follow` did. */
int hurt_reload(const char *part, hurt_follow *follow, unsigned at);

/* What the secret is when the rotation is completed: the new one, a third, or the old again. */
enum hurt_then { THEN_NEXT, THEN_THIRD, THEN_BACK, THEN_COUNT };

/* Rotates `current`, which becomes the next password, and returns what `follow` did. */
int hurt_rotate(hurt_follow *follow, unsigned at, char current[SECRET_SIZE]);

/* Under a sanitizer, which makes thousands of calls of its own, one in 23 is enough. */
#ifdef __SANITIZE_ADDRESS__
#define HURT_STRIDE 23
#define HURT_MIN 5
#else
#define HURT_STRIDE 1
#define HURT_MIN 100
#endif

#endif
