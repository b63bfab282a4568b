// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_SAY_H
#define SUPERVISE_SAY_H

#include <stdbool.h>
#include <stddef.h>

enum say_level {
    SAY_ERROR,   /* always said */
    SAY_WARNING, /* said even with --quiet: the operator ought to know */
    SAY_NOTICE,  /* left out with --quiet */
    SAY_DETAIL,  /* only with --verbose */
};

struct say {
    bool json;
    enum say_level level; /* the last level that is still said */
};

/* With its frame below PIPE_BUF (4096 in pipe(7)): lines of several writers do not mix. */
#define SAY_TEXT_MAX 1024

/*
 * Writes one line to stderr with a single writev(2): the strings of `parts`, up to a NULL, side
 * by side. Control characters are escaped, so that a hostile program name cannot forge a second
 * line; text beyond SAY_TEXT_MAX bytes is cut. A stderr that takes nothing for 100 ms loses the
 * line: a blocked log must not block PID 1.
 */
void say_parts(const struct say *how, enum say_level level, const char *const parts[]);

#define SAY(how, level, ...) say_parts((how), (level), (const char *const[]){__VA_ARGS__, NULL})

/*
 * The text part of that line, escaped, as a string in `line`. Returns its length without the NUL.
 * Every byte needs at most six (\u00XX).
 */
size_t say_escape(char *line, size_t size, const char *text, bool json);

/* Writes all of `text` to fd. Returns false when it could not. */
bool say_plain(int fd, const char *text);

#define DECIMAL_SIZE 24

/* The number in decimal in `buffer`, which is returned. */
const char *decimal(long number, char buffer[DECIMAL_SIZE]);

/* The same in a buffer that lives as long as the enclosing block. */
#define DECIMAL(number) decimal((long)(number), (char[DECIMAL_SIZE]){0})

#endif
