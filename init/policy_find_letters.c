// SPDX-License-Identifier: Apache-2.0
#include "policy_lattice.h"

/* Built from data/words.txt by data/letters.awk: letters_bits[before][last][letter], in
 * eighths of a bit; the two letters before count from 1, and 0 is a word's beginning. */
#include "policy_letters_table.h"

#define UNLISTED_BITS 2.5 /* that it is a word which the lists lack, and where it ends */
#define LETTERS_MIN 5
#define LEET_BITS 1.5 /* that there is any, and then each */
#define LEET_EACH_BITS 1.0

/* A word that no list has, by which letters usually follow each other. */
void policy_find_letters(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    double bits = POLICY_KIND_BITS + UNLISTED_BITS;
    size_t capitals = 0, substituted = 0, before = 0, last = 0;
    for (size_t i = at; i < text->length; i++) {
        const unsigned char letter = policy_read_leet(text->bytes[i]);
        const size_t length = i + 1 - at;
        if (!policy_is_lower(letter))
            return;
        bits += letters_bits[before][last][letter - 'a'] / 8.0;
        before = last;
        last = (size_t)(letter - 'a') + 1;
        capitals += policy_is_upper(text->bytes[i]);
        if (!policy_is_letter(text->bytes[i]))
            bits += LEET_EACH_BITS + (substituted++ == 0 ? LEET_BITS : 0);
        const bool regular = capitals == 0 || capitals + substituted == length ||
                             (capitals == 1 && policy_is_upper(text->bytes[at]));
        if (length >= LETTERS_MIN && regular && 2 * substituted < length)
            policy_offer(lattice, at, i + 1, POLICY_COMMON_WORD, bits + (capitals > 0 ? 1.3 : 0.3));
    }
}
