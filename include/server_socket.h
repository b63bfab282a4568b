// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SERVER_SOCKET_H
#define REDIS_INIT_SERVER_SOCKET_H

#include <limits.h>

#include "server_args.h"
#include "settings.h"

#define SOCKET_NAME "redis.sock"

/* The unix socket that the server is to listen on. */
struct server_socket {
    char path[PATH_MAX]; /* as redis.conf says it: a relative one is in data_dir; "": none */
    bool is_ours;        /* run_dir/redis.sock, for `redis-init ping` and whoever shares the uid */
};

/*
 * The user's own: the last `unixsocket` of his .conf and what is included, of [redis.conf] and of
 * the arguments, also if it is empty. Otherwise ours, which needs a redis.conf in run_dir; none
 * where conf=memfd, or where the path is too long for a unix socket (unix(7): 107 bytes).
 */
struct server_socket server_socket_of(const struct settings *settings,
                                      const struct server_args *args);

#endif
