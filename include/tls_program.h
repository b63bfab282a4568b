// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_TLS_PROGRAM_H
#define REDIS_INIT_TLS_PROGRAM_H

#include "failure.h"

/* redis-init-tls(8), beside this program: only it links OpenSSL. */
#define TLS_PROGRAM "redis-init-tls"

struct tls_program_answer {
    int code;        /* what it exited with */
    char text[1024]; /* its standard output; cut */
};

/*
 * Runs it with these words behind its name (NULL-ended, 4 at most), with `input` as its standard
 * input and with an empty environment, and awaits its end. EX_OSERR when it is missing or can't be
 * started.
 */
bool tls_program_run(struct tls_program_answer *answer, const char *const *words, int input,
                     struct failure *failure) MUST_CHECK;

#endif
