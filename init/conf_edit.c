// SPDX-License-Identifier: Apache-2.0
#include "conf_edit.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "byte_sink.h"
#include "conf_words.h"

/* Whether a line begins with that word; *value is where it ends. */
static bool is_of(const char *text, const struct conf_line *line, const char *name, size_t *value)
{
    const size_t length = strlen(name);
    const size_t begin = line->begin + strspn(text + line->begin, " \t");
    if (line->end - begin <= length || strncasecmp(text + begin, name, length) != 0 ||
        strchr(" \t\r\n", text[begin + length]) == NULL)
        return false;
    *value = begin + length;
    return true;
}

bool conf_edit_find(const char *text, size_t length, const char *name, struct conf_line *line)
{
    bool found = false;
    for (struct conf_line at = {.end = 0}; at.begin < length; at.begin = at.end) {
        const char *line_end = memchr(text + at.begin, '\n', length - at.begin);
        at.end = line_end != NULL ? (size_t)(line_end - text) + 1 : length;
        if (is_of(text, &at, name, &at.value)) {
            *line = at;
            found = true;
        }
    }
    return found;
}

bool conf_edit_is(const char *text, const struct conf_line *line, const struct secret *secret)
{
    size_t length;
    size_t word_length;
    const char *bytes = secret_bytes(secret, &length);
    const char *cursor = text + line->value;
    char *word = sodium_malloc(SECRET_MAX);
    if (word == NULL)
        return false;
    const bool same =
        conf_next_word(&cursor, text + line->end, word, SECRET_MAX, &word_length) == CONF_WORD &&
        word_length == length && sodium_memcmp(word, bytes, length) == 0;
    sodium_free(word);
    return same;
}

size_t conf_edit_replace(char *out, size_t size, const char *text, size_t length,
                         const struct conf_line *line, const char *name,
                         const struct secret *secret)
{
    struct byte_sink sink = {.bytes = out, .size = size};
    size_t secret_length;
    const char *bytes = secret_bytes(secret, &secret_length);
    sink_bytes(&sink, text, line->begin);
    sink_text(&sink, name);
    sink_text(&sink, " ");
    sink_quoted(&sink, bytes, secret_length);
    sink_text(&sink, "\n");
    sink_bytes(&sink, text + line->end, length - line->end);
    return sink.length;
}
