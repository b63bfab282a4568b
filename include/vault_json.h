// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_JSON_H
#define REDIS_INIT_VAULT_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

/*
 * Parses an answer that is a JSON object, without a key twice, and of so few values that they do
 * not fill the memory; its numbers are reals. The caller releases it. NULL when it is none
 * (EX_UNAVAILABLE); the error tells the line, and nothing of the text, in which a secret may be.
 * `who` is what errors call the server.
 */
json_t *answer_parse(const char *body, size_t length, const char *who,
                     struct failure *failure) MUST_CHECK;

/* The same without an error, for bodies that may be anything. */
json_t *answer_parse_any(const char *body, size_t length);

/* A number that counts something; 0 for what is none, is negative or above 2^53. */
int64_t json_whole(const json_t *number);

/* A member of a member of an object; borrowed, or NULL. */
const json_t *json_in(const json_t *object, const char *outer, const char *inner);

/* As one line of wiped_malloc(), which the caller frees by wiped_free(); NULL without memory
 * (EX_OSERR). */
char *json_line(const json_t *value, struct failure *failure) MUST_CHECK;

#endif
