// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "vault_clock.h"
#include "vault_json.h"
#include "vault_session.h"

/* Takes the token of an answer's `auth`; the times count from `asked`, before Vault's own. */
static bool take_grant(struct vault *vault, const json_t *answer, int64_t asked, bool is_ours,
                       struct failure *failure)
{
    struct vault_grant grant;
    if (!vault_grant_read(&grant, answer, failure))
        return false;
    struct credential *token = credential_of(
        grant.token, grant.token_length, "the answer of Vault is malformed: its token", failure);
    if (token == NULL)
        return false;
    credential_free(vault->token);
    vault->token = token;
    vault->is_ours = is_ours && !grant.is_batch;
    vault->is_fresh = true;
    vault->is_renewable = grant.is_renewable && grant.lease_ms > 0;
    vault->granted_at = asked;
    vault->lease_ms = grant.lease_ms;
    return true;
}

static bool parse_grant(struct vault *vault, const struct http_answer *answer, int64_t asked,
                        bool is_ours, struct failure *failure)
{
    json_t *json = answer_parse(answer->body, answer->length, "Vault", failure);
    const bool ok = json != NULL && take_grant(vault, json, asked, is_ours, failure);
    json_decref(json);
    return ok;
}

/* POST auth/MOUNT/login; `sent` is what must not be told of the body. */
static bool post_login(struct vault *vault, const json_t *body, const struct credential *sent,
                       struct failure *failure)
{
    const struct sync_options *options = vault->options;
    char path[URL_PATH_SIZE] = "/v1/auth";
    char what[16 + NAME_MAX_BYTES];
    struct http_answer answer;
    const int64_t asked = clock_ms();
    url_path_append(path, options->auth_mount);
    url_path_append(path, "login");
    (void)snprintf(what, sizeof(what), "auth/%s", options->auth_mount);
    const struct vault_question question = {.operation = VAULT_LOGIN,
                                            .method = "POST",
                                            .path = path,
                                            .what = what,
                                            .role = options->role,
                                            .sent = sent};
    return vault_ask(vault, &question, NULL, body, &answer, failure) &&
           parse_grant(vault, &answer, asked, true, failure);
}

static bool login_by_jwt(struct vault *vault, struct failure *failure)
{
    struct credential *jwt = credential_read(vault->options->jwt_file, "--jwt-file", failure);
    if (jwt == NULL)
        return false;
    json_t *body =
        json_pack("{s:s, s:s}", "role", vault->options->role, "jwt", credential_text(jwt));
    const bool ok = body != NULL ? post_login(vault, body, jwt, failure)
                                 : failure_set(failure, EX_CONFIG, 0, "--role is no UTF-8");
    json_decref(body);
    credential_free(jwt);
    return ok;
}

/* What is in the wrapping token: the answer to its unwrapping, which `take` reads. */
static bool unwrap(struct vault *vault, const char *path, const char *option,
                   bool (*take)(struct vault *vault, const struct http_answer *answer,
                                struct failure *failure),
                   struct failure *failure)
{
    const struct vault_question question = {.operation = VAULT_UNWRAP,
                                            .method = "POST",
                                            .path = "/v1/sys/wrapping/unwrap",
                                            .what = option};
    struct http_answer answer;
    struct credential *wrapping = credential_read(path, option, failure);
    json_t *body = wrapping != NULL ? json_object() : NULL;
    const bool ok = body != NULL && vault_ask(vault, &question, wrapping, body, &answer, failure) &&
                    take(vault, &answer, failure);
    json_decref(body);
    credential_free(wrapping);
    return ok;
}

static bool take_secret_id(struct vault *vault, const struct http_answer *answer,
                           struct failure *failure)
{
    json_t *json = answer_parse(answer->body, answer->length, "Vault", failure);
    const json_t *id = json_in(json, "data", "secret_id");
    if (json != NULL && !json_is_string(id))
        failure_set(failure, EX_UNAVAILABLE, 0,
                    "the wrapping token of --secret-id-file holds no secret id");
    else if (json != NULL)
        vault->unwrapped =
            credential_of(json_string_value(id), json_string_length(id),
                          "the answer of Vault is malformed: its secret id", failure);
    json_decref(json);
    return vault->unwrapped != NULL;
}

static bool take_token(struct vault *vault, const struct http_answer *answer,
                       struct failure *failure)
{
    return parse_grant(vault, answer, clock_ms(), true, failure);
}

static bool post_approle(struct vault *vault, const struct credential *role_id,
                         const struct credential *secret_id, struct failure *failure)
{
    json_t *body = json_pack("{s:s, s:s}", "role_id", credential_text(role_id), "secret_id",
                             credential_text(secret_id));
    const bool ok = body != NULL ? post_login(vault, body, secret_id, failure)
                                 : failure_set(failure, EX_OSERR, 0, "no memory for a request");
    json_decref(body);
    return ok;
}

static bool login_by_approle(struct vault *vault, struct failure *failure)
{
    const struct sync_options *options = vault->options;
    struct credential *read = NULL;
    struct credential *role_id = credential_read(options->role_id_file, "--role-id-file", failure);
    bool ok = role_id != NULL;
    if (ok && options->wrapped && vault->unwrapped == NULL)
        ok = unwrap(vault, options->secret_id_file, "--secret-id-file", take_secret_id, failure);
    if (ok && !options->wrapped) {
        read = credential_read(options->secret_id_file, "--secret-id-file", failure);
        ok = read != NULL;
    }
    ok = ok && post_approle(vault, role_id, options->wrapped ? vault->unwrapped : read, failure);
    credential_free(read);
    credential_free(role_id);
    return ok;
}

/* A token that was given is read anew in each run: an agent may have replaced it. */
static bool take_given_token(struct vault *vault, struct failure *failure)
{
    if (vault->options->wrapped)
        return unwrap(vault, vault->options->token_file, "--token-file", take_token, failure);
    vault->token = credential_read(vault->options->token_file, "--token-file", failure);
    vault->is_ours = false;
    vault->is_fresh = true;
    vault->is_renewable = false;
    vault->lease_ms = 0;
    return vault->token != NULL;
}

bool vault_login(struct vault *vault, struct failure *failure)
{
    const bool is_given = vault->options->method == AUTH_TOKEN && !vault->options->wrapped;
    if (is_given || vault_has_expired(vault))
        vault_forget(vault);
    vault->is_fresh = false;
    if (vault->token != NULL)
        return true;
    switch (vault->options->method) {
    case AUTH_KUBERNETES:
    case AUTH_JWT:
        return login_by_jwt(vault, failure);
    case AUTH_APPROLE:
        return login_by_approle(vault, failure);
    case AUTH_TOKEN:
        break;
    }
    return take_given_token(vault, failure);
}
