// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "policy_lattice.h"
#include "policy_words.h"

#define WORD_KIND_BITS 1.5    /* words are the most common tokens */
#define SERVICE_KIND_BITS 0.5 /* and where one of these is, the next often is, too */
#define USUAL_STYLE_BITS 4.5  /* capitals and leet that a whole sentence has */
#define ENDING_BITS 5.5
#define REVERSED_BITS 2.0
#define LONG_WORD 5
#define SHORTER_BITS 2.5 /* each letter less */
#define LEET_BITS 1.0    /* that there is any, and then each */
#define LEET_EACH_BITS 0.7

/* Random text is full of short words, so that they say less: by length, from 0. */
static const double short_bits[] = {0, 1.0, 3.0, 3.5, 2.5, 1.0};

/* The letters that a character stands for, in two readings, and the usual ones alone: k8s. */
#define LEET_READINGS 3
static const unsigned char leet[LEET_READINGS][128] = {
    {['0'] = 'o', ['1'] = 'i', ['2'] = 'z', ['3'] = 'e', ['4'] = 'a', ['5'] = 's', ['6'] = 'b',
     ['7'] = 't', ['8'] = 'b', ['9'] = 'g', ['@'] = 'a', ['$'] = 's', ['!'] = 'i', ['+'] = 't',
     ['|'] = 'i', ['('] = 'c', ['<'] = 'c', ['%'] = 'x', ['&'] = 'e', ['#'] = 'h'},
    {['0'] = 'o', ['1'] = 'l', ['2'] = 'z', ['3'] = 'e', ['4'] = 'a', ['5'] = 's', ['6'] = 'g',
     ['7'] = 'l', ['8'] = 'b', ['9'] = 'q', ['@'] = 'a', ['$'] = 's', ['!'] = 'l', ['+'] = 't',
     ['|'] = 'l', ['('] = 'c', ['<'] = 'c', ['%'] = 'x', ['&'] = 'a', ['#'] = 'h'},
    {['0'] = 'o',
     ['1'] = 'i',
     ['3'] = 'e',
     ['4'] = 'a',
     ['5'] = 's',
     ['7'] = 't',
     ['@'] = 'a',
     ['$'] = 's',
     ['!'] = 'i'}};

static unsigned char read_leet(unsigned char c, int reading)
{
    const unsigned char letter = c < sizeof(leet[0]) ? leet[reading][c] : 0;
    return letter != 0 ? letter : policy_to_lower(c);
}

/* One way of reading a stretch of text as a word, byte by byte. */
struct reading {
    uint64_t hash[1 + LEET_READINGS]; /* as written, and with the readings of leet */
    unsigned length;
    unsigned letters;
    unsigned capitals;
    unsigned substituted;
    bool first_is_capital;
};

static const struct reading nothing_read = {
    .hash = {POLICY_WORDS_START, POLICY_WORDS_START, POLICY_WORDS_START, POLICY_WORDS_START}};

static void read_byte(struct reading *reading, unsigned char c)
{
    if (reading->length == 0)
        reading->first_is_capital = policy_is_upper(c);
    reading->length++;
    reading->letters += policy_is_letter(c);
    reading->capitals += policy_is_upper(c);
    reading->substituted += read_leet(c, 0) != policy_to_lower(c);
    reading->hash[0] = policy_words_hash(reading->hash[0], policy_to_lower(c));
    for (int i = 0; i < LEET_READINGS; i++)
        reading->hash[1 + i] = policy_words_hash(reading->hash[1 + i], read_leet(c, i));
}

/* What the capitals say: none, the first, all, or which ones. */
static double capital_bits(const struct reading *reading)
{
    const unsigned n = reading->letters, k = reading->capitals;
    if (k == 0)
        return 0.3;
    if (k == n || (k == 1 && reading->first_is_capital))
        return 1.3;
    return 1.0 + (lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)) / log(2);
}

static enum policy_kind kind_of(const struct policy_word *word)
{
    static const enum policy_kind kinds[] = {
        [POLICY_WORD_COMMON] = POLICY_COMMON_WORD,
        [POLICY_WORD_SERVICE] = POLICY_SERVICE_WORD,
        [POLICY_WORD_PLACEHOLDER] = POLICY_PLACEHOLDER_WORD,
    };
    return kinds[word->kind];
}

