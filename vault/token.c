// SPDX-License-Identifier: Apache-2.0
#include "vault_clock.h"
#include "vault_json.h"
#include "vault_session.h"

static const struct vault_question renew_question = {
    .operation = VAULT_RENEW,
    .method = "POST",
    .path = "/v1/auth/token/renew-self",
    .what = "auth/token/renew-self",
};

static const struct vault_question revoke_question = {
    .operation = VAULT_REVOKE,
    .method = "POST",
    .path = "/v1/auth/token/revoke-self",
    .what = "auth/token/revoke-self",
};

bool vault_has_expired(const struct vault *vault)
{
    return vault->token != NULL && vault->lease_ms > 0 &&
           clock_ms() >= vault->granted_at + vault->lease_ms;
}

int64_t vault_renewal(const struct vault *vault)
{
    if (vault->token == NULL || !vault->is_renewable)
        return INT64_MAX;
    return vault->granted_at + vault->lease_ms / 2;
}

static bool take_lease(struct vault *vault, const struct http_answer *answer, int64_t asked,
                       struct failure *failure)
{
    struct vault_grant grant;
    json_t *json = answer_parse(answer->body, answer->length, "Vault", failure);
    const bool ok = json != NULL && vault_grant_read(&grant, json, failure);
    if (ok) {
        vault->granted_at = asked;
        vault->lease_ms = grant.lease_ms;
        vault->is_renewable = grant.is_renewable && grant.lease_ms > 0;
    }
    json_decref(json);
    return ok;
}

bool vault_renew(struct vault *vault, struct failure *failure)
{
    struct http_answer answer;
    const int64_t asked = clock_ms();
    json_t *body = json_object();
    const bool ok = vault_ask(vault, &renew_question, vault->token, body, &answer, failure) &&
                    take_lease(vault, &answer, asked, failure);
    json_decref(body);
    vault->is_renewable = ok && vault->is_renewable;
    return ok;
}

/* Within a time of its own; what fails is said at that level. */
static void revoke(struct vault *vault, enum report_level level)
{
    struct failure failure = {0};
    struct http_answer answer;
    json_t *body = json_object();
    const int64_t before = http_set_deadline(vault->http, clock_ms() + HTTP_GOODBYE_MS);
    if (!vault_ask(vault, &revoke_question, vault->token, body, &answer, &failure))
        report_line(&vault->options->report, level, "the token is not revoked: %s", failure.text);
    (void)http_set_deadline(vault->http, before);
    json_decref(body);
}

static void leave(struct vault *vault, enum report_level level)
{
    if (vault->token != NULL && vault->is_ours && !vault_has_expired(vault))
        revoke(vault, level);
    credential_free(vault->token);
    vault->token = NULL;
}

void vault_forget(struct vault *vault)
{
    leave(vault, REPORT_DETAIL);
}

void vault_close(struct vault *vault)
{
    leave(vault, REPORT_WARNING);
    credential_free(vault->unwrapped);
    vault->unwrapped = NULL;
}
