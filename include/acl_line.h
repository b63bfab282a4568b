// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ACL_LINE_H
#define REDIS_INIT_ACL_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* A line `user NAME RULES` of an aclfile as the server and redis-init write it. Points into the
 * text. */
struct acl_line {
    const char *name;
    size_t name_length;
    const char *rules;
    const char *end;
};

struct acl_text {
    const char *bytes;
    size_t length;
};

/* The next line from *cursor, which is moved behind it; false at the end. Pure, as all here. */
bool acl_line_next(const struct acl_text *text, const char **cursor, struct acl_line *line);

/* Whether all of it is such lines, and empty ones. */
bool acl_line_are_all(const struct acl_text *text);

bool acl_line_find(const struct acl_text *text, const char *name, size_t name_length,
                   struct acl_line *line);

/* The next word of the rules from *cursor, which is moved behind it; NULL at the end. */
const char *acl_line_word(const struct acl_line *line, const char **cursor, size_t *length);

/* The next hash among them, of ACL_HASH_LENGTH digits; NULL at the end. */
const char *acl_line_hash(const struct acl_line *line, const char **cursor);

bool acl_line_has(const struct acl_line *line, const char *hash);

bool acl_line_is_same(const struct acl_line *a, const struct acl_line *b);
bool acl_line_is_of(const struct acl_line *line, const char *name);

#endif
