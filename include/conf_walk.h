// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_CONF_WALK_H
#define REDIS_INIT_CONF_WALK_H

#include <stddef.h>

#include "failure.h"
#include "server_args.h"
#include "settings.h"

/* A line of a user's conf that is neither empty nor a comment. */
struct conf_directive {
    const char *name; /* cut, where no directive of the server's is so long */
    size_t name_length;
    const char *value;  /* the first argument, unquoted; "" without one */
    size_t value_count; /* 0 is for the server to refuse */
    const char *line;   /* as it stands, which is what the server prints when it refuses it */
    size_t line_length;
    const char *where; /* file:line */
};

/* What is done with each directive and, unless it is NULL, with each opened file; false, with a
 * failure, ends the walk. */
struct conf_visitor {
    bool (*visit)(const struct conf_directive *directive, void *context, struct failure *failure);
    void *context;
    bool (*judge)(int fd, const char *path, void *context, struct failure *failure);
};

/*
 * Reads the user's .conf, what it includes, and each `include` in [redis.conf] and among
 * redis-server's arguments, as the server will: in the same order, by the same quoting, with the
 * same patterns. What the server might read otherwise is refused: a NUL byte, a relative include
 * behind a `dir`. EX_CONFIG, with its name, also for a file that can't be read or is in a circle of
 * includes.
 */
bool conf_walk(const struct settings *settings, const struct server_args *args,
               const struct conf_visitor *visitor, struct failure *failure) MUST_CHECK;

#endif
