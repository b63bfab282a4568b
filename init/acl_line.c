// SPDX-License-Identifier: Apache-2.0
#include "acl_line.h"

#include <string.h>

#include "acl_rules.h"
#include "line_walk.h"

static const char keyword[] = "user ";

static bool read_line(const struct text_line *text, struct acl_line *line)
{
    const size_t length = strlen(keyword);
    if ((size_t)(text->end - text->begin) <= length || memcmp(text->begin, keyword, length) != 0)
        return false;
    line->name = text->begin + length;
    line->end = text->end;
    line->rules = memchr(line->name, ' ', (size_t)(line->end - line->name));
    if (line->rules == NULL)
        line->rules = line->end;
    line->name_length = (size_t)(line->rules - line->name);
    return line->name_length > 0;
}

bool acl_line_next(const struct acl_text *text, const char **cursor, struct acl_line *line)
{
    struct text_line next;
    while (line_next(cursor, text->bytes + text->length, &next))
        if (read_line(&next, line))
            return true;
    return false;
}

bool acl_line_are_all(const struct acl_text *text)
{
    struct text_line next;
    struct acl_line line;
    const char *cursor = text->bytes;
    while (line_next(&cursor, text->bytes + text->length, &next))
        if (next.begin < next.end && !read_line(&next, &line))
            return false;
    return true;
}

bool acl_line_find(const struct acl_text *text, const char *name, size_t name_length,
                   struct acl_line *line)
{
    const char *cursor = text->bytes;
    while (acl_line_next(text, &cursor, line))
        if (line->name_length == name_length && memcmp(line->name, name, name_length) == 0)
            return true;
    return false;
}

const char *acl_line_word(const struct acl_line *line, const char **cursor, size_t *length)
{
    const char *word = *cursor;
    while (word < line->end && *word == ' ')
        word++;
    const char *end = word;
    while (end < line->end && *end != ' ')
        end++;
    *cursor = end;
    *length = (size_t)(end - word);
    return end > word ? word : NULL;
}

const char *acl_line_hash(const struct acl_line *line, const char **cursor)
{
    const char *word;
    size_t length;
    while ((word = acl_line_word(line, cursor, &length)) != NULL)
        if (*word == '#' && length == ACL_HASH_LENGTH + 1)
            return word + 1;
    return NULL;
}

bool acl_line_has(const struct acl_line *line, const char *hash)
{
    const char *cursor = line->rules;
    const char *found;
    while ((found = acl_line_hash(line, &cursor)) != NULL)
        if (memcmp(found, hash, ACL_HASH_LENGTH) == 0)
            return true;
    return false;
}

bool acl_line_is_same(const struct acl_line *a, const struct acl_line *b)
{
    const size_t length = (size_t)(a->end - a->name);
    return length == (size_t)(b->end - b->name) && memcmp(a->name, b->name, length) == 0;
}

bool acl_line_is_of(const struct acl_line *line, const char *name)
{
    return strlen(name) == line->name_length && memcmp(line->name, name, line->name_length) == 0;
}
