// SPDX-License-Identifier: Apache-2.0
#include "vault_session.h"

#include <stdio.h>
#include <string.h>

#include "vault_json.h"
#include "vault_memory.h"

struct vault vault_session(struct http *http, const struct sync_options *options)
{
    return (struct vault){
        .http = http,
        .options = options,
        .service = {.name = "Vault",
                    .url = options->vault_url,
                    .ca_file = options->vault_cacert,
                    .ca_option = "--vault-cacert",
                    .server_name = options->vault_server_name},
    };
}

static bool repeats(const char *text, const struct credential *credential)
{
    const char *word = credential != NULL ? credential_text(credential) : NULL;
    return credential_is_repeated(text, word, word != NULL ? strlen(word) : 0);
}

/* Whether Vault's text repeats what was sent to it. */
static bool tells_secret(const char *text, const struct vault_question *question,
                         const struct credential *token)
{
    const char *name;
    json_t *value;
    bool tells = repeats(text, token) || repeats(text, question->sent);
    json_object_foreach((json_t *)(uintptr_t)question->written, name, value)
    {
        tells = tells ||
                credential_is_repeated(text, json_string_value(value), json_string_length(value));
    }
    return tells;
}

static bool judge(struct vault *vault, const struct vault_question *question,
                  const struct credential *token, struct http_answer *answer,
                  struct failure *failure)
{
    char text[VAULT_TEXT_SIZE];
    if (answer->status >= 200 && answer->status <= 299)
        return true;
    vault_error_text(text, answer->body, answer->length);
    if (tells_secret(text, question, token))
        text[0] = '\0';
    if (tells_secret(answer->redirect, question, token))
        answer->redirect[0] = '\0';
    return vault_failure(&vault->service, question, answer, text, failure);
}

bool vault_ask(struct vault *vault, const struct vault_question *question,
               const struct credential *token, const json_t *json, struct http_answer *answer,
               struct failure *failure)
{
    char namespace[32 + NAME_MAX_BYTES];
    char *body = json != NULL ? json_line(json, failure) : NULL;
    struct http_request request = {
        .method = question->method,
        .path = question->path,
        .headers = {"X-Vault-Request: true"},
        .token_header = "X-Vault-Token: ",
        .token = token,
        .body = body,
        .body_length = body != NULL ? strlen(body) : 0,
    };
    size_t count = 1;
    *answer = (struct http_answer){0};
    if (body != NULL)
        request.headers[count++] = "Content-Type: application/json";
    if (vault->options->vault_namespace != NULL) {
        (void)snprintf(namespace, sizeof(namespace), "X-Vault-Namespace: %s",
                       vault->options->vault_namespace);
        request.headers[count++] = namespace;
    }
    const bool ok = (json == NULL || body != NULL) &&
                    http_ask(vault->http, &vault->service, &request, answer, failure) &&
                    judge(vault, question, token, answer, failure);
    wiped_free(body);
    return ok;
}
