// SPDX-License-Identifier: Apache-2.0
#include "vault_kv.h"

#include <stdio.h>
#include <string.h>

#include "vault_json.h"

void kv_label(char label[KV_LABEL_SIZE], const struct sync_options *options)
{
    (void)snprintf(label, KV_LABEL_SIZE, "%s/%s", options->mount, options->path);
}

/* /v1/MOUNT/data/PATH?version=N, or /v1/MOUNT/PATH of version 1. */
static void put_path(char path[URL_PATH_SIZE], const struct sync_options *options, bool to_read)
{
    (void)snprintf(path, URL_PATH_SIZE, "/v1");
    url_path_append(path, options->mount);
    if (options->kv == 2)
        url_path_append(path, "data");
    url_path_append(path, options->path);
    const size_t length = strlen(path);
    if (to_read && options->kv_version != 0)
        (void)snprintf(path + length, URL_PATH_SIZE - length, "?version=%u", options->kv_version);
}

static bool fail_absent(const struct vault *vault, const struct http_answer *answer,
                        const char *label, struct failure *failure)
{
    const struct sync_options *options = vault->options;
    int64_t version;
    switch (kv_absence_of(answer->body, answer->length, &version)) {
    case KV_DELETED:
        return failure_set(failure, EX_NOINPUT, 0,
                           "Vault: version %lld of %s is deleted, bring it back (vault kv "
                           "undelete) or write a new one",
                           (long long)version, label);
    case KV_DESTROYED:
        return failure_set(failure, EX_NOINPUT, 0,
                           "Vault: version %lld of %s is destroyed for good, write a new one",
                           (long long)version, label);
    case KV_OTHER_VERSION:
        return failure_set(failure, EX_CONFIG, 0,
                           "Vault: the engine at %s is of version 2, leave out --kv 1",
                           options->mount);
    case KV_FOREIGN:
        return failure_set(failure, EX_UNAVAILABLE, 0,
                           "%s does not answer as Vault does (404), is --vault-addr right?",
                           vault->service.url);
    case KV_NOTHING:
        break;
    }
    return failure_set(failure, EX_NOINPUT, 0,
                       "Vault: %s is empty%s, write a password there (vault kv put), or let "
                       "--generate make one%s",
                       label, options->kv_version != 0 ? " or has no such version" : "",
                       options->kv == 2 ? "; is the engine of version 1 (--kv 1)?" : "");
}

static bool is_absent(const struct http_answer *answer)
{
    int64_t version;
    return kv_absence_of(answer->body, answer->length, &version) == KV_NOTHING;
}

/* As a policy of Vault names it. */
static void put_policy_path(char path[KV_LABEL_SIZE], const struct sync_options *options)
{
    (void)snprintf(path, KV_LABEL_SIZE, "%s%s/%s", options->mount, options->kv == 2 ? "/data" : "",
                   options->path);
}

bool kv_read(struct vault *vault, struct kv_content *content, struct failure *failure)
{
    const struct sync_options *options = vault->options;
    char path[URL_PATH_SIZE];
    char label[KV_LABEL_SIZE];
    char what[KV_LABEL_SIZE];
    struct http_answer answer;
    put_path(path, options, true);
    put_policy_path(what, options);
    kv_label(label, options);
    const struct vault_question question = {.operation = VAULT_READ,
                                            .method = "GET",
                                            .path = path,
                                            .what = what,
                                            .role = options->role};
    content->fields = NULL;
    if (vault_ask(vault, &question, vault->token, NULL, &answer, failure))
        return kv_answer_read(content, options->kv, label, answer.body, answer.length, failure);
    if (answer.status != 404 || failure->exit_code == EX_CONFIG)
        return false;
    return (options->generate && is_absent(&answer)) || fail_absent(vault, &answer, label, failure);
}

/* What Vault says when it is not the first version (KV engine's API, "cas"). */
static bool has_lost(const struct http_answer *answer)
{
    char text[VAULT_TEXT_SIZE] = "";
    if (answer->status == 400)
        vault_error_text(text, answer->body, answer->length);
    return strstr(text, "check-and-set") != NULL;
}

static bool read_version(struct kv_content *content, const struct http_answer *answer,
                         struct failure *failure)
{
    json_t *json = answer_parse(answer->body, answer->length, "Vault", failure);
    content->version = json_whole(json_in(json, "data", "version"));
    json_decref(json);
    return json != NULL;
}

bool kv_create(struct vault *vault, struct kv_content *content, bool *won, struct failure *failure)
{
    char path[URL_PATH_SIZE];
    char what[KV_LABEL_SIZE];
    struct http_answer answer = {0};
    put_path(path, vault->options, false);
    put_policy_path(what, vault->options);
    const struct vault_question question = {.operation = VAULT_WRITE,
                                            .method = "POST",
                                            .path = path,
                                            .what = what,
                                            .role = vault->options->role,
                                            .written = content->fields};
    json_t *body = json_pack("{s:{s:i}, s:O}", "options", "cas", 0, "data", content->fields);
    *won = body != NULL && vault_ask(vault, &question, vault->token, body, &answer, failure) &&
           read_version(content, &answer, failure);
    json_decref(body);
    if (body == NULL)
        return failure_set(failure, EX_OSERR, 0, "no memory for a request");
    return *won || has_lost(&answer);
}
