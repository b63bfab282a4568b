// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_DATA_NAMES_H
#define REDIS_INIT_DATA_NAMES_H

#include <limits.h>
#include <stddef.h>

#include "server_args.h"
#include "settings.h"

#define DATA_NAMES_MAX 16

/*
 * Names in the data folder that the user gave to Redis's files: dbfilename, appendfilename,
 * appenddirname and cluster-config-file in the user's .conf and its includes, in [redis.conf] and
 * among the arguments.
 */
struct data_names {
    char names[DATA_NAMES_MAX][NAME_MAX + 1];
    size_t count;
};

/* A .conf that can't be read has no names here; user_conf_check() refuses it. */
struct data_names data_names_of(const struct settings *settings, const struct server_args *args);

/*
 * Whether Redis opens a file of that name in the data folder: dump.rdb, appendonly.aof, nodes.conf,
 * appendonlydir, the user's names, and temp-*.rdb and temp-*.aof, which a save would write over
 * when their PID comes again (Redis 7: config.c, rdb.c, aof.c). A backup beside them is the user's.
 */
bool data_names_has(const struct data_names *names, const char *name);

/* Whether it may be a folder of Redis's: appendonlydir, or a name of the user's. */
bool data_names_has_folder(const struct data_names *names, const char *name);

/* Whether Redis writes files of that name in such a folder: *.rdb, *.aof, *.manifest (aof.c). */
bool data_names_has_inside(const char *name);

#endif
