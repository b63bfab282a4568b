// SPDX-License-Identifier: Apache-2.0
#include "policy_variant.h"

#include <string.h>

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

/* Every second byte, then the others. */
static double unthreaded(const struct policy_text *text, unsigned char *bytes, size_t *length)
{
    for (size_t first = 0; first < 2 && text->length >= TEXT_MIN; first++)
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
