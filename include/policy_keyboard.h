// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_KEYBOARD_H
#define REDIS_INIT_POLICY_KEYBOARD_H

#include <stdint.h>

#include "policy_text.h"

#define POLICY_LAYOUTS 8

/* Where a character lies: column and row from the upper left. */
struct policy_key {
    signed char x, y;
    bool shift;
    bool known; /* it is on this keyboard */
};

/* A text as keys of one keyboard. */
struct policy_keyboard {
    double layout_bits; /* to say that it is this keyboard */
    double key_bits;    /* to say where a walk begins */
    struct policy_key key[POLICY_TEXT_MAX];
    uint32_t figure[POLICY_TEXT_MAX]; /* the steps to this key and the next two, as one number, or
                                         one that no other is, where some are not known */
};

void policy_keyboard_read(struct policy_keyboard *keyboard, size_t layout,
                          const struct policy_text *text);

#endif
