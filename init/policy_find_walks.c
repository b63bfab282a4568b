// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>

#include "policy_lattice.h"

#define WALK_MIN 3
#define SHIFT_BITS 1.5
#define UP_OR_DOWN_BITS 1.5 /* the first step; columns are what people walk */
#define STRAIGHT_BITS 0.8
#define TURN_BITS 2.9
#define NEXT_COLUMN_BITS 3.0 /* a walk that begins beside the end of the one before */
#define WALKS_BITS 4.0       /* that all is walks */
#define NEXT_WALK_BITS 1.0   /* that another walk follows, among walks */
#define OTHER_KEY_BITS 5.5   /* a key by itself */
#define FIGURE_MIN 3         /* steps, as in policy_keyboard's figures */
#define DISTANCE_MAX 32      /* keys */

static double step_bits(int dx, int dy, int last_dx, int last_dy, bool first)
{
    if (first)
        return dx == 0 ? UP_OR_DOWN_BITS : TURN_BITS;
    return dx == last_dx && dy == last_dy ? STRAIGHT_BITS : TURN_BITS;
}

/* Offers the walk from `at`, at each of its keys' ends; `bits` is what it costs to begin one. */
static void offer_walk(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                       const struct policy_keyboard *keyboard, double bits)
{
    const struct policy_key *key = keyboard->key;
    int last_dx = 0, last_dy = 0;
    bits += key[at].shift ? SHIFT_BITS : 0;
    for (size_t i = at + 1; key[at].known && i < text->length && key[i].known; i++) {
        const int dx = key[i].x - key[i - 1].x, dy = key[i].y - key[i - 1].y;
        if (abs(dx) > 1 || abs(dy) > 1)
            return;
        bits += step_bits(dx, dy, last_dx, last_dy, i == at + 1);
        bits += key[i].shift != key[i - 1].shift ? SHIFT_BITS : 0;
        last_dx = dx;
        last_dy = dy;
        if (i + 1 - at >= WALK_MIN)
            policy_offer(lattice, at, i + 1, POLICY_KEYS, bits);
    }
}

/* Whether the step to the key at i is the one that was made `distance` keys before. */
static bool same_step(const struct policy_key *key, size_t i, size_t distance)
{
    const struct policy_key *then = &key[i - distance];
    return key[i - 1].known && key[i].known && then[-1].known && then[0].known &&
           key[i].x - key[i - 1].x == then[0].x - then[-1].x &&
           key[i].y - key[i - 1].y == then[0].y - then[-1].y;
}

/* Whether the step to the key at i is the opposite of the one to the key at `then`. */
static bool opposite_step(const struct policy_key *key, size_t i, size_t then)
{
    return key[i - 1].known && key[i].known && key[then - 1].known && key[then].known &&
           key[i].x - key[i - 1].x == key[then - 1].x - key[then].x &&
           key[i].y - key[i - 1].y == key[then - 1].y - key[then].y;
}

/* The walk of before, the other way, from another key: 1qaz xsw2. */
static void offer_return(struct policy_lattice *lattice, size_t length, size_t at,
                         const struct policy_key *key, double bits)
{
    size_t end = at + 1;
    while (end < length && 2 * at > end && opposite_step(key, end, 2 * at - end))
        end++;
    if (end - at >= FIGURE_MIN)
        policy_offer(lattice, at, end, POLICY_KEYS, bits + 1.5 * log2((double)(end - at)));
}

/* The figure that was walked before, from another key: 1qaz 2wsx 3edc. */
static void offer_figures(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                          const struct policy_keyboard *keyboard, double bits)
{
    const uint32_t *figure = keyboard->figure;
    for (size_t distance = 1; distance < at && distance <= DISTANCE_MAX; distance++) {
        if (figure[at] != figure[at - distance])
            continue;
        size_t end = at + FIGURE_MIN;
        while (end < text->length && same_step(keyboard->key, end, distance))
            end++;
        if (policy_may_offer(lattice, at, end, bits))
            policy_offer(lattice, at, end, POLICY_KEYS,
                         bits + log2((double)distance + 1) + 1.5 * log2((double)(end - at)));
    }
}

void policy_find_walks(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                       const struct policy_keyboard *keyboard)
{
    const double bits = POLICY_KIND_BITS + keyboard->layout_bits;
    offer_walk(lattice, text, at, keyboard, bits + keyboard->key_bits + 1);
    offer_figures(lattice, text, at, keyboard, bits + 1);
    offer_return(lattice, text->length, at, keyboard->key, bits + keyboard->key_bits);
}

static bool is_beside(const struct policy_key *a, const struct policy_key *b)
{
    return a->known && b->known && abs(a->x - b->x) <= 1;
}

double policy_walks_bits(const struct policy_text *text, const struct policy_keyboard *keyboard)
{
    struct policy_lattice lattice = {0};
    policy_lattice_begin(&lattice, text);
    lattice.bits[0] = WALKS_BITS + keyboard->layout_bits;
    for (size_t at = 0; at < text->length; at++) {
        const bool beside = at > 0 && is_beside(&keyboard->key[at - 1], &keyboard->key[at]);
        policy_offer(&lattice, at, at + 1, POLICY_LITERAL, NEXT_WALK_BITS + OTHER_KEY_BITS);
        offer_walk(&lattice, text, at, keyboard,
                   NEXT_WALK_BITS + (beside ? NEXT_COLUMN_BITS : keyboard->key_bits));
        offer_figures(&lattice, text, at, keyboard, NEXT_WALK_BITS + 1);
        offer_return(&lattice, text->length, at, keyboard->key,
                     NEXT_WALK_BITS + (beside ? NEXT_COLUMN_BITS : keyboard->key_bits));
        policy_find_repeats(&lattice, text, at);
        policy_find_endings(&lattice, text, at);
    }
    return lattice.bits[text->length];
}
