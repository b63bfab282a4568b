// SPDX-License-Identifier: Apache-2.0
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "policy_lattice.h"

#define RUN_MIN 3 /* bytes, as in policy_marks */
#define PERIOD_MIN 2
#define PERIOD_MAX 16
#define PROGRESSION_BITS 2.0
#define NO_STEP INT_MIN
#define FIRST_BITS 4.0
#define USUAL_FIRST_BITS 2.0
#define STEP_BITS 1.0
#define ODD_STEP_BITS 4.0
#define OTHER_CASE_BITS 2.0
#define WHOLE_BITS 3.0
#define SHORT_MAX 16 /* of longer copies only the whole is tried */
#define NO_MARK (UINT32_C(1) << 31)
#define STEP_SIZE 9 /* bits: -255 to 255 */

enum alphabet { OTHER, DIGIT, LOWER, UPPER };

static enum alphabet alphabet_of(unsigned char c)
{
    if (policy_is_digit(c))
        return DIGIT;
    if (policy_is_lower(c))
        return LOWER;
    return policy_is_upper(c) ? UPPER : OTHER;
}

static int step_at(const struct policy_text *text, size_t i)
{
    return (int)text->bytes[i] - (int)text->bytes[i - 1];
}

void policy_marks_read(struct policy_marks *marks, const struct policy_text *text)
{
    uint32_t lower = 0, steps = 0;
    for (size_t i = 0; i < text->length; i++) {
        marks->lower[i] = marks->steps[i] = NO_MARK | (uint32_t)i;
        marks->alphabet[i] = (unsigned char)alphabet_of(text->bytes[i]);
        lower = (lower << 8 | policy_to_lower(text->bytes[i])) & 0xFFFFFF;
        if (i > 0)
            steps = (steps << STEP_SIZE | (uint32_t)(step_at(text, i) + 255)) &
                    ((UINT32_C(1) << RUN_MIN * STEP_SIZE) - 1);
        if (i + 1 >= RUN_MIN)
            marks->lower[i + 1 - RUN_MIN] = lower;
        if (i >= RUN_MIN)
            marks->steps[i + 1 - RUN_MIN] = steps;
    }
}

/* abc, 13579, zzz: the first, the step, and how many. */
void policy_find_sequences(struct policy_lattice *lattice, const struct policy_text *text,
                           size_t at)
{
    if (at + RUN_MIN > text->length)
        return;
    const int step = step_at(text, at + 1);
    const bool usual = strchr("aA019zZ", text->bytes[at]) != NULL && text->bytes[at] != '\0';
    double bits = POLICY_KIND_BITS + (usual ? USUAL_FIRST_BITS : FIRST_BITS) +
                  (abs(step) <= 1 ? STEP_BITS : ODD_STEP_BITS);
    if (!policy_is_alnum(text->bytes[at]))
        bits += 2;
    for (size_t i = at + 2; i < text->length && step_at(text, i) == step; i++)
        policy_offer(lattice, at, i + 1, POLICY_SEQUENCE, bits + 1.5 * log2((double)(i + 1 - at)));
}

/* The steps of before, from another character: hhiijjkk, 66778899. */
static void offer_steps(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                        size_t distance)
{
    size_t run = RUN_MIN;
    while (at + run < text->length && step_at(text, at + run) == step_at(text, at + run - distance))
        run++;
    if (policy_may_offer(lattice, at, at + run, POLICY_KIND_BITS))
        policy_offer(lattice, at, at + run,
                     text->bytes[at] == text->bytes[at - distance] ? POLICY_REPEAT
                                                                   : POLICY_SEQUENCE,
                     POLICY_KIND_BITS + 1.5 + log2((double)distance + 1) + 2 * log2((double)run));
}

/* From a character to one of its class, round and round: 9 to 0 is 1, z to b is 2. */
static int class_step(unsigned char from, unsigned char to)
{
    const enum alphabet alphabet = alphabet_of(from);
    if (from == to)
        return 0;
    if (alphabet == OTHER || alphabet != alphabet_of(to))
        return NO_STEP;
    const int size = alphabet == DIGIT ? 10 : 26;
    const int step = (to - from + size) % size;
    return 2 * step > size ? step - size : step;
}

