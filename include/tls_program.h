// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_TLS_PROGRAM_H
#define REDIS_INIT_TLS_PROGRAM_H

#include "failure.h"

/* redis-init-tls(8), beside this program: only it links OpenSSL. */
#define TLS_PROGRAM "redis-init-tls"

#define TLS_PROGRAM_NONE_SHOWN EX_UNAVAILABLE /* its exit code: the server shows no certificate */

struct tls_program_answer {
    int code;        /* what it exited with */
    char text[1024]; /* its standard output; cut */
};

/*
 * Runs it with these words behind its name (NULL-ended), with `input` as its standard input, with
 * the descriptor `server` (-1: none) as TLS_PROGRAM_SERVER_FD and an empty environment, and awaits
 * its end. EX_OSERR when it is missing or can't be started.
 */
#define TLS_PROGRAM_WORDS_MAX 5
#define TLS_PROGRAM_SERVER_FD 3
bool tls_program_run(struct tls_program_answer *answer, const char *const *words, int input,
                     int server, struct failure *failure) MUST_CHECK;

#endif
