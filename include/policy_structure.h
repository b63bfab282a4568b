// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_STRUCTURE_H
#define REDIS_INIT_POLICY_STRUCTURE_H

#include "policy_lattice.h"

/* A description that is so short settles it: no shorter one is looked for. */
#define POLICY_ENOUGH_BITS 32.0

struct policy_structure {
    double bits;           /* of the cheapest description by tokens */
    enum policy_kind kind; /* of the tokens that cover most of it */
};

struct policy_question {
    double generator_bits;            /* what a byte costs the generator that fits */
    const char *const *service_words; /* end with NULL */
    bool sentences;                   /* its words may be those of a sentence */
    bool words;                       /* it may have some: nobody threads one through another */
};

/* Describes text as words, walks, sequences, dates and repeats. */
struct policy_structure policy_structure_of(const struct policy_text *text,
                                            const struct policy_question *question);

#endif
