// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_URL_H
#define REDIS_INIT_VAULT_URL_H

#include <stddef.h>

#include "failure.h"

#define URL_SIZE 512
#define URL_PATH_SIZE 4096 /* of what url_path_append() makes */

/*
 * Copies the address of a service, scheme://host[:port][/path], without slashes at its end. It is
 * https, or http to the loopback alone: what is sent there is secret. EX_CONFIG names `option`; a
 * user's name or password in it is refused and not shown.
 */
bool url_check(char url[URL_SIZE], const char *option, const char *value,
               struct failure *failure) MUST_CHECK;

/* Whether that URL, which url_check() let pass, leads to the loopback. */
bool url_is_loopback(const char *url);

/*
 * The same URL with another host, and in `connect` what CURLOPT_CONNECT_TO needs to reach the one
 * that it had: so that a server is asked for by a name that its certificate has. EX_CONFIG when the
 * name can't be a host's.
 */
bool url_with_host(char url[URL_SIZE], char connect[2 * URL_SIZE], const char *from,
                   const char *host, struct failure *failure) MUST_CHECK;

/* The part of a URL that may be told: scheme://host:port, or "" where there is none. */
void url_origin(char origin[URL_SIZE], const char *url);

/* Whether it is one or more segments with a slash between any two, none of them . or .. */
bool url_path_is_right(const char *path);

/* Appends "/" and the path's segments, each percent-encoded (RFC 3986, 2.3). What does not fit into
 * URL_PATH_SIZE is left out: the options' lengths see to it that all does. */
void url_path_append(char url[URL_PATH_SIZE], const char *path);

#endif
