// SPDX-License-Identifier: Apache-2.0
#include "policy_decode.h"

#include <stdint.h>
#include <string.h>

/* RFC 4648's encodings, so lenient as people's tools are: padding may be missing, and bits that the
 * last character has too many are ignored. */
struct alphabet {
    const char *characters; /* in the order of their values */
    unsigned bits;          /* a character holds */
    bool either_case;
};

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LETTERS_AND_DIGITS UPPER "abcdefghijklmnopqrstuvwxyz0123456789"

static const struct alphabet alphabets[POLICY_ENCODINGS] = {
    [POLICY_HEX] = {"0123456789ABCDEF", 4, true},
    [POLICY_BASE32] = {UPPER "234567", 5, true},
    [POLICY_BASE64] = {LETTERS_AND_DIGITS "+/", 6, false},
    [POLICY_BASE64URL] = {LETTERS_AND_DIGITS "-_", 6, false},
};

static int value_of(const struct alphabet *alphabet, unsigned char c)
{
    if (alphabet->either_case && policy_is_lower(c))
        c = (unsigned char)(c - ('a' - 'A'));
    const char *found = c != '\0' ? strchr(alphabet->characters, c) : NULL;
    return found != NULL ? (int)(found - alphabet->characters) : -1;
}

static size_t without_line_end(const unsigned char *bytes, size_t length)
{
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
        length--;
    return length;
}

/* Whether 0x or \\x stands there: once, or before each byte, as source code has it. */
static bool is_mark(const struct policy_text *text, size_t at)
{
    return at + 2 < text->length && (text->bytes[at] == '0' || text->bytes[at] == '\\') &&
           policy_to_lower(text->bytes[at + 1]) == 'x';
}

/* Base64url is what has a character that Base64 has not. */
static bool is_base64url(const struct policy_text *text)
{
    return memchr(text->bytes, '-', text->length) != NULL ||
           memchr(text->bytes, '_', text->length) != NULL;
}

/* As xxd and openssl write them. */
static bool is_between_bytes(unsigned char c)
{
    return c == ':' || c == '-' || c == ' ' || c == ',';
}

size_t policy_decode(const struct policy_text *text, enum policy_encoding encoding,
                     unsigned char *bytes)
{
    const struct alphabet *alphabet = &alphabets[encoding];
    size_t length = text->length, decoded = 0;
    uint32_t held = 0;
    unsigned held_bits = 0;
    if (encoding == POLICY_BASE64URL && !is_base64url(text))
        return 0;
    while (length > 0 && encoding != POLICY_HEX && text->bytes[length - 1] == '=')
        length--;
    for (size_t i = 0; i < length; i++) {
        if (encoding == POLICY_HEX && i > 0 && is_between_bytes(text->bytes[i]))
            continue;
        if (encoding == POLICY_HEX && is_mark(text, i)) {
            i++;
            continue;
        }
        const int value = value_of(alphabet, text->bytes[i]);
        if (value < 0)
            return 0;
        held = (held << alphabet->bits | (uint32_t)value) & 0xFFFF;
        held_bits += alphabet->bits;
        if (held_bits >= 8) {
            held_bits -= 8;
            bytes[decoded++] = (unsigned char)(held >> held_bits);
        }
    }
    if (held_bits >= alphabet->bits)
        return 0; /* a character too many: not this encoding */
    return without_line_end(bytes, decoded);
}
