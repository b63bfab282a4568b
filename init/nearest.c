// SPDX-License-Identifier: Apache-2.0
#include "nearest.h"

#include <string.h>

#define WORD_MAX 40
#define DISTANCE_MAX 2

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters inserted, deleted, changed, or swapped with their neighbour, by three rows of the table
 * (optimal string alignment); both words are at most WORD_MAX long. */
static size_t distance(const char *a, const char *b)
{
    const size_t length = strlen(b);
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= length; j++)
        above[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            row[j] = smaller(above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1),
                             smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[length];
}

const char *nearest_name(const char *word, const char *const *names, size_t count, size_t stride)
{
    const char *best = NULL;
    size_t best_distance = DISTANCE_MAX + 1;
    if (strlen(word) > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *name = *(const char *const *)((const char *)names + i * stride);
        if (strlen(name) > WORD_MAX)
            continue;
        size_t d = distance(word, name);
        if (d < best_distance && 2 * d < strlen(name)) {
            best = name;
            best_distance = d;
        }
    }
    return best;
}
