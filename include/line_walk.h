// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_LINE_WALK_H
#define REDIS_INIT_LINE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A line of a text, without its line end, which the last one may not have. */
struct text_line {
    const char *begin;
    const char *end;
};

/* The line at *cursor, which is moved behind its line end; false at the end of the text. Nothing
 * behind `end` is read. */
static inline bool line_next(const char **cursor, const char *end, struct text_line *line)
{
    if (*cursor == end)
        return false;
    const char *line_end = memchr(*cursor, '\n', (size_t)(end - *cursor));
    line->begin = *cursor;
    line->end = line_end != NULL ? line_end : end;
    *cursor = line_end != NULL ? line_end + 1 : end;
    return true;
}

#endif
