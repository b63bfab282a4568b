// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_TLS_CASE_H
#define TESTS_TLS_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "container.h"

#define TLS_CASE_PASSWORD "b8f0c14e97d2a6530fe8d71c92a45b37"

/*
 * The folder tls of the container (/run/tls inside) with an authority, ca, and its pairs server and
 * client, as NAME.crt and NAME.key; `authority` is another container, whose one is taken, or NULL.
 */
void tls_case_make(const struct container *container, const struct container *authority);

/*
 * Runs a script of sh(1) in that folder, and then gives the keys to the server's uid. It has these
 * functions:
 *   pair NAME              a further pair of ca
 *   dated NAME BEGIN END   NAME.crt, of server.key and so long (YYYYMMDDHHMMSSZ)
 *   publish CERT KEY CA [PASSWORD]
 *                          a Secret as the kubelet mounts it, live/tls.crt, tls.key, ca.crt and
 *                          password: a new folder, whose name ..data gets by a rename; - leaves a
 *                          file out
 */
void tls_case_shell(const struct container *container, const char *script);

/* What a command of sh(1) prints, of both outputs, in that folder and in the container's network;
 * REDISCLI_AUTH is TLS_CASE_PASSWORD there. */
const char *tls_case_output(const struct container *container, const char *command);

/* The words of redis-cli for a client with a certificate. */
#define TLS_CASE_CLIENT "--tls --cacert ca.crt --cert client.crt --key client.key"

/* The serial number that a server shows a fresh client, or "" for none; and that of a file. */
const char *tls_case_serial(const struct container *container, int port);
const char *tls_case_serial_of(const struct container *container, const char *file);

/* A redis-cli with TLS_CASE_CLIENT that stays: it reads commands and prints answers. */
struct tls_client {
    pid_t pid;
    int commands;
    int answers;
};
struct tls_client tls_case_connect(const struct container *container, int port);
void tls_case_ask(const struct tls_client *client, const char *command, char *answer, size_t size);
void tls_case_disconnect(const struct tls_client *client);

#endif
