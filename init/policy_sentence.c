// SPDX-License-Identifier: Apache-2.0
#include "policy_sentence.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "policy_variant.h"

#define KNOWN_MIN 0.8 /* of the letters and digits have to be in known words */
#define UNKNOWN_BITS 3.0
#define UNKNOWN_LETTER_BITS 4.5
#define KNOWN_AFTER 3        /* words that tell which sentence it is */
#define OTHER_STYLE_BITS 2.5 /* a word written otherwise than the one before */
#define BETWEEN_BITS 0.5     /* what stands between two words, as it did before */
#define POINT_BITS 2.5       /* the signs that sentences have */
#define SIGN_BITS 6.0        /* any other */
#define ENDING_BITS_MAX 5.5  /* what people put behind a word costs that */
#define STRANGE_BITS 8.5     /* what is no part of a sentence */
#define MIXED_LEET_BITS 5.0  /* a letter both as such and in leet */

static const struct policy_wording wordings[] = {
    {.unknown_letter_bits = 2.6,
     .start_bits = 10,
     .function_bits = 2.5,
     .content_bits = 6.5,
     .known_share = 0.4,
     .letters_min = 2.6,
     .words_min = 4,
     .sentence = true},
    {.unknown_letter_bits = 3.3,
     .start_bits = 5,
     .function_bits = 7,
     .content_bits = 15,
     .known_share = 1,
     .letters_min = 3.6,
     .words_min = 3},
    {.unknown_letter_bits = 2.8,
     .start_bits = 5,
     .function_bits = 6,
     .content_bits = 8,
     .known_share = 0.9,
     .letters_min = 3.0,
     .words_min = 3,
     .topic = true},
};

static bool is_word(const struct policy_token *token)
{
    return (token->kind >= POLICY_COMMON_WORD && token->kind <= POLICY_PLACEHOLDER_WORD) ||
           token->kind == POLICY_REPEAT;
}

/* The length of the word that begins at `at` and ends where its letters end, if it has vowels; or
 * 0. */
static size_t natural_word(const struct policy_text *text, size_t at)
{
    size_t i = at, vowels = 0, capitals = 0;
    if (at > 0 && policy_is_alnum(text->bytes[at - 1]))
        return 0;
    for (; i < text->length && policy_is_letter(text->bytes[i]); i++) {
        vowels += strchr("aeiouy", policy_to_lower(text->bytes[i])) != NULL;
        capitals += policy_is_upper(text->bytes[i]);
    }
    const bool regular =
        capitals == 0 || capitals == i - at || (capitals == 1 && policy_is_upper(text->bytes[at]));
    return regular && 4 * vowels >= i - at ? i - at : 0;
}

/* A word that the lists lack. */
static void offer_unknown(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    const size_t natural = natural_word(text, at);
    double bits = UNKNOWN_BITS;
    if (natural > 0 && lattice->separator != 0) {
        const struct policy_token token = {
            .from = (unsigned short)at,
            .to = (unsigned short)(at + natural),
            .kind = POLICY_COMMON_WORD,
            .bits = UNKNOWN_BITS + lattice->wording->unknown_letter_bits * (double)natural,
            .bounded = true,
            .unknown = true};
        policy_offer_token(lattice, &token);
    }
    for (size_t i = at; i < text->length && policy_is_letter(text->bytes[i]); i++) {
        bits += UNKNOWN_LETTER_BITS;
        policy_offer(lattice, at, i + 1, POLICY_LITERAL, bits);
    }
}

static double sign_bits(unsigned char sign, unsigned char separator)
{
    if (policy_is_alnum(sign))
        return STRANGE_BITS;
    if (sign == separator)
        return BETWEEN_BITS;
    return sign != '\0' && strchr(",.;:!?' -", sign) != NULL ? POINT_BITS : SIGN_BITS;
}

static void describe(struct policy_lattice *lattice, const struct policy_text *text)
{
    policy_lattice_begin(lattice, text);
    for (size_t at = 0; at < text->length; at++) {
        policy_offer(lattice, at, at + 1, POLICY_LITERAL,
                     sign_bits(text->bytes[at], lattice->separator));
        offer_unknown(lattice, text, at);
        policy_find_words(lattice, text, at);
        policy_find_endings(lattice, text, at);
        policy_find_repeats(lattice, text, at);
        policy_find_dates(lattice, text, at);
    }
}

