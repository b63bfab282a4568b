// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_ERROR_H
#define REDIS_INIT_VAULT_ERROR_H

#include <jansson.h>

#include "vault_http.h"

enum vault_operation {
    VAULT_LOGIN,
    VAULT_UNWRAP,
    VAULT_RENEW,
    VAULT_REVOKE,
    VAULT_READ,
    VAULT_WRITE,
    VAULT_OPERATIONS,
};

/* What is asked for, in the words of the options: for the request and for errors. */
struct vault_question {
    enum vault_operation operation;
    const char *method;
    const char *path;              /* behind the URL, percent-encoded */
    const char *what;              /* "auth/kubernetes", "secret/redis/production" */
    const char *role;              /* that logs in, or has; NULL: there is none */
    const struct credential *sent; /* in the body, or NULL: no error repeats it */
    const json_t *written;         /* fields in the body, likewise */
};

/* Error texts of Vault at most this long are repeated, the rest is cut. */
#define VAULT_TEXT_SIZE 160

/* The first of an answer's `errors` (API documentation, "Error response"), or "". */
void vault_error_text(char text[VAULT_TEXT_SIZE], const char *body, size_t length);

/*
 * Pure: says why an answer that is not 2xx failed, by a table of operation and status. `text` is
 * what Vault said, or "" when it must not be told.
 */
bool vault_failure(const struct http_service *service, const struct vault_question *question,
                   const struct http_answer *answer, const char *text, struct failure *failure);

#endif
