// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_TEXT_H
#define REDIS_INIT_POLICY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How much of a password is searched for structure: 96 bytes take a millisecond or two, and hold
 * many times the bits that any limit asks for unless they are structure.
 */
#define POLICY_TEXT_MAX 96

/* A password, or the beginning of one, and what every part of the policy asks of its bytes. */
struct policy_text {
    const unsigned char *bytes;
    size_t length;
};

static inline bool policy_is_lower(unsigned char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool policy_is_upper(unsigned char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool policy_is_letter(unsigned char c)
{
    return policy_is_lower(c) || policy_is_upper(c);
}

static inline bool policy_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static inline bool policy_is_alnum(unsigned char c)
{
    return policy_is_letter(c) || policy_is_digit(c);
}

static inline unsigned char policy_to_lower(unsigned char c)
{
    return policy_is_upper(c) ? (unsigned char)(c + ('a' - 'A')) : c;
}

#endif
