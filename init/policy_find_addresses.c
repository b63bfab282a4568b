// SPDX-License-Identifier: Apache-2.0
#include "policy_lattice.h"

#define ADDRESS_BITS 3.0
#define PRIVATE_BITS 2.5     /* 10, 127, 172, 192 (RFC 1918 and loopback) */
#define SMALL_OCTET_BITS 2.5 /* 0, 1, 2, 10, 16, 17, 100, 168, 254, 255 */
#define OCTET_BITS 7.0
#define OCTETS 4
#define PORT_BITS 9.0 /* the service's and its neighbours' first */
#define PORT_DIGITS_MIN 2
#define PORT_DIGITS_MAX 5

/* The digits of a number at `at`, and its value. */
static size_t take_digits(const struct policy_text *text, size_t at, unsigned *value)
{
    size_t digits = 0;
    *value = 0;
    while (at + digits < text->length && digits < PORT_DIGITS_MAX &&
           policy_is_digit(text->bytes[at + digits]))
        *value = 10 * *value + (unsigned)(text->bytes[at + digits++] - '0');
    return digits;
}

static double octet_bits(unsigned value, bool first)
{
    static const unsigned private[] = {10, 127, 172, 192};
    static const unsigned usual[] = {0, 1, 2, 10, 16, 17, 100, 168, 254, 255};
    for (size_t i = 0; first && i < sizeof(private) / sizeof(private[0]); i++)
        if (value == private[i])
            return PRIVATE_BITS;
    for (size_t i = 0; !first && i < sizeof(usual) / sizeof(usual[0]); i++)
        if (value == usual[i])
            return SMALL_OCTET_BITS;
    return OCTET_BITS;
}

static void offer_ipv4(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    double bits = POLICY_KIND_BITS + ADDRESS_BITS;
    size_t i = at;
    for (size_t octet = 0; octet < OCTETS; octet++) {
        unsigned value;
        if (octet > 0 && (i == text->length || text->bytes[i++] != '.'))
            return;
        const size_t digits = take_digits(text, i, &value);
        if (digits == 0 || digits > 3 || value > 255)
            return;
        bits += octet_bits(value, octet == 0);
        i += digits;
    }
    policy_offer(lattice, at, i, POLICY_SERVICE_WORD, bits);
}

void policy_find_addresses(struct policy_lattice *lattice, const struct policy_text *text,
                           size_t at)
{
    unsigned value;
    if (policy_is_digit(text->bytes[at]))
        offer_ipv4(lattice, text, at);
    if (text->bytes[at] != ':')
        return;
    const size_t digits = take_digits(text, at + 1, &value);
    if (digits >= PORT_DIGITS_MIN && value <= 65535)
        policy_offer(lattice, at, at + 1 + digits, POLICY_SERVICE_WORD,
                     POLICY_KIND_BITS + PORT_BITS);
}
