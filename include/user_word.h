// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_USER_WORD_H
#define REDIS_INIT_USER_WORD_H

#include <limits.h>

#include "server_args.h"
#include "settings.h"

/* The first value of a directive of the user's. */
struct user_word {
    bool found;
    bool unreadable; /* a .conf can't be read, which user_conf_check() refuses */
    char text[PATH_MAX];
};

/*
 * The last `name` or `alike` (the same directive's other name, or NULL) of the user's .conf and
 * what it includes, of [redis.conf] and of the arguments, in the order in which the server reads
 * them; also an empty one. Not found either where the value is longer than a path.
 */
struct user_word user_word_of(const char *name, const char *alike, const struct settings *settings,
                              const struct server_args *args);

#endif
