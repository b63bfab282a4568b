// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_RELOAD_WORDS_H
#define REDIS_INIT_RELOAD_WORDS_H

#include "reload_plan.h"

/* The one line that tells of a rotation: names of users, no secrets. */
struct reload_words {
    char text[400];
    size_t length;
    bool overlaps; /* an old password holds on */
};

/* What the plan will do; to be asked before it is done. */
void reload_words_of(struct reload_words *words, const struct reload_plan *plan);

void reload_words_say(const struct reload_words *words, const struct reload_plan *plan,
                      const struct report *report);

#endif
