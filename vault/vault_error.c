// SPDX-License-Identifier: Apache-2.0
#include "vault_error.h"

#include <stdio.h>
#include <string.h>

#include "vault_json.h"

#define OF(operation) (1U << (operation))
#define ANY (OF(VAULT_OPERATIONS) - 1)

struct meaning {
    long from, to; /* status */
    unsigned operations;
    int exit_code;
    const char *text; /* that Vault's has in it, or NULL */
    const char *says; /* behind "Vault at URL: " */
    const char *hint;
};

/* The first that fits. Statuses as the API documentation has them, 472 and 473 of sys/health. */
static const struct meaning meanings[] = {
    {300, 399, ANY, EX_UNAVAILABLE, NULL, "sends to another server",
     "it is a standby: let --vault-addr name the active one, or forward requests"},
    {503, 503, ANY, EX_UNAVAILABLE, "sealed", "is sealed", "unseal it (vault operator unseal)"},
    {503, 503, ANY, EX_UNAVAILABLE, NULL, "is not available",
     "it is sealed, or has no active node"},
    {429, 429, ANY, EX_UNAVAILABLE, NULL, "is too busy or a standby",
     "see its rate limit quotas, or name the active one"},
    {472, 473, ANY, EX_UNAVAILABLE, NULL, "is a standby", "let --vault-addr name the active one"},
    {412, 412, ANY, EX_UNAVAILABLE, NULL, "is behind its primary", "try again"},
    {500, 599, ANY, EX_UNAVAILABLE, NULL, "fails", "see its log"},
    {400, 499, ANY, EX_CONFIG, "no handler for route", "has nothing mounted there",
     "check --mount and --auth-mount"},
    {400, 499, ANY, EX_CONFIG, "namespace not found", "knows no such namespace",
     "check --vault-namespace"},
    {404, 404, OF(VAULT_LOGIN), EX_CONFIG, NULL, "has no auth method there", "check --auth-mount"},
    {400, 499, OF(VAULT_LOGIN), EX_NOPERM, NULL, "refuses the login",
     "check --role, --auth-mount and what the role is bound to"},
    {400, 499, OF(VAULT_UNWRAP), EX_NOPERM, NULL, "does not unwrap the token",
     "it has been unwrapped before, which may be an attack, or has expired"},
    {400, 499, OF(VAULT_RENEW), EX_NOPERM, NULL, "does not renew the token",
     "the next run logs in"},
    {400, 499, OF(VAULT_REVOKE), EX_NOPERM, NULL, "does not revoke the token",
     "it ends with its lease"},
    {404, 404, OF(VAULT_READ), EX_NOINPUT, NULL, "has nothing there", ""},
    {401, 403, OF(VAULT_READ), EX_NOPERM, NULL, "denies reading",
     "the policy needs `read` on that path"},
    {401, 403, OF(VAULT_WRITE), EX_NOPERM, NULL, "denies writing",
     "the policy needs `create` on that path for --generate"},
    {400, 499, ANY, EX_UNAVAILABLE, NULL, "refuses the request", "check --mount, --path and --kv"},
};

static const struct meaning unknown_meaning = {
    0, 0, ANY, EX_UNAVAILABLE, NULL, "gives no answer that fits", "is it Vault?"};

static const struct meaning *meaning_of(enum vault_operation operation, long status,
                                        const char *text)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        const struct meaning *meaning = &meanings[i];
        if (status >= meaning->from && status <= meaning->to &&
            (meaning->operations & OF(operation)) != 0 &&
            (meaning->text == NULL || strstr(text, meaning->text) != NULL))
            return meaning;
    }
    return &unknown_meaning;
}

void vault_error_text(char text[VAULT_TEXT_SIZE], const char *body, size_t length)
{
    json_t *answer = answer_parse_any(body, length);
    const char *first = json_string_value(json_array_get(json_object_get(answer, "errors"), 0));
    (void)snprintf(text, VAULT_TEXT_SIZE, "%s", first != NULL ? first : "");
    json_decref(answer);
}

bool vault_failure(const struct http_service *service, const struct vault_question *question,
                   const struct http_answer *answer, const char *text, struct failure *failure)
{
    const struct meaning *meaning = meaning_of(question->operation, answer->status, text);
    const bool redirected = answer->redirect[0] != '\0';
    char details[URL_SIZE + VAULT_TEXT_SIZE];
    (void)snprintf(details, sizeof(details), "%s%s%s%s", redirected ? ", " : "",
                   redirected ? answer->redirect : "", *text != '\0' ? ": " : "", text);
    return failure_set(failure, meaning->exit_code, 0, "%s at %s %s: %s%s%s (%ld%s)%s%s",
                       service->name, service->url, meaning->says, question->what,
                       question->role != NULL ? ", role " : "",
                       question->role != NULL ? question->role : "", answer->status, details,
                       meaning->hint[0] != '\0' ? ", " : "", meaning->hint);
}
