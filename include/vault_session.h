// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_SESSION_H
#define REDIS_INIT_VAULT_SESSION_H

#include <jansson.h>
#include <stdint.h>

#include "vault_error.h"
#include "vault_http.h"
#include "vault_options.h"

/* Vault, and what this process is there. */
struct vault {
    struct http *http;
    const struct sync_options *options;
    struct http_service service;
    struct credential *token;     /* NULL: not logged in */
    struct credential *unwrapped; /* what a wrapping token gave: it gives it once */
    bool is_ours;                 /* the token was made for us, who revoke it */
    bool is_fresh;                /* it was got in this run */
    bool is_renewable;
    int64_t granted_at; /* clock_ms() */
    int64_t lease_ms;   /* 0: without an end */
};

/* All of it outlives the session. */
struct vault vault_session(struct http *http, const struct sync_options *options);

/*
 * One request to `path`, as `token` (NULL: nobody); a body is sent where it is not NULL. True with
 * an answer of 2xx; else vault_failure() says why and answer->status is what came, or 0.
 */
bool vault_ask(struct vault *vault, const struct vault_question *question,
               const struct credential *token, const json_t *body, struct http_answer *answer,
               struct failure *failure) MUST_CHECK;

/*
 * Logs in by the options' method, where there is no token that still holds. EX_NOINPUT for the
 * files, EX_NOPERM when Vault refuses, EX_CONFIG when nothing is mounted there, EX_UNAVAILABLE.
 */
bool vault_login(struct vault *vault, struct failure *failure) MUST_CHECK;

/* When, by clock_ms(), the token wants to be renewed: half of its lease; INT64_MAX: never. */
int64_t vault_renewal(const struct vault *vault);

/* Renews the token. One that could not be is used as long as it lasts. As vault_login(). */
bool vault_renew(struct vault *vault, struct failure *failure) MUST_CHECK;

/* Whether the lease is over by the clock. */
bool vault_has_expired(const struct vault *vault);

/* Leaves a token behind that seems not to hold any more; it is revoked all the same, if it can be.
 */
void vault_forget(struct vault *vault);

/* Revokes the token where it is ours, within 5 s; what fails is a warning. Releases all. */
void vault_close(struct vault *vault);

/* What an answer to a login, an unwrapping or a renewal gives. */
struct vault_grant {
    const char *token; /* in the answer's JSON */
    size_t token_length;
    int64_t lease_ms;
    bool is_renewable;
    bool is_batch; /* a token that can neither be renewed nor revoked */
};

/* Pure: reads `auth` of an answer. EX_UNAVAILABLE when it has none, EX_NOPERM when Vault wants a
 * second factor. */
bool vault_grant_read(struct vault_grant *grant, const json_t *answer,
                      struct failure *failure) MUST_CHECK;

#endif
