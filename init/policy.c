// SPDX-License-Identifier: Apache-2.0
#include "policy.h"

#include <sodium.h>
#include <string.h>

#include "policy_decode.h"
#include "policy_generator.h"
#include "policy_structure.h"
#include "policy_template.h"
#include "policy_variant.h"

/* Structure counts when it saves these bits and that share: less is what chance finds in random
 * text. */
#define CLEARLY_FEWER_BITS 12.0
#define CLEAR_SHARE 0.8
#define ENCODING_BITS 2.0 /* which of the encodings */
#define PART_BITS 6.0     /* what was put around it */
#define PART_MIN 8
#define NESTED_MAX 6 /* encodings in each other */
#define ENCODED_MIN 24

struct estimate {
    double bits;
    enum policy_reason reason;
    const char *name;    /* of the generator or the structure */
    const char *refusal; /* the same, as the reason of a refusal */
};

static const struct estimate structures[POLICY_KINDS] = {
    [POLICY_LITERAL] = {0, POLICY_GUESSABLE, "no generator that is known", "too guessable"},
    [POLICY_KEYS] = {0, POLICY_GUESSABLE, "a walk over the keyboard",
                     "too guessable, a walk over the keyboard"},
    [POLICY_SEQUENCE] = {0, POLICY_GUESSABLE, "a sequence", "too guessable, a sequence"},
    [POLICY_REPEAT] = {0, POLICY_GUESSABLE, "a repeat", "too guessable, it repeats itself"},
    [POLICY_DATE] = {0, POLICY_GUESSABLE, "dates", "too guessable, dates"},
    [POLICY_COMMON_WORD] = {0, POLICY_GUESSABLE, "words or names", "too guessable, words or names"},
    [POLICY_SERVICE_WORD] = {0, POLICY_GUESSABLE, "words of the service",
                             "too guessable, words of the service"},
    [POLICY_PLACEHOLDER_WORD] = {0, POLICY_PLACEHOLDER, "words of a placeholder", "a placeholder"},
    [POLICY_EXAMPLE_TEXT] = {0, POLICY_EXAMPLE, "a well-known example", "a well-known example"},
};

static struct estimate estimate(const struct policy_text *text, const char *const *service_words,
                                int nested);

/* The character at *at, which moves behind it: that of a valid UTF-8 sequence of two bytes for the
 * letters of Western Europe's keyboards, and any other byte as it is. */
static unsigned char take_character(const unsigned char *bytes, size_t length, size_t *at)
{
    const unsigned char c = bytes[(*at)++];
    if ((c == 0xC2 || c == 0xC3) && *at < length && (bytes[*at] & 0xC0) == 0x80)
        return (unsigned char)((c << 6 & 0xC0) | (bytes[(*at)++] & 0x3F));
    return c;
}

static struct policy_text begin_of(const unsigned char *password, size_t length,
                                   unsigned char *bytes)
{
    struct policy_text text = {.bytes = bytes};
    for (size_t at = 0; at < length && text.length < POLICY_TEXT_MAX;)
        bytes[text.length++] = take_character(password, length, &at);
    return text;
}

/* Printable ASCII, and those letters of two bytes. */
static bool is_text(const unsigned char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        const size_t from = at;
        const unsigned char c = take_character(bytes, length, &at);
        if (at - from == 1 && (c < ' ' || c > '~'))
            return false;
    }
    return true;
}

/* The cheapest of what the text is when it is decoded. */
static void try_encodings(struct estimate *best, const struct policy_text *text,
                          const char *const *service_words, double bits, int nested)
{
    unsigned char bytes[POLICY_TEXT_MAX];
    for (enum policy_encoding encoding = 0;
         encoding < POLICY_ENCODINGS && best->bits > POLICY_ENOUGH_BITS; encoding++) {
        const size_t length = policy_decode(text, encoding, bytes);
        if (length < 3 || !is_text(bytes, length))
            continue; /* random bytes: what chance writes into them is no structure */
        const struct policy_text decoded = begin_of(bytes, length, bytes);
        const struct estimate inner = estimate(&decoded, service_words, nested + 1);
        if (inner.bits + bits < best->bits)
            *best = (struct estimate){inner.bits + bits, POLICY_ENCODED, "an encoding",
                                      "an encoding of a guessable password"};
    }
    sodium_memzero(bytes, sizeof(bytes));
}

/* Whether it holds more text than chance puts into any encoding: its own structure is not worth the
 * time then, which would add up where one encoding is in another. */
static bool is_encoded(const struct policy_text *text)
{
    unsigned char bytes[POLICY_TEXT_MAX];
    bool encoded = false;
    for (enum policy_encoding encoding = 0; encoding < POLICY_ENCODINGS && !encoded; encoding++) {
        const size_t length = policy_decode(text, encoding, bytes);
        encoded = length >= ENCODED_MIN && is_text(bytes, length);
    }
    sodium_memzero(bytes, sizeof(bytes));
    return encoded;
}

