// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_GENERATOR_H
#define REDIS_INIT_POLICY_GENERATOR_H

#include "policy_text.h"

struct policy_generator {
    double bits;      /* of the whole text */
    const char *name; /* "hexadecimal digits", ... */
    bool words;       /* it gives words: that there are some is no structure */
};

/* The generator with the smallest alphabet that can have made this text; there always is one. */
struct policy_generator policy_generator_of(const struct policy_text *text);

#endif
