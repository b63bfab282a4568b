// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_TLS_SHOW_H
#define REDIS_INIT_TLS_SHOW_H

#include "tls_judge.h"

/* Seconds for each of the server's answers in a handshake. */
#define TLS_SHOW_TIMEOUT 5

/*
 * Makes a handshake over the connected socket for the certificate that the server shows, which the
 * caller frees. Who signed it does not matter, nor whether the server is content with the pair of
 * `cert_file` and `key`: nothing further is sent, and the pair only spares the server's log a line
 * about a client without one. NULL, EX_UNAVAILABLE: it shows none.
 */
X509 *tls_show(int socket, const char *cert_file, EVP_PKEY *key, struct tls_answer *answer);

#endif
