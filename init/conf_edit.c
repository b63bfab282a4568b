// SPDX-License-Identifier: Apache-2.0
#include "conf_edit.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "byte_sink.h"
#include "conf_words.h"
#include "line_walk.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Where the word ends that the line begins with, if it is that one; NULL: it is another. */
static const char *behind_name(const struct text_line *line, const char *name)
{
    const size_t length = strlen(name);
    const char *begin = line->begin;
    while (begin < line->end && is_blank(*begin))
        begin++;
    if ((size_t)(line->end - begin) < length || strncasecmp(begin, name, length) != 0)
        return NULL;
    const char *value = begin + length;
    return value == line->end || is_blank(*value) ? value : NULL;
}

bool conf_edit_find(const char *text, size_t length, const char *name, struct conf_line *line)
{
    struct text_line at;
    const char *cursor = text;
    bool found = false;
    while (line_next(&cursor, text + length, &at)) {
        const char *value = behind_name(&at, name);
        if (value == NULL)
            continue;
        *line = (struct conf_line){(size_t)(at.begin - text), (size_t)(cursor - text),
                                   (size_t)(value - text)};
        found = true;
    }
    return found;
}

static bool is_word(const char *text, const struct conf_line *line, const char *bytes,
                    size_t length)
{
    size_t word_length;
    const char *cursor = text + line->value;
    char *word = sodium_malloc(SECRET_MAX);
    if (word == NULL)
        return false;
    const bool same =
        conf_next_word(&cursor, text + line->end, word, SECRET_MAX, &word_length) == CONF_WORD &&
        word_length == length && length <= SECRET_MAX && sodium_memcmp(word, bytes, length) == 0;
    sodium_free(word);
    return same;
}

bool conf_edit_is(const char *text, const struct conf_line *line, const struct secret *secret)
{
    size_t length;
    const char *bytes = secret_bytes(secret, &length);
    return is_word(text, line, bytes, length);
}

bool conf_edit_is_text(const char *text, const struct conf_line *line, const char *value)
{
    return is_word(text, line, value, strlen(value));
}

size_t conf_edit_replace(char *out, size_t size, const char *text, size_t length,
                         const struct conf_line *line, const struct conf_value *value)
{
    struct byte_sink sink = {.bytes = out, .size = size};
    sink_bytes(&sink, text, line->begin);
    sink_text(&sink, value->name);
    sink_text(&sink, " ");
    sink_quoted(&sink, value->bytes, value->length);
    sink_text(&sink, "\n");
    sink_bytes(&sink, text + line->end, length - line->end);
    return sink.length;
}
