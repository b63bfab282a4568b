// SPDX-License-Identifier: Apache-2.0
#include "policy_sentence.h"

#include <float.h>

#define SENTENCE_BITS 10.0 /* that it is one, and how its words are written and separated */
#define WORDS_MIN 4
#define LETTERS_MIN 2.6 /* of a word, on average: chance finds many short ones */
#define KNOWN_MIN 0.75  /* of the letters and digits have to be in known words */
#define UNKNOWN_BITS 3.0
#define UNKNOWN_LETTER_BITS 4.5
#define KNOWN_AFTER 4    /* words that tell which sentence it is */
#define KNOWN_SHARE 0.4  /* of their bits, for the words after these */
#define BETWEEN_BITS 0.5 /* what stands between two words, as it did before */
#define STRANGE_BITS 8.5 /* what is no part of a sentence */

static bool is_word(const struct policy_token *token)
{
    return (token->kind >= POLICY_COMMON_WORD && token->kind <= POLICY_PLACEHOLDER_WORD) ||
           token->kind == POLICY_REPEAT;
}

/* A word that the lists lack. */
static void offer_unknown(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    double bits = UNKNOWN_BITS;
    for (size_t i = at; i < text->length && policy_is_letter(text->bytes[i]); i++) {
        bits += UNKNOWN_LETTER_BITS;
        policy_offer(lattice, at, i + 1, POLICY_LITERAL, bits);
    }
}

static void describe(struct policy_lattice *lattice, const struct policy_text *text)
{
    policy_lattice_begin(lattice, text);
    for (size_t at = 0; at < text->length; at++) {
        const bool between = !policy_is_alnum(text->bytes[at]);
        policy_offer(lattice, at, at + 1, POLICY_LITERAL, between ? BETWEEN_BITS : STRANGE_BITS);
        offer_unknown(lattice, text, at);
        policy_find_words(lattice, text, at);
        policy_find_endings(lattice, text, at);
        policy_find_repeats(lattice, text, at);
        policy_find_dates(lattice, text, at);
    }
}

struct sentence {
    double bits;
    size_t words, function_words, letters;
    size_t unknown; /* letters and digits between words */
    size_t behind;  /* and those that no word followed yet */
};

static void add(struct sentence *sentence, const struct policy_token *token)
{
    const bool known = sentence->words >= KNOWN_AFTER;
    if (!is_word(token)) {
        sentence->bits += token->bits;
        sentence->behind += token->bits > BETWEEN_BITS ? (size_t)(token->to - token->from) : 0;
        return;
    }
    sentence->bits += token->bits * (known ? KNOWN_SHARE : 1.0);
    sentence->words++;
    sentence->letters += (size_t)(token->to - token->from);
    sentence->function_words += token->function;
    sentence->unknown += sentence->behind;
    sentence->behind = 0;
}

double policy_sentence_bits(const struct policy_text *text)
{
    struct policy_lattice lattice = {.sentence = true};
    const struct policy_token *tokens[POLICY_TEXT_MAX];
    struct sentence sentence = {.bits = SENTENCE_BITS};
    size_t count = 0;
    describe(&lattice, text);
    for (size_t to = text->length; to > 0; to = lattice.token[to].from)
        tokens[count++] = &lattice.token[to]; /* the last comes first */
    while (count > 0)
        add(&sentence, tokens[--count]);
    const double letters = (double)sentence.letters;
    if (sentence.words < WORDS_MIN || sentence.function_words == 0 ||
        letters < LETTERS_MIN * (double)sentence.words ||
        letters < KNOWN_MIN * (letters + (double)sentence.unknown))
        return DBL_MAX;
    return sentence.bits;
}
