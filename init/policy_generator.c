// SPDX-License-Identifier: Apache-2.0
#include "policy_generator.h"

#include <math.h>
#include <string.h>

#include "policy_variant.h"
#include "policy_words.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define PUNCTUATION " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

#define DICEWARE_WORDS 7776 /* the EFF's large list: five dice */
#define DICEWARE_MIN 4      /* fewer words are what people put together */
#define DICE_DIGITS_MAX 3
#define UUID_BITS 122 /* RFC 9562, version 4: 128 bits without version and variant */
#define UUID_LENGTH 36

struct alphabet {
    const char *name;
    const char *characters;
    const char *padding; /* characters that may end the text and say nothing */
};

/* From the smallest to the largest: the first that fits is the answer. */
static const struct alphabet alphabets[] = {
    {"digits", DIGITS, ""},
    {"hexadecimal digits", DIGITS "abcdef", ""},
    {"hexadecimal digits", DIGITS "ABCDEF", ""},
    {"lower case letters", LOWER, ""},
    {"upper case letters", UPPER, ""},
    {"base32", UPPER "234567", "="},
    {"lower case letters and digits", LOWER DIGITS, ""},
    {"upper case letters and digits", UPPER DIGITS, ""},
    {"letters", LOWER UPPER, ""},
    {"letters and digits", LOWER UPPER DIGITS, ""},
    {"base64", LOWER UPPER DIGITS "+/", "="},
    {"base64url", LOWER UPPER DIGITS "-_", "="},
    {"printable characters", LOWER UPPER DIGITS PUNCTUATION, ""},
};

static bool is_made_of(const struct policy_text *text, const char *characters, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text->bytes[i] == '\0' || strchr(characters, text->bytes[i]) == NULL)
            return false;
    return true;
}

static size_t length_without(const struct policy_text *text, const char *padding)
{
    size_t length = text->length;
    while (length > 0 && *padding != '\0' && text->bytes[length - 1] == (unsigned char)*padding)
        length--;
    return length;
}

static bool is_uuid(const struct policy_text *text)
{
    if (text->length != UUID_LENGTH)
        return false;
    for (size_t i = 0; i < text->length; i++) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const unsigned char c = policy_to_lower(text->bytes[i]);
        if (dash ? c != '-' : c == '\0' || strchr(DIGITS "abcdef", c) == NULL)
            return false;
    }
    return true;
}

enum style { STYLE_LOWER, STYLE_TITLE, STYLE_UPPER };

/* Words of the dice's list, as passphrase generators write them: in one style, with the same
 * separator between any two or none, and with a digit or two behind words. */
struct dice {
    unsigned char separator; /* 0: none */
    enum style style;
    unsigned char words[POLICY_TEXT_MAX + 1];  /* that the first n bytes hold at least; 0: none */
    unsigned char digits[POLICY_TEXT_MAX + 1]; /* behind them */
};

static enum style style_of(const struct policy_text *text)
{
    if (text->length < 2 || !policy_is_upper(text->bytes[0]))
        return STYLE_LOWER;
    return policy_is_upper(text->bytes[1]) ? STYLE_UPPER : STYLE_TITLE;
}

/* Whether the byte at `at` is written in that style, in a word that begins at `from`. */
static bool has_style(const struct policy_text *text, enum style style, size_t from, size_t at)
{
    const unsigned char c = text->bytes[at];
    if (c == '-')
        return true; /* four of the words have a hyphen */
    if (style == STYLE_TITLE && at > from && text->bytes[at - 1] == '-')
        return policy_is_letter(c);
    const bool upper = style == STYLE_UPPER || (style == STYLE_TITLE && at == from);
    return upper ? policy_is_upper(c) : policy_is_lower(c);
}

/* The end of a word is reached in `words` words; fewer are kept. */
static void reach(struct dice *dice, size_t end, unsigned char words, unsigned char digits)
{
    if (dice->words[end] != 0 && dice->words[end] <= words)
        return;
    dice->words[end] = words;
    dice->digits[end] = digits;
}

/* Every word that begins at `from`, behind `words` others. */
static void read_words(struct dice *dice, const struct policy_text *text, size_t from,
                       unsigned char words, unsigned char digits)
{
    uint64_t hash = POLICY_WORDS_START;
    struct policy_word word;
    for (size_t i = from; i < text->length && i - from < POLICY_WORD_MAX; i++) {
        if (!has_style(text, dice->style, from, i))
            return;
        hash = policy_words_hash(hash, policy_to_lower(text->bytes[i]));
        if (policy_words_find(hash, &word) && word.diceware)
            reach(dice, i + 1, words + 1, digits);
    }
}

static bool is_reached(const struct dice *dice, size_t at)
{
    return at == 0 || dice->words[at] != 0;
}

/* The bits of dice that give these words, or 0. */
static double dice_bits(const struct policy_text *text)
{
    struct dice dice = {.separator = policy_separator_of(text), .style = style_of(text)};
    for (size_t at = 0; at < text->length; at++) {
        if (!is_reached(&dice, at))
            continue;
        const unsigned char words = dice.words[at], digits = dice.digits[at];
        if (at > 0 && policy_is_digit(text->bytes[at]) && digits < DICE_DIGITS_MAX)
            reach(&dice, at + 1, words, digits + 1);
        const bool separated = at > 0 && dice.separator != 0;
        if (separated && text->bytes[at] == dice.separator)
            read_words(&dice, text, at + 1, words, digits);
        else if (!separated)
            read_words(&dice, text, at, words, digits);
    }
    if (dice.words[text->length] < DICEWARE_MIN)
        return 0;
    return dice.words[text->length] * log2(DICEWARE_WORDS) + dice.digits[text->length] * log2(10);
}

struct policy_generator policy_generator_of(const struct policy_text *text)
{
    const double dice = dice_bits(text);
    if (dice > 0)
        return (struct policy_generator){dice, "diceware words", true};
    if (is_uuid(text))
        return (struct policy_generator){UUID_BITS, "a UUID", false};
    for (size_t i = 0; i < sizeof(alphabets) / sizeof(alphabets[0]); i++) {
        const struct alphabet *alphabet = &alphabets[i];
        const size_t length = length_without(text, alphabet->padding);
        if (is_made_of(text, alphabet->characters, length))
            return (struct policy_generator){
                (double)length * log2((double)strlen(alphabet->characters)), alphabet->name, false};
    }
    return (struct policy_generator){8.0 * (double)text->length, "bytes", false};
}
