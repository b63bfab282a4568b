// SPDX-License-Identifier: Apache-2.0
#include "policy_generator.h"

#include <math.h>
#include <string.h>

#include "policy_words.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define PUNCTUATION " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

#define DICEWARE_WORDS 7776 /* the EFF's large list: five dice */
#define DICEWARE_MIN 4      /* fewer words are what people put together */
#define UUID_BITS 122       /* RFC 9562, version 4: 128 bits without version and variant */
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

/* Where the longest word of the list that begins at `at` ends, or 0. Four of them have a hyphen. */
static size_t diceware_word(const struct policy_text *text, size_t at)
{
    uint64_t hash = POLICY_WORDS_START;
    size_t end = 0;
    for (size_t i = at; i < text->length && i - at < POLICY_WORD_MAX; i++) {
        struct policy_word word;
        if (!policy_is_lower(text->bytes[i]) && text->bytes[i] != '-')
            break;
        hash = policy_words_hash(hash, text->bytes[i]);
        if (i + 1 < text->length && policy_is_lower(text->bytes[i + 1]))
            continue;
        if (policy_words_find(hash, &word) && word.diceware)
            end = i + 1;
    }
    return end;
}

/* Words of the list, in lower case, with the same separator between any two. */
static size_t diceware_words(const struct policy_text *text)
{
    size_t words = 0, i = 0;
    unsigned char separator = 0;
    while (i < text->length) {
        const size_t end = diceware_word(text, i);
        if (end == 0)
            return 0;
        words++;
        if (end == text->length)
            return words;
        if (separator != 0 && text->bytes[end] != separator)
            return 0;
        separator = text->bytes[end];
        i = end + 1;
    }
    return 0; /* ends with a separator */
}

struct policy_generator policy_generator_of(const struct policy_text *text)
{
    const size_t words = diceware_words(text);
    if (words >= DICEWARE_MIN)
        return (struct policy_generator){(double)words * log2(DICEWARE_WORDS), "diceware words",
                                         true};
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
