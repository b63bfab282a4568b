// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_H
#define REDIS_INIT_POLICY_H

#include <stdbool.h>
#include <stddef.h>

/* The limits that a password has to reach. */
struct policy {
    size_t min_length;    /* bytes */
    unsigned min_entropy; /* bits */
};

enum policy_reason {
    POLICY_ACCEPTED,
    POLICY_SHORT,
    POLICY_PLACEHOLDER,
    POLICY_EXAMPLE,
    POLICY_ENCODED,
    POLICY_GUESSABLE
};

struct verdict {
    bool accepted;
    enum policy_reason reason;
    size_t length;           /* bytes */
    double bits;             /* the estimate: of the cheapest description found */
    const char *description; /* static text: why it was refused, or what it was taken for */
};

/*
 * Judges a password of any bytes. Pure: the same arguments give the same verdict.
 *
 * The estimate is that of the shortest description (minimum description length): the generator that
 * could have made it (length times the bits of its alphabet), or its structure (words, names,
 * keyboard walks, sequences, dates, repeats ...) where that is clearly shorter.
 *
 * `service_words` ends with NULL: names that whoever knows the service would try first.
 */
struct verdict policy_judge(const char *password, size_t length, const struct policy *policy,
                            const char *const *service_words);

#endif
