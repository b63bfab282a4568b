// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_NEAREST_H
#define REDIS_INIT_NEAREST_H

#include <stddef.h>

/*
 * Of `count` names, laid out `stride` bytes apart from `names`, the one that `word` was probably
 * meant to be: at most two letters inserted, deleted, changed or swapped, and fewer than half of
 * them. NULL when none is near.
 */
const char *nearest_name(const char *word, const char *const *names, size_t count, size_t stride);

#endif
