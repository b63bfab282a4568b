// SPDX-License-Identifier: Apache-2.0
#include "conf_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

struct sink {
    char *bytes;
    size_t size;
    size_t length;
};

static void put(struct sink *sink, char c)
{
    if (sink->length < sink->size)
        sink->bytes[sink->length] = c;
    sink->length++;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *p = c != '\0' ? strchr(digits, tolower((unsigned char)c)) : NULL;
    return p != NULL ? (int)(p - digits) : -1;
}

static char escaped_byte(char letter)
{
    static const char letters[][2] = {
        {'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'b', '\b'}, {'a', '\a'}};
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        if (letters[i][0] == letter)
            return letters[i][1];
    return letter;
}

/* One byte of a "..." word, escaped or not. */
static void put_double_quoted(struct sink *sink, const char **p, const char *end)
{
    const char *s = *p;
    if (*s != '\\' || end - s < 2) {
        put(sink, *s);
        *p = s + 1;
    } else if (end - s >= 4 && s[1] == 'x' && hex_value(s[2]) >= 0 && hex_value(s[3]) >= 0) {
        put(sink, (char)(hex_value(s[2]) * 16 + hex_value(s[3])));
        *p = s + 4;
    } else {
        put(sink, escaped_byte(s[1]));
        *p = s + 2;
    }
}

static void put_single_quoted(struct sink *sink, const char **p, const char *end)
{
    if (**p == '\\' && end - *p >= 2 && (*p)[1] == '\'')
        (*p)++;
    put(sink, **p);
    (*p)++;
}

/* *p stands behind the opening quote; afterwards behind the closing one. */
static bool read_quoted(struct sink *sink, const char **p, const char *end, char quote)
{
    while (*p < end && **p != quote) {
        if (quote == '"')
            put_double_quoted(sink, p, end);
        else
            put_single_quoted(sink, p, end);
    }
    if (*p == end)
        return false;
    (*p)++;
    return *p == end || isspace((unsigned char)**p);
}

enum conf_word conf_next_word(const char **cursor, const char *end, char *word, size_t size,
                              size_t *length)
{
    struct sink sink = {.bytes = word, .size = size};
    const char *p = *cursor;
    while (p < end && isspace((unsigned char)*p))
        p++;
    bool empty = p == end;
    bool balanced = true;
    bool closed = false;
    while (!closed && balanced && p < end && strchr(" \t\r\n", *p) == NULL) {
        char c = *p++;
        if (c == '"' || c == '\'') {
            balanced = read_quoted(&sink, &p, end, c);
            closed = true;
        } else {
            put(&sink, c);
        }
    }
    *cursor = p;
    *length = sink.length;
    if (!balanced)
        return CONF_WORD_BAD;
    return empty ? CONF_WORDS_END : CONF_WORD;
}

size_t conf_quote(char *out, size_t size, const char *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    struct sink sink = {.bytes = out, .size = size};
    put(&sink, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c == '\\') {
            put(&sink, '\\');
            put(&sink, (char)c);
        } else if (c >= 0x20 && c < 0x7f) {
            put(&sink, (char)c);
        } else {
            put(&sink, '\\');
            put(&sink, 'x');
            put(&sink, digits[c >> 4]);
            put(&sink, digits[c & 15]);
        }
    }
    put(&sink, '"');
    return sink.length;
}
