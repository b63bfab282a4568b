// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_START_H
#define REDIS_INIT_START_H

#include "options.h"
#include "settings.h"

/*
 * What the words after redis-init's options ask for: the server's own arguments when it is the
 * server that is to be started (no words, a first one that begins with `-` or ends in .conf, or the
 * server's name), or NULL for any other program. A server's name given here becomes
 * settings->server.
 */
char **start_server_words(char **arguments, struct settings *settings);

/*
 * The way of the data from settings to exec: password, verdict, folders, root dropped, redis.conf,
 * hand-off to redis-init-supervise. Returns only on failure; nothing half-written is left and no
 * server runs.
 */
bool start(const struct options *options, struct settings *settings, char **environment,
           struct failure *failure) MUST_CHECK;

#endif
