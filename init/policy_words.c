// SPDX-License-Identifier: Apache-2.0
#include "policy_words.h"

#include <stddef.h>

/*
 * Built from data/ by data/words.awk and data/table.awk. words_first[n] is where bucket n begins:
 * the hash's lowest bits. Entries of a bucket rise by the 30 bits above these; words_rank[] holds 4
 * bits of rank, 2 of kind, 1 for diceware and 1 for function words.
 */
#include "policy_words_table.h"

#define BUCKET_BITS 13

bool policy_words_find(uint64_t hash, struct policy_word *word)
{
    const size_t bucket = hash & ((UINT64_C(1) << BUCKET_BITS) - 1);
    const uint32_t wanted = (uint32_t)(hash >> BUCKET_BITS);
    size_t low = words_first[bucket], high = words_first[bucket + 1];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (words_entry[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == words_first[bucket + 1] || words_entry[low] != wanted)
        return false;
    word->bits = words_rank[low] & 15U;
    word->kind = (enum policy_word_kind)(words_rank[low] >> 4 & 3);
    word->diceware = (words_rank[low] >> 6 & 1) != 0;
    word->function = (words_rank[low] >> 7 & 1) != 0;
    return true;
}
