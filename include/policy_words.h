// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_WORDS_H
#define REDIS_INIT_POLICY_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The built-in words (data/README.md says where they come from), as a table of hashes: a word that
 * is not in the lists is taken for one of them with a probability of about 10^-8, and no word can
 * be read out of the program. Words are lower case, POLICY_WORD_MIN to POLICY_WORD_MAX letters.
 */
#define POLICY_WORD_MIN 1
#define POLICY_WORD_MAX 24

/* Exact in the doubles of data/words.awk: the prime is 2^43 - 57, the factor below 2^10. */
#define POLICY_WORDS_PRIME UINT64_C(8796093022151)
#define POLICY_WORDS_FACTOR UINT64_C(1021)
#define POLICY_WORDS_START UINT64_C(1)

enum policy_word_kind { POLICY_WORD_COMMON, POLICY_WORD_SERVICE, POLICY_WORD_PLACEHOLDER };

struct policy_word {
    unsigned bits; /* log2 of its rank in its list, rounded up */
    enum policy_word_kind kind;
    bool diceware; /* in the EFF's large list */
    bool function; /* what sentences are made of: the, of, is, not ... */
};

/* The hash of a word is that of the word without its last byte, and that byte. */
static inline uint64_t policy_words_hash(uint64_t hash, unsigned char byte)
{
    return (hash * POLICY_WORDS_FACTOR + byte) % POLICY_WORDS_PRIME;
}

/* Whether a word of that hash is known; fills *word. */
bool policy_words_find(uint64_t hash, struct policy_word *word);

/* Whether a word of more than POLICY_WORDS_PREFIX letters may begin with those of that hash: saves
 * the look for all the longer ones, which in random text is nearly always in vain. */
#define POLICY_WORDS_PREFIX 4
bool policy_words_may_begin(uint64_t hash);

#endif
