// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_SENTENCE_H
#define REDIS_INIT_POLICY_SENTENCE_H

#include "policy_lattice.h"

/*
 * What a text costs as words in one style, with the same few characters between them: as a phrase,
 * where each word counts by its rank, or as a sentence. Proverbs, quotations and titles are few,
 * and the beginning of one says how it goes on. DBL_MAX when it is neither: fewer than four words,
 * or something else between them. What follows the last word counts in full.
 */
double policy_sentence_bits(const struct policy_text *text);

#endif
