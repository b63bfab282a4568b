// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_CONF_PLACE_H
#define REDIS_INIT_CONF_PLACE_H

#include <limits.h>

#include "redis_conf.h"

/* Where redis.conf went; what the server is started with. */
struct conf_place_found {
    char path[PATH_MAX]; /* run_dir/redis.conf, or /proc/self/fd/N */
    int fd;              /* the descriptor to keep through exec, or -1 */
};

/*
 * Renders the conf into guarded memory, puts it where [redis] conf says and wipes its copy. With
 * conf=auto a run_dir that can't be written leads to a memfd, which is said. In a run_dir where
 * others could swap the file the server gets it by descriptor. EX_CANTCREAT, EX_OSERR.
 */
bool conf_place_write(struct conf_place_found *place, const struct redis_conf *conf,
                      const struct report *report, struct failure *failure) MUST_CHECK;

#endif