static double kind_bits(const struct policy_word *word, const struct reading *reading)
{
    if (word->kind != POLICY_WORD_COMMON && reading->substituted == 0)
        return SERVICE_KIND_BITS;
    return WORD_KIND_BITS + (reading->length < sizeof(short_bits) / sizeof(short_bits[0])
                                 ? short_bits[reading->length]
                                 : 0);
}

/* Which word it is, among words; chance finds short ones, so that these say less. */
static double wording_bits(const struct policy_wording *wording, const struct policy_word *word,
                           unsigned length)
{
    if (word->function)
        return fmin(word->bits, wording->function_bits);
    const double missing = length < LONG_WORD ? LONG_WORD - length : 0;
    return fmin(word->bits, wording->content_bits + SHORTER_BITS * missing);
}

static double style_bits(const struct reading *reading, bool leet_speak)
{
    const double bits = capital_bits(reading);
    return leet_speak ? bits + LEET_BITS + LEET_EACH_BITS * reading->substituted : bits;
}

static unsigned char style_of(const struct reading *reading, bool leet_speak)
{
    const unsigned char capitals =
        reading->capitals == 0 ? 0 : (reading->capitals == 1 && reading->first_is_capital ? 1 : 2);
    return leet_speak ? capitals | 4 : capitals;
}

static void offer_readings(struct policy_lattice *lattice, size_t from, size_t to,
                           const struct reading *reading, double extra)
{
    const bool irregular =
        reading->capitals > 1 && reading->capitals < reading->letters; /* no sentence has such */
    const int readings = reading->substituted > 0 && reading->letters > 0 ? 1 + LEET_READINGS : 1;
    struct policy_word word;
    if (reading->length < POLICY_WORD_MIN || (lattice->wording != NULL && irregular))
        return;
    for (int i = 0; i < readings; i++) {
        if (!policy_words_find(reading->hash[i], &word))
            continue;
        const double style = style_bits(reading, i > 0);
        const double bits = lattice->wording != NULL
                                ? wording_bits(lattice->wording, &word, reading->length) +
                                      fmax(0, style - USUAL_STYLE_BITS)
                                : kind_bits(&word, reading) + word.bits + extra + style;
        const struct policy_token token = {
            (unsigned short)from, (unsigned short)to, kind_of(&word),          bits,
            word.function,        word.diceware,      style_of(reading, i > 0)};
        policy_offer_token(lattice, &token);
    }
}

/* The lists are ASCII. */
static bool is_ascii(const struct policy_text *text, size_t i)
{
    return text->bytes[i] > ' ' && text->bytes[i] <= '~';
}

void policy_find_words(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    struct reading reading = nothing_read;
    for (size_t i = at; i < text->length && i - at < POLICY_WORD_MAX && is_ascii(text, i); i++) {
        read_byte(&reading, text->bytes[i]);
        offer_readings(lattice, at, i + 1, &reading, 0);
    }
}

void policy_find_reversed_words(struct policy_lattice *lattice, const struct policy_text *text,
                                size_t at)
{
    struct reading reading = nothing_read;
    for (size_t i = at; i > 0 && at - i < POLICY_WORD_MAX && is_ascii(text, i - 1); i--) {
        read_byte(&reading, text->bytes[i - 1]);
        offer_readings(lattice, i - 1, at, &reading, REVERSED_BITS);
    }
}

void policy_find_endings(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    /* what people put behind a word when a rule asks for a digit or a sign */
    static const char *const endings[] = {"!@#$", "!@#",  "123",  "1234", "12345", "!!",  "!!!",
                                          "1!",   "123!", "@123", "#1",   "01",    "99",  "***",
                                          "...",  "!1",   "?",    "!",    ".",     "1",   "2",
                                          "12",   "007",  "69",   "00",   "11",    "$$$", NULL};
    policy_find_listed(lattice, text, at, endings, POLICY_LITERAL, ENDING_BITS);
}

void policy_find_listed(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                        const char *const *words, enum policy_kind kind, double bits)
{
    for (; *words != NULL; words++) {
        const size_t length = strlen(*words);
        size_t same = 0;
        if (length < 2 || length > text->length - at)
            continue;
        while (same < length && (policy_to_lower(text->bytes[at + same]) ==
                                     policy_to_lower((unsigned char)(*words)[same]) ||
                                 read_leet(text->bytes[at + same], 0) ==
                                     policy_to_lower((unsigned char)(*words)[same])))
            same++;
        if (same == length)
            policy_offer(lattice, at, at + length, kind, bits);
    }
}
