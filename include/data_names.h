// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_DATA_NAMES_H
#define REDIS_INIT_DATA_NAMES_H

#include <limits.h>
#include <stddef.h>

#include "server_args.h"
#include "settings.h"

#define DATA_NAMES_MAX 16

/* Names in the data folder that the user gave to Redis's files (dbfilename, appenddirname ...). */
struct data_names {
    char names[DATA_NAMES_MAX][NAME_MAX + 1];
    size_t count;
};

struct data_names data_names_of(const struct settings *settings, const struct server_args *args);

/*
 * Whether Redis writes files of that name: *.rdb, *.aof, *.manifest, nodes.conf and nodes-*.conf,
 * the folder appendonlydir, and the user's names (Redis 7: config.c, aof.c, cluster.c).
 */
bool data_names_has(const struct data_names *names, const char *name);

/* Whether it may be a folder of Redis's: appendonlydir, or a name of the user's. */
bool data_names_has_folder(const struct data_names *names, const char *name);

#endif
