// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "policy_lattice.h"
#include "policy_words.h"

#define WORD_KIND_BITS 1.5    /* words are the most common tokens */
#define SERVICE_KIND_BITS 0.5 /* and where one of these is, the next often is, too */
#define USUAL_STYLE_BITS 4.5  /* capitals and leet that a whole sentence has */
#define ENDING_BITS 5.5
#define SUFFIX_BITS 2.0
#define STEM_MIN 3
#define SPLIT_BITS 3.0 /* a word that ends without the separator */
#define REVERSED_BITS 2.0
#define STILL_REVERSED_BITS 0.3
#define ENGLISH_BITS_MAX 8 /* of a function word */
#define OTHER_LANGUAGE_BITS 3.0
#define LONG_WORD 5
#define SHORTER_BITS 2.5 /* each letter less */
#define LEET_BITS 1.0    /* that there is any, and then each */
#define LEET_EACH_BITS 0.7
#define RARE_LEET_BITS 1.0  /* 6 for b, 2 for z */
#define SHORT_LEET_BITS 3.0 /* in a short word, among words */

/* Random text is full of short words, so that they say less: by length, from 0. */
static const double short_bits[] = {0, 1.0, 3.0, 3.5, 2.5, 1.0};

/* The letters that a character stands for, in three readings, and the usual ones alone: k8s. */
#define LEET_READINGS 4
#define USUAL_READING 2
static const unsigned char leet[LEET_READINGS][128] = {
    {['0'] = 'o', ['1'] = 'i', ['2'] = 'z', ['3'] = 'e', ['4'] = 'a', ['5'] = 's', ['6'] = 'b',
     ['7'] = 't', ['8'] = 'b', ['9'] = 'g', ['@'] = 'a', ['$'] = 's', ['!'] = 'i', ['+'] = 't',
     ['|'] = 'l', ['('] = 'c', ['<'] = 'c', ['%'] = 'x', ['&'] = 'e', ['#'] = 'h'},
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
     ['!'] = 'i',
     ['+'] = 't'},
    {['0'] = 'o', ['1'] = 'l', ['2'] = 'z', ['3'] = 'e', ['4'] = 'a', ['5'] = 's', ['6'] = 'g',
     ['7'] = 't', ['8'] = 'b', ['9'] = 'g', ['@'] = 'a', ['$'] = 's', ['!'] = 'i', ['+'] = 't',
     ['|'] = 'i', ['('] = 'c', ['<'] = 'c', ['%'] = 'x', ['&'] = 'a', ['#'] = 'h'}};

static unsigned char read_leet(unsigned char c, int reading)
{
    const unsigned char letter = c < sizeof(leet[0]) ? leet[reading][c] : 0;
    return letter != 0 ? letter : policy_to_lower(c);
}

unsigned char policy_read_leet(unsigned char c)
{
    return read_leet(c, USUAL_READING);
}

/* One way of reading a stretch of text as a word, byte by byte. */
struct reading {
    uint64_t hash[1 + LEET_READINGS]; /* as written, and with the readings of leet, if any */
    unsigned length;
    unsigned letters;
    unsigned capitals;
    unsigned substituted;
    unsigned rare; /* substitutions that few people make */
    bool first_is_capital;
};

static const struct reading nothing_read = {.hash = {POLICY_WORDS_START}};

