// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_CONF_WORDS_H
#define REDIS_INIT_CONF_WORDS_H

#include <stddef.h>

/*
 * The quoting of redis.conf, as sdssplitargs() in Redis's src/sds.c reads it (the same from 5.0 to
 * 8 and in Valkey): words between white space; "..." with \xHH \n \r \t \b \a and \ before any
 * other byte; '...' with
 * \' alone; a closing quote must be followed by white space or the end.
 */

enum conf_word { CONF_WORD, CONF_WORDS_END, CONF_WORD_BAD };

/*
 * Reads the next word of [*cursor, end) and moves *cursor behind it. At most `size` bytes go into
 * `word`, unquoted and not NUL-ended; *length is the word's whole length, which may be more than
 * `size`. CONF_WORD_BAD for unbalanced quotes, which Redis refuses as well.
 */
enum conf_word conf_next_word(const char **cursor, const char *end, char *word, size_t size,
                              size_t *length);

/*
 * Writes `length` bytes as one quoted word that conf_next_word(), and Redis, read back byte for
 * byte. Everything but printable ASCII becomes \xHH, so no value can end its line. Returns the
 * bytes needed and, like snprintf(3), writes no more than `size` of them (no NUL is added).
 */
size_t conf_quote(char *out, size_t size, const char *bytes, size_t length);

#endif
