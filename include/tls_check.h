// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_TLS_CHECK_H
#define REDIS_INIT_TLS_CHECK_H

#include "certificate.h"
#include "report.h"
#include "secret.h"
#include "server_features.h"
#include "settings.h"

/* The password of [tls] key_file from key_password_file, which may be root's alone; *secret stays
 * NULL where none is set. What secret_read_file() says. */
bool tls_password_load(struct secret **secret, const struct settings *settings,
                       struct failure *failure) MUST_CHECK;

/* EX_CONFIG when [tls] is set and this server was built without it. */
bool tls_server_check(const struct settings *settings, const char *server,
                      const struct server_features *features, struct failure *failure) MUST_CHECK;

/*
 * As the server's uid: has redis-init-tls(8), beside this program, judge the files of [tls], and
 * say what they hold; the password goes to it by a pipe. A warning of its is said. EX_DATAERR and
 * EX_NOINPUT as it says them; EX_OSERR when it is missing or can't be run. Without [tls] port
 * nothing is done.
 */
bool tls_check(struct certificate *certificate, const struct settings *settings,
               const struct secret *password, const struct report *report,
               struct failure *failure) MUST_CHECK;

/* The same, and then which certificate the server shows in a handshake over the connected socket
 * `server`. EX_TEMPFAIL: it shows none. */
bool tls_show(struct certificate *shown, const struct settings *settings,
              const struct secret *password, int server, struct failure *failure) MUST_CHECK;

#endif