static void read_byte(struct reading *reading, unsigned char c)
{
    if (reading->length == 0)
        reading->first_is_capital = policy_is_upper(c);
    reading->length++;
    reading->letters += policy_is_letter(c);
    reading->capitals += policy_is_upper(c);
    const bool substituted = read_leet(c, 0) != policy_to_lower(c);
    reading->rare += substituted && read_leet(c, USUAL_READING) == policy_to_lower(c);
    if (substituted && reading->substituted++ == 0)
        for (int i = 0; i < LEET_READINGS; i++)
            reading->hash[1 + i] = reading->hash[0]; /* until here they are alike */
    reading->hash[0] = policy_words_hash(reading->hash[0], policy_to_lower(c));
    for (int i = 0; reading->substituted > 0 && i < LEET_READINGS; i++)
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
                           unsigned length, bool bounded)
{
    if (word->function)
        return fmin(word->bits, wording->function_bits + (length < 3 ? 3 - length : 0) +
                                    (word->bits > ENGLISH_BITS_MAX ? OTHER_LANGUAGE_BITS : 0));
    const double missing = length < LONG_WORD && !bounded ? LONG_WORD - length : 0;
    return fmin(word->bits, wording->content_bits + SHORTER_BITS * missing);
}
static double style_bits(const struct reading *reading, bool leet_speak)
{
    const double bits = capital_bits(reading) + RARE_LEET_BITS * reading->rare;
    return leet_speak ? bits + LEET_BITS + LEET_EACH_BITS * reading->substituted : bits;
}

/* Whether separators or the text's ends are on both sides, and at least one separator. */
static bool is_bounded(const struct policy_text *text, size_t from, size_t to,
                       unsigned char separator)
{
    const bool before = from > 0 && text->bytes[from - 1] == separator;
    const bool behind = to < text->length && text->bytes[to] == separator;
    return separator != 0 && (before || from == 0) && (behind || before) &&
           (to == text->length || !policy_is_letter(text->bytes[to]));
}

static unsigned char style_of(const struct reading *reading, bool leet_speak)
{
    const unsigned char capitals =
        reading->capitals == 0 ? 0 : (reading->capitals == 1 && reading->first_is_capital ? 1 : 2);
    return leet_speak ? capitals | 4 : capitals;
}

/* The word in another form, that the lists may lack. */
static void offer_suffixes(struct policy_lattice *lattice, const struct policy_text *text,
                           struct policy_token token)
{
    static const char *const suffixes[] = {"s", "es", "'s", "ed", "d", "ing", "er", "ly", "ness"};
    const size_t from = token.to;
    token.bits += SUFFIX_BITS;
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        const size_t length = strlen(suffixes[i]);
        size_t same = 0;
        while (same < length && from + same < text->length &&
               policy_read_leet(text->bytes[from + same]) == (unsigned char)suffixes[i][same])
            same++;
        if (same < length || from - token.from < STEM_MIN)
            continue;
        struct policy_token longer = token;
        longer.to = (unsigned short)(from + length);
        longer.bounded = is_bounded(text, token.from, from + length, lattice->separator);
        if (longer.bounded)
            longer.bits -= SPLIT_BITS;
        policy_offer_token(lattice, &longer);
    }
}

/* Readings of leet mostly agree. */
static bool is_read_already(const struct reading *reading, int i)
{
    for (int other = 1; other < i; other++)
        if (reading->hash[other] == reading->hash[i])
            return true;
    return false;
}

static void offer_readings(struct policy_lattice *lattice, const struct policy_text *text,
                           size_t from, size_t to, const struct reading *reading, double extra)
{ /* no sentence has such */
    const bool irregular = (reading->capitals > 1 && reading->capitals < reading->letters) ||
                           (reading->rare > 0 && reading->length < LONG_WORD);
    const int readings = reading->substituted > 0 && reading->letters > 0 ? 1 + LEET_READINGS : 1;
    const bool bounded = is_bounded(text, from, to, lattice->separator);
    struct policy_word word;
    if (reading->length < POLICY_WORD_MIN || (lattice->wording != NULL && irregular))
        return;
    for (int i = 0; i < readings; i++) {
        if (is_read_already(reading, i) || !policy_words_find(reading->hash[i], &word))
            continue;
        const double style = style_bits(reading, i > 0);
        const double bits =
            lattice->wording != NULL
                ? wording_bits(lattice->wording, &word, reading->length, bounded) +
                      (lattice->separator != 0 && !bounded ? SPLIT_BITS : 0) +
                      (i > 0 && !bounded && reading->length < 4 ? SHORT_LEET_BITS : 0) +
                      fmax(0, style - USUAL_STYLE_BITS)
                : kind_bits(&word, reading) + word.bits + extra + style;
        const struct policy_token token = {.from = (unsigned short)from,
                                           .to = (unsigned short)to,
                                           .kind = kind_of(&word),
                                           .bits = bits,
                                           .function = word.function,
                                           .diceware = word.diceware,
                                           .bounded = bounded,
                                           .reversed = extra > 0,
                                           .style = style_of(reading, i > 0)};
        policy_offer_token(lattice, &token);
        if (lattice->wording != NULL ||
            (extra == 0 && reading->length >= LONG_WORD && word.kind == POLICY_WORD_COMMON))
            offer_suffixes(lattice, text, token);
    }
}

