// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SERVICE_WORDS_H
#define REDIS_INIT_SERVICE_WORDS_H

#include "settings.h"

#define SERVICE_WORDS_MAX 32

/* Words that an attacker tries first on this very service; `list` is NULL-ended and points into
 * `text`. */
struct service_words {
    const char *list[SERVICE_WORDS_MAX + 1];
    size_t count;
    char text[1024];
    size_t used;
};

/*
 * The host's name, the user's (USER, LOGNAME: no passwd look-up) and the folders' and server's
 * names, in lower case and cut at what is no letter or digit.
 */
void service_words_collect(struct service_words *words, const struct settings *settings);

#endif
