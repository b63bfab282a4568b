// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_BIND_H
#define REDIS_INIT_BIND_H

#include <netinet/in.h>
#include <stddef.h>

#include "failure.h"

#define BIND_MAX 4096

/*
 * Turns [redis] bind into what redis.conf's `bind` takes: addresses and `*` as they are, each with
 * its `-` (may be missing), `loopback` as 127.0.0.1 -::1, an interface as its addresses of this
 * moment (link-local IPv6 ones aside, which would need a zone). For a server without `optional` the
 * `-` is left out and `*` becomes 0.0.0.0, `::*` becomes `::`: those servers pass over a family
 * that the host lacks (anet.c of Redis 5). EX_CONFIG names the word that is neither an address nor
 * an interface.
 */
bool bind_resolve(const char *setting, bool optional, char out[BIND_MAX],
                  struct failure *failure) MUST_CHECK;

#define BIND_LOCAL_MAX 16

/* Addresses as text: inet_pton(3). */
struct bind_local {
    char address[BIND_LOCAL_MAX][INET6_ADDRSTRLEN];
    size_t count;
};

/*
 * The addresses at which a server bound to `resolved` is reached from its own host, in that order:
 * those of the loopback, which `*` and 0.0.0.0 (127.0.0.1), `::*` and `::` (::1) have; any others
 * only where there is none of these.
 */
struct bind_local bind_local_of(const char *resolved);

#endif
