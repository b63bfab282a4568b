// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_RENAMED_H
#define REDIS_INIT_RENAMED_H

#include "failure.h"
#include "server_args.h"
#include "settings.h"

/*
 * Looks for a `rename-command` of what `redis-init reload` tells the server by, in the user's .conf
 * and what it includes, in [redis.conf] and among redis-server's arguments: *command is its name,
 * or NULL. EX_CONFIG as conf_walk().
 */
bool renamed_find(const char **command, const struct settings *settings,
                  const struct server_args *args, struct failure *failure) MUST_CHECK;

/* The same by the redis.conf of a server that runs, in run_dir; of one that can't be read it is for
 * others to speak. */
const char *renamed_in(const struct settings *settings);

#endif
