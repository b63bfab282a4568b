// SPDX-License-Identifier: Apache-2.0
#include "policy_structure.h"

#include <float.h>
#include <math.h>
#include <sodium.h>
#include <string.h>

#include "policy_sentence.h"

#define SERVICE_WORD_BITS 5.0 /* some ten names of this very service, and how they are written */
#define HEXSPEAK_BITS 5.0
#define URL_SIGN_BITS 1.0 /* what is expected where it stands */
#define URL_DIGIT_BITS 4.0
#define RANDOM_BITS 4.0
#define ALNUM_BITS 5.954 /* log2(62): of a stretch without signs, when the text has some */

/* What the sixteen digits spell, besides numbers. */
static const char *const hexspeak[] = {
    "dead",     "beef",     "cafe",     "babe",    "face",     "feed",     "food",     "code",
    "decade",   "facade",   "deed",     "fade",    "fed",      "bad",      "baad",     "bead",
    "dad",      "dab",      "deaf",     "deface",  "decaf",    "coffee",   "abba",     "ace",
    "accede",   "efface",   "cab",      "cede",    "fab",      "fad",      "ebb",      "base",
    "boob",     "boobs",    "boo",      "bed",     "bee",      "dee",      "fee",      "add",
    "added",    "ad",       "be",       "a55",     "5a5a",     "d00d",     "big",      "leet",
    "deal",     "feel",     "less",     "fall",    "ball",     "1337",     "seed",     "idea",
    "defect",   "detect",   "debate",   "decide",  "abide",    "edge",     "bade",     "faded",
    "caffe",    "decode",   "f00d",     "c0de",    "b00b",     "b00b5",    "c0ffee",   "0ff1ce",
    "c001",     "d0d0",     "ca5e",     "ba5e",    "5eed",     "b16",      "1dea",     "7e57",
    "5afe",     "ba11",     "fa11",     "ca11",    "dea1",     "fee1",     "defec8",   "b105",
    "10ad",     "ab1e",     "bab1e",    "d1e",     "b1ade",    "fab1e",    "5e1f",     "acce55",
    "add1c7",   "0b5e55",   "decea5ed", "0bad",    "1bad",     "2bad",     "8bad",     "b00c",
    "b002",     "cace",     "ace0",     "10ff",    "1ce",      "f1a5c0",   "5eac0a57", "70ffee",
    "d0d0caca", "dabbad00", "fee1dead", "cab005e", "0dd",      "abad1dea", "defec8ed", "5ca1ab1e",
    "bada55",   "b0de",     "d1ced",    "effaced", "bedded",   "f005",     "deadfa11", "ca11ab1e",
    "e5ca1ade", "70ad",     "c01a",     "ced",     "0bad1dea", "facelift", "c0ded",    "dec0de",
    "dec0ded",  "beaded",   "added",    "5ecede",  "ba5ed",    "ba5e5",    "d15c",     "0ff",
    "1ade",     "f1ee",     "5a1e",     "00ff",    "ff00",     "55aa",     "aa55",     "a5a5",
    "5aa5",     "cafed00d", NULL};

/* A scheme and :// begin it, or Kubernetes' name of a service is in it. */
static bool is_url(const struct policy_text *text)
{
    size_t i = 0;
    for (; i + 4 <= text->length; i++)
        if (memcmp(text->bytes + i, ".svc", 4) == 0)
            return true;
    i = 0;
    while (i < text->length && (policy_is_alnum(text->bytes[i]) || text->bytes[i] == '+'))
        i++;
    return i > 1 && i + 3 <= text->length && memcmp(text->bytes + i, "://", 3) == 0;
}

static double literal(const struct policy_text *text, size_t at, bool url)
{
    const unsigned char c = text->bytes[at];
    if (url && c != '\0' && strchr(":/@.?=&-[]", c) != NULL)
        return URL_SIGN_BITS;
    if (url && policy_is_digit(c))
        return URL_DIGIT_BITS;
    if (policy_is_digit(c))
        return c <= '1' ? 5.5 : 7.0;
    if (policy_is_letter(c))
        return c == 's' || c == 'S' ? 5.0 : 8.5; /* a plural that the lists lack */
    if (c < ' ' || c > '~')
        return 10.0;
    return at > 0 && memchr(text->bytes, c, at) != NULL ? 2.5 : 6.0; /* it separated before */
}

/* A stretch that has no structure, as its generator makes it: what it costs to begin one keeps the
 * words that chance writes into random text from counting. */
static void offer_random(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                         double generator_bits)
{
    double byte_bits = fmin(generator_bits, ALNUM_BITS);
    for (size_t n = 1; at + n <= text->length; n++) {
        if (!policy_is_alnum(text->bytes[at + n - 1]))
            byte_bits = generator_bits;
        policy_offer(lattice, at, at + n, POLICY_LITERAL, RANDOM_BITS + byte_bits * (double)n);
    }
}

