// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_TLS_SHOW_H
#define REDIS_INIT_TLS_SHOW_H

#include "tls_judge.h"

/* Seconds for each of the server's answers in a handshake. */
#define TLS_SHOW_TIMEOUT 5

/*
 * Makes a handshake over the connected socket as far as the server's certificate, which the caller
 * frees. Whoever signed it, and whether the server then asks for one of ours, does not matter:
 * nothing is sent, and what is asked is which one it shows. NULL, EX_UNAVAILABLE: it shows none.
 */
X509 *tls_show(int socket, struct tls_answer *answer);

#endif