struct sentence {
    double bits;
    unsigned char style; /* the last word's */
    size_t words, function_words, letters;
    size_t bounded;     /* words with separators at both ends: chance makes few of these */
    size_t not_of_dice; /* words */
    size_t topical;     /* words of the service, or of placeholders */
    size_t unknown;     /* letters and digits between words */
    size_t behind;      /* and those that no word followed yet */
};

static void add(struct sentence *sentence, const struct policy_wording *wording,
                const struct policy_token *token)
{
    const double share = sentence->words >= KNOWN_AFTER ? wording->known_share : 1.0;
    const size_t length = (size_t)(token->to - token->from);
    if (!is_word(token)) {
        sentence->bits += token->bits * (length > 1 ? share : 1.0);
        if (token->kind == POLICY_LITERAL && token->bits > ENDING_BITS_MAX)
            sentence->behind += length;
        return;
    }
    sentence->bits += token->bits * share;
    if (token->kind != POLICY_REPEAT && !token->unknown) {
        if (sentence->words > 1 && sentence->style != token->style)
            sentence->bits += OTHER_STYLE_BITS;
        sentence->style = token->style;
    }
    sentence->words++;
    sentence->letters += length;
    sentence->bounded += token->bounded;
    sentence->topical +=
        token->kind == POLICY_SERVICE_WORD || token->kind == POLICY_PLACEHOLDER_WORD;
    sentence->function_words += token->function;
    sentence->not_of_dice += !token->diceware && token->kind != POLICY_REPEAT;
    sentence->unknown += sentence->behind;
    sentence->behind = 0;
}

static bool is_one(const struct sentence *sentence, const struct policy_wording *wording)
{
    if (wording->topic && 3 * sentence->topical < sentence->words)
        return false;
    const double letters = (double)sentence->letters;
    const double unknown = (double)(sentence->unknown + sentence->behind);
    if (wording->sentence && (sentence->function_words == 0 || sentence->not_of_dice == 0))
        return false;
    return sentence->words >= wording->words_min &&
           (4 * sentence->bounded >= 3 * sentence->words ||
            letters >= wording->letters_min * (double)sentence->words) &&
           letters >= KNOWN_MIN * (letters + unknown);
}

/* Who writes 3 for e does so throughout; chance, which makes short words of letters and digits,
 * does not. Digits at the end are a number. */
static double mixed_leet_bits(const struct policy_text *text)
{
    static const char pairs[][3] = {"0o", "1i", "3e", "4a", "5s", "7t"};
    size_t length = text->length;
    double bits = 0;
    while (length > 0 && !policy_is_letter(text->bytes[length - 1]))
        length--;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (memchr(text->bytes, pairs[i][0], length) != NULL &&
            (memchr(text->bytes, pairs[i][1], length) != NULL ||
             memchr(text->bytes, pairs[i][1] - ('a' - 'A'), length) != NULL))
            bits += MIXED_LEET_BITS;
    return bits;
}

static double worded_bits(const struct policy_text *text, const struct policy_wording *wording,
                          unsigned char separator)
{
    struct policy_lattice lattice = {.wording = wording, .separator = separator};
    const struct policy_token *tokens[POLICY_TEXT_MAX];
    struct sentence sentence = {.bits = wording->start_bits +
                                        (separator == 0 ? mixed_leet_bits(text) : 0)};
    size_t count = 0;
    describe(&lattice, text);
    for (size_t to = text->length; to > 0; to = lattice.token[to].from)
        tokens[count++] = &lattice.token[to]; /* the last comes first */
    while (count > 0)
        add(&sentence, wording, tokens[--count]);
    return is_one(&sentence, wording) ? sentence.bits : DBL_MAX;
}

double policy_sentence_bits(const struct policy_text *text)
{
    const unsigned char separator = policy_separator_of(text);
    const bool letter = separator != 0 && strchr("!$@+", separator) != NULL; /* in leet */
    double bits = DBL_MAX;
    for (size_t i = 0; i < sizeof(wordings) / sizeof(wordings[0]); i++) {
        bits = fmin(bits, worded_bits(text, &wordings[i], separator));
        if (letter)
            bits = fmin(bits, worded_bits(text, &wordings[i], 0));
    }
    return bits;
}