/* Whether a word that goes on behind these letters is known, in any reading. */
static bool may_go_on(const struct reading *reading)
{
    const int readings = reading->substituted > 0 ? 1 + LEET_READINGS : 1;
    for (int i = 0; i < readings; i++)
        if (policy_words_may_begin(reading->hash[i]))
            return true;
    return false;
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
        offer_readings(lattice, text, at, i + 1, &reading, 0);
        if (reading.length == POLICY_WORDS_PREFIX && !may_go_on(&reading))
            return;
    }
}

/* Whether the word before, with a sign between or not, was written backwards. */
static bool follows_reversed(const struct policy_lattice *lattice, size_t at)
{
    const struct policy_token *last = &lattice->token[at];
    if (at > 0 && last->kind == POLICY_LITERAL && at - last->from == 1)
        last = &lattice->token[last->from];
    return last->reversed;
}

void policy_find_reversed_words(struct policy_lattice *lattice, const struct policy_text *text,
                                size_t at)
{
    struct reading reading = nothing_read;
    for (size_t i = at; i > 0 && at - i < POLICY_WORD_MAX && is_ascii(text, i - 1); i--) {
        read_byte(&reading, text->bytes[i - 1]);
        offer_readings(lattice, text, i - 1, at, &reading,
                       follows_reversed(lattice, i - 1) ? STILL_REVERSED_BITS : REVERSED_BITS);
        if (reading.length == POLICY_WORDS_PREFIX && !may_go_on(&reading))
            return;
    }
}

void policy_find_endings(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    /* what people put behind a word when a rule asks for a digit or a sign */
    static const char *const endings[] = {"!@#$", "!@#",  "123",  "1234", "12345", "!!",  "!!!",
                                          "1!",   "123!", "@123", "#1",   "01",    "99",  "***",
                                          "...",  "!1",   "?",    "!",    ".",     "1",   "2",
                                          "12",   "007",  "69",   "00",   "11",    "$$$", NULL};
    if (policy_is_letter(text->bytes[at]))
        return; /* none begins so */
    policy_find_listed(lattice, text, at, endings, POLICY_LITERAL, ENDING_BITS);
}

void policy_find_listed(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                        const char *const *words, enum policy_kind kind, double bits)
{
    const unsigned char first = policy_to_lower(text->bytes[at]);
    const unsigned char first_in_leet = read_leet(text->bytes[at], 0);
    for (; *words != NULL; words++) {
        const unsigned char wanted_first = policy_to_lower((unsigned char)(*words)[0]);
        if (first != wanted_first && first_in_leet != wanted_first)
            continue; /* most of them: saves the look at their lengths */
        const size_t length = strlen(*words);
        size_t same = 0, letters = 0, substituted = 0;
        if (length < 2 || length > text->length - at)
            continue;
        for (; same < length; same++) {
            const unsigned char c = text->bytes[at + same];
            const unsigned char wanted = policy_to_lower((unsigned char)(*words)[same]);
            letters += policy_is_letter(c);
            if (policy_to_lower(c) == wanted)
                continue;
            if (read_leet(c, 0) != wanted)
                break;
            substituted++;
        }
        if (same == length && (substituted == 0 || letters > 0))
            policy_offer(lattice, at, at + length, kind, bits);
    }
}
