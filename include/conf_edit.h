// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_CONF_EDIT_H
#define REDIS_INIT_CONF_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "secret.h"

/* A line of redis.conf: where it stands in the text, from its first byte to behind its line end. */
struct conf_line {
    size_t begin;
    size_t end;
    size_t value; /* behind the name */
};

/* The last line of that directive, which is the one that holds. False: there is none. Pure. */
bool conf_edit_find(const char *text, size_t length, const char *name, struct conf_line *line);

/* Whether the first word behind the name is that password. */
bool conf_edit_is(const char *text, const struct conf_line *line, const struct secret *secret);

/* Whether it is that text. */
bool conf_edit_is_text(const char *text, const struct conf_line *line, const char *value);

/*
 * The text with `name "VALUE"` in the place of `line`. Returns the bytes needed and writes no
 * more than `size`, as snprintf(3) does, without a NUL.
 */
struct conf_value {
    const char *name;
    const char *bytes;
    size_t length;
};
size_t conf_edit_replace(char *out, size_t size, const char *text, size_t length,
                         const struct conf_line *line, const struct conf_value *value);

#endif
