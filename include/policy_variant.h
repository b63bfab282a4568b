// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_VARIANT_H
#define REDIS_INIT_POLICY_VARIANT_H

#include "policy_text.h"

enum policy_variant { POLICY_WITHOUT_SEPARATORS, POLICY_UNTHREADED, POLICY_VARIANTS };

/* The sign that is in the text most often, and more than once, its end aside; or 0. */
unsigned char policy_separator_of(const struct policy_text *text);

/*
 * Rewrites text into `bytes` (of at least text->length), so that structure shows which the original
 * hides. Returns the bits that say how to get back; *length is 0 when that variant is none.
 */
double policy_variant_of(const struct policy_text *text, enum policy_variant variant,
                         unsigned char *bytes, size_t *length);

#endif