/* The text between quotes or other signs, without what people put behind a word; or behind the name
 * of an encoding. */
static struct policy_text without_signs(struct policy_text text)
{
    while (text.length > 0 && !policy_is_alnum(text.bytes[0])) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && !policy_is_alnum(text.bytes[text.length - 1]) &&
           text.bytes[text.length - 1] != '=')
        text.length--;
    return text;
}

static struct policy_text without_ending(struct policy_text text)
{
    text = without_signs(text);
    while (text.length > 0 && policy_is_digit(text.bytes[text.length - 1]))
        text.length--;
    return without_signs(text);
}

static struct policy_text without_prefix(struct policy_text text)
{
    size_t length = 0; /* base64:..., {base64}..., base64 ... */
    while (length < text.length && strchr(":} ", text.bytes[length]) == NULL)
        length++;
    if (length == text.length)
        return text;
    return (struct policy_text){text.bytes + length + 1, text.length - length - 1};
}

/* The text, or the part of it that somebody may have encoded. */
static void try_encoded_parts(struct estimate *best, const struct policy_text *text,
                              const char *const *service_words, int nested)
{
    const struct policy_text parts[] = {without_signs(*text), without_ending(*text),
                                        without_prefix(*text)};
    try_encodings(best, text, service_words, ENCODING_BITS, nested);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].length >= PART_MIN && parts[i].length < text->length)
            try_encodings(best, &parts[i], service_words, ENCODING_BITS + PART_BITS, nested);
}

/* The text as it is, and without what separates its parts, and one walk threaded through another.
 */
static struct policy_structure structure_of_variants(const struct policy_text *text,
                                                     const struct policy_generator *generator,
                                                     const char *const *service_words)
{
    unsigned char bytes[POLICY_TEXT_MAX];
    struct policy_question question = {.generator_bits = generator->bits / (double)text->length,
                                       .service_words = service_words,
                                       .sentences = !generator->words,
                                       .words = true};
    struct policy_structure best = policy_structure_of(text, &question);
    question.sentences = false; /* it would be found as it stands */
    for (enum policy_variant variant = 0;
         variant < POLICY_VARIANTS && best.bits > POLICY_ENOUGH_BITS; variant++) {
        struct policy_text other = {.bytes = bytes};
        const double extra = policy_variant_of(text, variant, bytes, &other.length);
        if (other.length == 0)
            continue;
        question.words = variant != POLICY_UNTHREADED;
        struct policy_structure found = policy_structure_of(&other, &question);
        found.bits += extra;
        if (found.bits < best.bits)
            best = found;
    }
    sodium_memzero(bytes, sizeof(bytes));
    return best;
}

static struct estimate estimate(const struct policy_text *text, const char *const *service_words,
                                int nested)
{
    const struct policy_generator generator = policy_generator_of(text);
    struct estimate best = {.bits = generator.bits};
    if (nested == NESTED_MAX || !is_encoded(text)) {
        const struct policy_structure structure =
            structure_of_variants(text, &generator, service_words);
        best = structures[structure.kind];
        best.bits = structure.bits;
    }
    if (nested < NESTED_MAX)
        try_encoded_parts(&best, text, service_words, nested);
    if (best.bits + CLEARLY_FEWER_BITS < generator.bits && best.bits < CLEAR_SHARE * generator.bits)
        return best;
    return (struct estimate){generator.bits, POLICY_GUESSABLE, generator.name,
                             "too few characters for its alphabet"};
}

static struct verdict refuse(struct verdict verdict, enum policy_reason reason,
                             const char *description)
{
    verdict.accepted = false;
    verdict.reason = reason;
    verdict.description = description;
    return verdict;
}

struct verdict policy_judge(const char *password, size_t length, const struct policy *policy,
                            const char *const *service_words)
{
    unsigned char bytes[POLICY_TEXT_MAX];
    struct verdict verdict = {.length = length};
    if (length == 0)
        return refuse(verdict, POLICY_SHORT, "empty");
    const struct policy_text text = begin_of((const unsigned char *)password, length, bytes);
    const struct estimate found = estimate(&text, service_words, 0);
    const bool template =
        policy_is_template(&(struct policy_text){(const unsigned char *)password, length});
    sodium_memzero(bytes, sizeof(bytes));
    verdict.bits = found.bits;
    verdict.description = found.name;
    if (template)
        return refuse(verdict, POLICY_PLACEHOLDER, "an unexpanded placeholder");
    if (found.bits < policy->min_entropy)
        return refuse(verdict, found.reason, found.refusal);
    if (length < policy->min_length)
        return refuse(verdict, POLICY_SHORT, "too short");
    verdict.accepted = true;
    return verdict;
}
