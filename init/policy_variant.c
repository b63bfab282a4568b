// SPDX-License-Identifier: Apache-2.0
#include "policy_variant.h"

#include <stdlib.h>
#include <string.h>

#include "policy_keyboard.h"

#define SEPARATOR_BITS 6.0 /* which character, and how far apart */
#define USUAL_SEPARATOR_BITS 4.0
#define EACH_SEPARATOR_BITS 0.4 /* that the distance is kept */
#define THREAD_BITS 6.0
#define SEPARATORS_MIN 2
#define TEXT_MIN 6

unsigned char policy_separator_of(const struct policy_text *text)
{
    size_t counts[256] = {0};
    unsigned char best = 0;
    size_t length = text->length;
    while (length > 1 && text->bytes[length - 1] == text->bytes[length - 2])
        length--;
    for (size_t i = 0; i + 1 < length; i++) {
        const unsigned char c = text->bytes[i];
        if (policy_is_alnum(c) || ++counts[c] < SEPARATORS_MIN)
            continue;
        if (best == 0 || counts[c] > counts[best])
            best = c;
    }
    return best;
}

static double without_separators(const struct policy_text *text, unsigned char *bytes,
                                 size_t *length)
{
    const unsigned char separator = policy_separator_of(text);
    const bool usual = separator != 0 && strchr("-_. ,/:@#+", separator) != NULL;
    double bits = usual ? USUAL_SEPARATOR_BITS : SEPARATOR_BITS;
    for (size_t i = 0; separator != 0 && i < text->length; i++) {
        if (text->bytes[i] == separator)
            bits += EACH_SEPARATOR_BITS;
        else
            bytes[(*length)++] = text->bytes[i];
    }
    return bits;
}

/* On the usual keyboard, or in the alphabet. */
static bool are_neighbours(const struct policy_keyboard *keyboard, const struct policy_text *text,
                           size_t a, size_t b)
{
    const struct policy_key *one = &keyboard->key[a], *other = &keyboard->key[b];
    return abs(text->bytes[a] - text->bytes[b]) <= 2 ||
           (one->known && other->known && abs(one->x - other->x) <= 1 &&
            abs(one->y - other->y) <= 1);
}

/* Whether on some keyboard most bytes are neighbours of the one before the last. */
static bool looks_threaded(const struct policy_text *text)
{
    struct policy_keyboard keyboard;
    for (size_t layout = 0; layout < POLICY_LAYOUTS && text->length >= TEXT_MIN; layout++) {
        size_t neighbours = 0;
        policy_keyboard_read(&keyboard, layout, text);
        for (size_t i = 2; i < text->length; i++)
            neighbours += are_neighbours(&keyboard, text, i - 2, i);
        if (2 * neighbours >= text->length - 2)
            return true;
    }
    return false;
}

/* Every second byte, then the others. */
static double unthreaded(const struct policy_text *text, unsigned char *bytes, size_t *length)
{
    if (!looks_threaded(text))
        return 0;
    for (size_t first = 0; first < 2; first++)
        for (size_t i = first; i < text->length; i += 2)
            bytes[(*length)++] = text->bytes[i];
    return THREAD_BITS;
}

double policy_variant_of(const struct policy_text *text, enum policy_variant variant,
                         unsigned char *bytes, size_t *length)
{
    *length = 0;
    return variant == POLICY_UNTHREADED ? unthreaded(text, bytes, length)
                                        : without_separators(text, bytes, length);
}
