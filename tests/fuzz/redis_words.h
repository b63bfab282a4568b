// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_REDIS_WORDS_H
#define TESTS_REDIS_WORDS_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * How redis-server cuts a line of its conf into words: the rules of sdssplitargs() in Redis's
 * src/sds.c, written a second time, so that init/conf_words.c is not its own judge.
 */

#define REDIS_WORDS_MAX 4096

struct redis_words {
    size_t count;
    const char *word[REDIS_WORDS_MAX]; /* each with a NUL behind it */
    size_t length[REDIS_WORDS_MAX];
    char bytes[1 << 17];
};

static inline char redis_escape(char letter)
{
    const char *known = strchr("n\nr\rt\tb\ba\a", letter);
    return letter != '\0' && isalpha((unsigned char)letter) && known != NULL ? known[1] : letter;
}

static inline int redis_hex(char digit)
{
    return isdigit((unsigned char)digit) ? digit - '0' : tolower((unsigned char)digit) - 'a' + 10;
}

static inline bool redis_is_hex(const char *p)
{
    return p[0] == '\\' && p[1] == 'x' && isxdigit((unsigned char)p[2]) &&
           isxdigit((unsigned char)p[3]);
}

/* One byte inside of quotes, at p; returns how many bytes of the line it took. */
static inline size_t redis_quoted_byte(const char *p, char quote, char *byte)
{
    if (quote == '"' && redis_is_hex(p)) {
        *byte = (char)(redis_hex(p[2]) * 16 + redis_hex(p[3]));
        return 4;
    }
    if (p[0] == '\\' && p[1] != '\0' && (quote == '"' || p[1] == '\'')) {
        *byte = quote == '"' ? redis_escape(p[1]) : p[1];
        return 2;
    }
    *byte = *p;
    return 1;
}

/* Behind the opening quote; returns what stands behind the closing one, NULL when unbalanced. */
static inline const char *redis_quoted(const char *p, char quote, char **out)
{
    while (*p != quote) {
        if (*p == '\0')
            return NULL;
        p += redis_quoted_byte(p, quote, *out);
        (*out)++;
    }
    p++;
    return *p == '\0' || isspace((unsigned char)*p) ? p : NULL;
}

/* False for unbalanced quotes, which redis-server does not start with. */
static inline bool redis_split(struct redis_words *words, const char *line)
{
    char *out = words->bytes;
    words->count = 0;
    if (strlen(line) >= sizeof(words->bytes) / 2)
        return false;
    while (isspace((unsigned char)*line))
        line++;
    while (*line != '\0' && words->count < REDIS_WORDS_MAX) {
        const char *begin = out;
        bool quoted = false;
        while (!quoted && strchr(" \n\r\t", *line) == NULL) {
            quoted = *line == '"' || *line == '\'';
            if (!quoted)
                *out++ = *line++;
            else if ((line = redis_quoted(line + 1, *line, &out)) == NULL)
                return false;
        }
        words->word[words->count] = begin;
        words->length[words->count++] = (size_t)(out - begin);
        *out++ = '\0';
        while (isspace((unsigned char)*line))
            line++;
    }
    return *line == '\0';
}

#endif