static bool is_hexadecimal(const struct policy_text *text)
{
    for (size_t i = 0; i < text->length; i++) {
        const unsigned char c = policy_to_lower(text->bytes[i]);
        if (!policy_is_digit(c) && (c < 'a' || c > 'f') && c != '-')
            return false;
    }
    return true;
}

/* The kind that covers most bytes, literals aside; a repeat counts for what it repeats. */
static enum policy_kind main_kind(const struct policy_lattice *lattice, size_t length)
{
    size_t covered[POLICY_KINDS] = {0};
    enum policy_kind best = POLICY_LITERAL;
    for (size_t to = length; to > 0; to = lattice->token[to].from)
        covered[lattice->token[to].kind] += to - lattice->token[to].from;
    covered[POLICY_LITERAL] = 0;
    for (enum policy_kind kind = POLICY_LITERAL + 1; kind < POLICY_KINDS; kind++)
        if (kind != POLICY_REPEAT && covered[kind] > covered[best])
            best = kind;
    if (best == POLICY_PLACEHOLDER_WORD || best == POLICY_EXAMPLE_TEXT)
        return best;
    return covered[POLICY_REPEAT] > covered[best] ? POLICY_REPEAT : best;
}

void policy_lattice_begin(struct policy_lattice *lattice, const struct policy_text *text)
{
    for (size_t i = 1; i <= text->length; i++)
        lattice->bits[i] = DBL_MAX;
    policy_marks_read(&lattice->marks, text);
}

/* What somebody knows by heart. */
static void find_known(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                       const struct policy_question *question, bool hexadecimal)
{
    policy_find_words(lattice, text, at);
    policy_find_letters(lattice, text, at);
    policy_find_examples(lattice, text, at);
    policy_find_listed(lattice, text, at, question->service_words, POLICY_SERVICE_WORD,
                       SERVICE_WORD_BITS);
    if (hexadecimal)
        policy_find_listed(lattice, text, at, hexspeak, POLICY_COMMON_WORD, HEXSPEAK_BITS);
    policy_find_addresses(lattice, text, at);
}

/* Every kind of token, in any order. */
static void describe(struct policy_lattice *lattice, const struct policy_text *text,
                     const struct policy_question *question,
                     const struct policy_keyboard *keyboards, size_t count)
{
    const bool hexadecimal = is_hexadecimal(text), url = is_url(text);
    policy_lattice_begin(lattice, text);
    for (size_t at = 0; at < text->length; at++) {
        if (question->words)
            policy_find_reversed_words(lattice, text, at);
        policy_offer(lattice, at, at + 1, POLICY_LITERAL, literal(text, at, url));
        offer_random(lattice, text, at, question->generator_bits);
        if (question->words)
            find_known(lattice, text, at, question, hexadecimal);
        policy_find_endings(lattice, text, at);
        policy_find_sequences(lattice, text, at);
        policy_find_series(lattice, text, at);
        policy_find_repeats(lattice, text, at);
        policy_find_dates(lattice, text, at);
        for (size_t i = 0; i < count; i++)
            policy_find_walks(lattice, text, at, &keyboards[i]);
    }
    if (question->words)
        policy_find_reversed_words(lattice, text, text->length);
}

static void take_cheaper(struct policy_structure *best, double bits, enum policy_kind kind)
{
    if (bits < best->bits)
        *best = (struct policy_structure){bits, kind};
}

/* Reads text on each keyboard, but for those that give the same keys as a more usual one; returns
 * how many there are. */
static size_t read_keyboards(struct policy_keyboard *keyboards, const struct policy_text *text)
{
    size_t count = 0;
    for (size_t i = 0; i < POLICY_LAYOUTS; i++) {
        size_t same = 0;
        policy_keyboard_read(&keyboards[count], i, text);
        while (same < count && memcmp(keyboards[same].key, keyboards[count].key,
                                      text->length * sizeof(struct policy_key)) != 0)
            same++;
        if (same == count)
            count++;
    }
    return count;
}

struct policy_structure policy_structure_of(const struct policy_text *text,
                                            const struct policy_question *question)
{
    struct policy_lattice lattice = {0};
    struct policy_keyboard keyboards[POLICY_LAYOUTS];
    const size_t count = read_keyboards(keyboards, text);
    describe(&lattice, text, question, keyboards, count);
    struct policy_structure best = {lattice.bits[text->length], main_kind(&lattice, text->length)};
    for (size_t i = 0; i < count && best.bits > POLICY_ENOUGH_BITS; i++)
        take_cheaper(&best, policy_walks_bits(text, &keyboards[i]), POLICY_KEYS);
    if (question->sentences && best.bits > POLICY_ENOUGH_BITS)
        take_cheaper(&best, policy_sentence_bits(text), POLICY_COMMON_WORD);
    sodium_memzero(keyboards, sizeof(keyboards));
    return best;
}
