// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_LATTICE_H
#define REDIS_INIT_POLICY_LATTICE_H

#include "policy_keyboard.h"
#include "policy_text.h"

enum policy_kind {
    POLICY_LITERAL,
    POLICY_KEYS,
    POLICY_SEQUENCE,
    POLICY_REPEAT,
    POLICY_DATE,
    POLICY_COMMON_WORD,
    POLICY_SERVICE_WORD,
    POLICY_PLACEHOLDER_WORD,
    POLICY_EXAMPLE_TEXT,
    POLICY_KINDS
};

/* A stretch of text and the bits that describe it. */
struct policy_token {
    unsigned short from, to;
    enum policy_kind kind;
    double bits;
    bool function;       /* a word that only sentences have: the, of, is */
    bool diceware;       /* a word that dice may have given */
    bool bounded;        /* a word with separators at both ends */
    bool unknown;        /* a word that the lists lack */
    bool reversed;       /* a word written backwards */
    unsigned char style; /* of a word: capitals and leet */
};

/* How words are priced where nothing but words is expected. */
struct policy_wording {
    double unknown_letter_bits;         /* of a whole word that the lists lack */
    double function_bits, content_bits; /* at most, for a word */
    double start_bits;                  /* that it is this, and how the words are written */
    double known_share;                 /* of a word's bits, after the first few */
    double letters_min;                 /* of a word, on average: chance finds many short ones */
    size_t words_min;
    bool sentence; /* it has function words, and no dice made it */
    bool topic;    /* many of the words are the service's */
};

/* Where a repeat may begin. The first two are of three bytes, as one number, or one that no other
 * is where there are not as many. */
struct policy_marks {
    uint32_t lower[POLICY_TEXT_MAX];         /* the bytes, in lower case */
    uint32_t steps[POLICY_TEXT_MAX];         /* how each differs from the one before it */
    unsigned char alphabet[POLICY_TEXT_MAX]; /* digit, small letter, capital, or other */
};

/* The cheapest description of each beginning of a text, as a chain of tokens. */
struct policy_lattice {
    const struct policy_wording *wording; /* NULL: any structure */
    unsigned char separator;              /* between most words; 0: none */
    struct policy_marks marks;
    double bits[POLICY_TEXT_MAX + 1];               /* of the first n bytes */
    struct policy_token token[POLICY_TEXT_MAX + 1]; /* the last one of that description */
};

/* Offers a token; it is kept if it is the cheapest way to its end. */
static inline void policy_offer_token(struct policy_lattice *lattice,
                                      const struct policy_token *token)
{
    const double bits = lattice->bits[token->from] + token->bits;
    if (bits >= lattice->bits[token->to])
        return;
    lattice->bits[token->to] = bits;
    lattice->token[token->to] = *token;
}

/* Whether a token of these bits, or more, can still be the cheapest way to `to`: saves the work of
 * finding out how many they are. */
static inline bool policy_may_offer(const struct policy_lattice *lattice, size_t from, size_t to,
                                    double bits)
{
    return lattice->bits[from] + bits < lattice->bits[to];
}

static inline void policy_offer(struct policy_lattice *lattice, size_t from, size_t to,
                                enum policy_kind kind, double bits)
{
    const struct policy_token token = {
        .from = (unsigned short)from, .to = (unsigned short)to, .kind = kind, .bits = bits};
    policy_offer_token(lattice, &token);
}

/*
 * The finders of tokens. Each offers all tokens of its kind that begin (policy_find_*) at `at`; the
 * way there is final by then. A token's bits say which kind it is and then which of its kind.
 */
void policy_find_words(struct policy_lattice *lattice, const struct policy_text *text, size_t at);
/* Words written backwards that end at `at`. */
void policy_find_reversed_words(struct policy_lattice *lattice, const struct policy_text *text,
                                size_t at);
/* Words that the lists lack. */
void policy_find_letters(struct policy_lattice *lattice, const struct policy_text *text, size_t at);
void policy_find_listed(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                        const char *const *words, enum policy_kind kind, double bits);
/* What documents print, and digests of what people try first. */
void policy_find_examples(struct policy_lattice *lattice, const struct policy_text *text,
                          size_t at);
void policy_find_walks(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                       const struct policy_keyboard *keyboard);
void policy_find_series(struct policy_lattice *lattice, const struct policy_text *text, size_t at);
void policy_find_sequences(struct policy_lattice *lattice, const struct policy_text *text,
                           size_t at);
void policy_find_repeats(struct policy_lattice *lattice, const struct policy_text *text, size_t at);
void policy_find_endings(struct policy_lattice *lattice, const struct policy_text *text, size_t at);
void policy_find_dates(struct policy_lattice *lattice, const struct policy_text *text, size_t at);
/* IPv4 addresses, and ports. */
void policy_find_addresses(struct policy_lattice *lattice, const struct policy_text *text,
                           size_t at);

/* The letter that a character usually stands for in leet, or the character, in lower case. */
unsigned char policy_read_leet(unsigned char c);

/* Nothing described yet. */
void policy_lattice_begin(struct policy_lattice *lattice, const struct policy_text *text);

void policy_marks_read(struct policy_marks *marks, const struct policy_text *text);

/* What the text costs as walks over that keyboard, and little else. */
double policy_walks_bits(const struct policy_text *text, const struct policy_keyboard *keyboard);

/* The bits to say which of the four kinds of token comes next, and that it is not a literal. */
#define POLICY_KIND_BITS 3.5

#endif