/* The bits of the steps from the block before `at` to the one at `at`; DBL_MAX when there are none.
 */
static double block_steps_bits(const struct policy_text *text, size_t at, size_t period)
{
    double bits = 0;
    int last = NO_STEP;
    for (size_t i = at; i < at + period; i++) {
        const int step = class_step(text->bytes[i - period], text->bytes[i]);
        if (step == NO_STEP)
            return DBL_MAX;
        if (step != last)
            bits += abs(step) <= 1 ? 2.0 : 4.5;
        last = step;
    }
    return bits;
}

/* Blocks in which each character goes on as it did from the first block to the second: abcd1234
 * efgh2345 ijkl3456. The first block stands before `at`. */
static void offer_progression(struct policy_lattice *lattice, const struct policy_text *text,
                              size_t at, size_t period)
{
    if (at + period > text->length)
        return;
    const double bits = block_steps_bits(text, at, period);
    size_t end = at + period;
    if (bits == DBL_MAX)
        return;
    while (end < text->length &&
           class_step(text->bytes[end - period], text->bytes[end]) ==
               class_step(text->bytes[end - 2 * period], text->bytes[end - period]))
        end++;
    if (end - at >= 2 * period || (end - at > RUN_MIN && bits <= 4.5))
        policy_offer(lattice, at, end,
                     bits == 2.0 && text->bytes[at] == text->bytes[at - period] ? POLICY_REPEAT
                                                                                : POLICY_SEQUENCE,
                     POLICY_KIND_BITS + PROGRESSION_BITS + log2((double)period) + bits +
                         1.5 * log2((double)(end - at) / (double)period));
}

static bool is_same(const struct policy_text *text, size_t a, size_t b)
{
    return policy_to_lower(text->bytes[a]) == policy_to_lower(text->bytes[b]);
}

/* What stood `distance` before, once more; shorter copies too, for what may follow. */
static void offer_copies(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                         size_t distance)
{
    const double bits = POLICY_KIND_BITS + log2((double)at + 1);
    size_t run = RUN_MIN;
    bool other_case = false;
    while (at + run < text->length && is_same(text, at + run, at + run - distance))
        run++;
    for (size_t n = 1; n <= run; n++) {
        other_case = other_case || text->bytes[at + n - 1] != text->bytes[at + n - 1 - distance];
        if (n >= RUN_MIN && (n <= SHORT_MAX || n == run) &&
            policy_may_offer(lattice, at, at + n, bits))
            policy_offer(lattice, at, at + n, POLICY_REPEAT,
                         bits + 2 * log2((double)n) + (other_case ? OTHER_CASE_BITS : 0));
    }
}

/* All that stood before `at`, again and again until the end. */
static void offer_whole(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    size_t i = at;
    while (i < text->length && text->bytes[i] == text->bytes[i - at])
        i++;
    if (i == text->length && i - at >= RUN_MIN)
        policy_offer(lattice, at, i, POLICY_REPEAT, WHOLE_BITS);
}

/* abccba, abcba: what was just said, backwards. */
static void offer_mirror(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                         size_t gap)
{
    for (size_t n = 0; n + gap < at && at + n < text->length; n++) {
        if (policy_to_lower(text->bytes[at + n]) != policy_to_lower(text->bytes[at - 1 - gap - n]))
            return;
        if (n + 1 >= RUN_MIN)
            policy_offer(lattice, at, at + n + 1, POLICY_REPEAT,
                         POLICY_KIND_BITS + 3.0 + 2 * log2((double)n + 1));
    }
}

void policy_find_repeats(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    const struct policy_marks *marks = &lattice->marks;
    for (size_t distance = 1; distance <= at; distance++) {
        if (marks->lower[at] == marks->lower[at - distance])
            offer_copies(lattice, text, at, distance);
        if (marks->steps[at] == marks->steps[at - distance])
            offer_steps(lattice, text, at, distance);
    }
    for (size_t period = PERIOD_MIN; period <= PERIOD_MAX && period <= at; period++)
        if (marks->alphabet[at] == marks->alphabet[at - period])
            offer_progression(lattice, text, at, period);
    if (at > 0)
        offer_whole(lattice, text, at);
    offer_mirror(lattice, text, at, 0);
    offer_mirror(lattice, text, at, 1);
}
