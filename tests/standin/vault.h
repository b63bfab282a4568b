// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_STANDIN_VAULT_H
#define TESTS_STANDIN_VAULT_H

#include <jansson.h>
#include <stdbool.h>

#include "standin.h"

/*
 * Vault's HTTP API, as far as a reader of secrets needs it, by
 * https://developer.hashicorp.com/vault/api-docs and OpenBao's https://openbao.org/api-docs/, which
 * is the same in all of this:
 *
 *   POST /v1/auth/MOUNT/login             auth/kubernetes, auth/jwt, auth/approle
 *   GET  /v1/auth/token/lookup-self       auth/token
 *   POST /v1/auth/token/renew-self
 *   POST /v1/auth/token/revoke-self
 *   POST /v1/sys/wrapping/unwrap          system/wrapping-unwrap
 *   GET, POST /v1/MOUNT/data/PATH         secret/kv/kv-v2
 *   GET  /v1/MOUNT/PATH                   secret/kv/kv-v1
 *
 * The test sets what it has; a member that is NULL is not there. Strings and JSON are the test's.
 */
struct vault {
    struct standin *standin;
    const char *kubernetes, *jwt, *approle; /* where the auth methods are mounted */
    const char *role, *role_jwt;            /* of kubernetes and jwt */
    const char *role_id, *secret_id;        /* of approle */
    const char *namespace;                  /* in which all of it is */
    const char *kv1, *kv2;                  /* where the engines are mounted */
    const char *may_read;                   /* the one path, or NULL: all */
    bool may_write;
    bool sealed;
    unsigned lease;   /* seconds of a token that a login gives; 0 is 3600 */
    unsigned uses;    /* requests that it is good for; 0 is any number */
    unsigned renewed; /* how often one was renewed */
    unsigned issued;  /* tokens so far; the nth is vault_token(n) */
    json_t *tokens;   /* uses left of those that hold, -1 for any number */
    json_t *wrapped;  /* a wrapping token, and the answer in it */
    json_t *secrets;  /* by path: an object (v1), or an array of versions (v2) */
};

/* With these certificates; all methods and both engines are at their own names. */
void vault_start(struct vault *vault, const char *certificate, const char *key);
void vault_stop(struct vault *vault);

/* The nth token that a login made: VAULT_TOKEN_PREFIX and a number. */
#define VAULT_TOKEN_PREFIX "hvs.CAESIJ-standin-"
const char *vault_token(unsigned n, char *text, size_t size);

/* A token that nobody logged in for. */
void vault_add_token(struct vault *vault, const char *token);

/* A wrapping token in which {"secret_id": ...}, or an auth with this client token, is. */
void vault_wrap_secret_id(struct vault *vault, const char *wrapping, const char *secret_id);
void vault_wrap_token(struct vault *vault, const char *wrapping, const char *token);

/* The data of a path; `data` is JSON text. Version 2 gets a further version. */
void vault_put1(struct vault *vault, const char *path, const char *data);
void vault_put2(struct vault *vault, const char *path, const char *data);

/* Takes the last version of a path away, with its data or (destroyed) for good. */
void vault_delete2(struct vault *vault, const char *path, bool destroyed);

/* A field of the last version, copied; "" if it is none. */
void vault_field(struct vault *vault, const char *path, const char *field, char *text, size_t size);

/* How many tokens hold. */
unsigned vault_holding(struct vault *vault);

/* The service, of vault.c; what it has of the two engines is vault_kv.c's. */
void vault_serve_kv(struct vault *vault, const struct standin_request *request, const char *path,
                    struct standin_answer *answer);

/* `{"errors": [text]}`, or an empty list, as api-docs says of every error. */
void vault_error(struct standin_answer *answer, unsigned status, const char *text);

/* An answer that holds `data` (taken over), with what stands beside it always. */
void vault_answer(struct standin_answer *answer, json_t *data);

#endif
