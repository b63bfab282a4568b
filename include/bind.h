// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_BIND_H
#define REDIS_INIT_BIND_H

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

#endif
