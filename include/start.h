// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_START_H
#define REDIS_INIT_START_H

#include "options.h"
#include "settings.h"

/*
 * What the words after redis-init's options ask for: *words are the server's own arguments when it
 * is the server that is to be started (no words, a first one that begins with `-` or ends in .conf,
 * or the server's name), and NULL for any other program and for a server that is only asked
 * something. A server's name given here becomes settings->server; EX_CONFIG when it is none.
 */
bool start_server_words(char **arguments, struct settings *settings, char ***words,
                        struct failure *failure) MUST_CHECK;

/*
 * The way of the data from settings to exec: password, verdict, folders, root dropped, redis.conf,
 * hand-off to redis-init-supervise. Returns only on failure, with any exit code of redis-init(8);
 * nothing half-written is left and no server runs.
 */
bool start(const struct options *options, struct settings *settings, char **environment,
           struct failure *failure) MUST_CHECK;

#endif
