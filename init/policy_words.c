// SPDX-License-Identifier: Apache-2.0
#include "policy_words.h"

#include <stddef.h>

/*
 * Built from data/ by data/words.awk and data/table.awk. words_first[n] is where bucket n begins:
 * the hash's lowest bits. Entries of a bucket rise by the 30 bits above these; words_rank[] holds 4
 * bits of rank, 2 of kind, 1 for diceware and 1 for function words. Of each word that is longer
 * than a prefix, words_prefix has the bit that the lowest bits of its prefix's hash name.
 */
#include "policy_words_table.h"

#define BUCKET_BITS 13
#define ENTRY_BITS 30
#define PREFIX_BITS 18 /* one in twelve of them is set */

bool policy_words_find(uint64_t hash, struct policy_word *word)
{
    const size_t bucket = hash & ((UINT64_C(1) << BUCKET_BITS) - 1);
    const uint32_t wanted = (uint32_t)(hash >> BUCKET_BITS);
    const size_t first = words_first[bucket], end = words_first[bucket + 1];
    if (first == end)
        return false;
    /* hashes lie evenly, so where it should be is near where it is */
    size_t i = first + (size_t)((uint64_t)wanted * (end - first) >> ENTRY_BITS);
    while (i > first && words_entry[i] > wanted)
        i--;
    while (i + 1 < end && words_entry[i] < wanted)
        i++;
    if (words_entry[i] != wanted)
        return false;
    word->bits = words_rank[i] & 15U;
    word->kind = (enum policy_word_kind)(words_rank[i] >> 4 & 3);
    word->diceware = (words_rank[i] >> 6 & 1) != 0;
    word->function = (words_rank[i] >> 7 & 1) != 0;
    return true;
}

bool policy_words_may_begin(uint64_t hash)
{
    const size_t bit = hash & ((UINT64_C(1) << PREFIX_BITS) - 1);
    return (words_prefix[bit / 8] >> bit % 8 & 1) != 0;
}
