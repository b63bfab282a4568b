// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "vault_json.h"
#include "vault_kube.h"
#include "vault_memory.h"

/* Another writer may come between reading and writing, but not each time. */
#define TRIES_MAX 5

struct kube_request {
    enum kube_operation operation;
    const char *method;
    const char *query;        /* with its ?, or "" */
    const char *content_type; /* the whole header, or NULL */
    bool is_list;             /* asks for all Secrets' path, which creates one */
};

static const struct kube_request get_request = {KUBE_GET, "GET", "", NULL, false};
static const struct kube_request create_request = {
    KUBE_POST, "POST", "?fieldManager=" FIELD_MANAGER, "Content-Type: application/json", true};
static const struct kube_request apply_request = {
    KUBE_PATCH, "PATCH", "?fieldManager=" FIELD_MANAGER "&force=false",
    "Content-Type: application/apply-patch+yaml", false};
static const struct kube_request force_request = {
    KUBE_PATCH, "PATCH", "?fieldManager=" FIELD_MANAGER "&force=true",
    "Content-Type: application/apply-patch+yaml", false};
static const struct kube_request merge_request = {
    KUBE_PATCH, "PATCH", "?fieldManager=" FIELD_MANAGER,
    "Content-Type: application/merge-patch+json", false};

static void put_path(char path[URL_PATH_SIZE], const struct kube *kube,
                     const struct kube_request *request)
{
    (void)snprintf(path, URL_PATH_SIZE, "/api/v1/namespaces");
    url_path_append(path, kube->namespace);
    url_path_append(path, "secrets");
    if (!request->is_list)
        url_path_append(path, kube->options->secret);
    const size_t length = strlen(path);
    (void)snprintf(path + length, URL_PATH_SIZE - length, "%s", request->query);
}

static bool send(struct kube *kube, const struct kube_request *kind, const char *body,
                 struct http_answer *answer, struct failure *failure)
{
    char path[URL_PATH_SIZE];
    const struct http_request request = {
        .method = kind->method,
        .path = path,
        .headers = {kind->content_type},
        .token_header = "Authorization: Bearer ",
        .token = kube->token,
        .body = body,
        .body_length = body != NULL ? strlen(body) : 0,
    };
    put_path(path, kube, kind);
    return http_ask(kube->http, &kube->service, &request, answer, failure);
}

static bool is_done(const struct http_answer *answer)
{
    return answer->status >= 200 && answer->status <= 299;
}

static bool tells_value(const char *text, const json_t *value)
{
    json_t *encoded = kube_base64(value);
    const bool tells =
        encoded == NULL ||
        credential_is_repeated(text, json_string_value(value), json_string_length(value)) ||
        credential_is_repeated(text, json_string_value(encoded), json_string_length(encoded));
    json_decref(encoded);
    return tells;
}

/* Whether a text of Kubernetes' repeats the token or a password. */
static bool tells_secret(const struct kube *kube, const struct kv_content *content,
                         const char *text)
{
    const char *token = credential_text(kube->token);
    bool tells = credential_is_repeated(text, token, strlen(token));
    for (size_t i = 0; !tells && i < kube->options->field_count; i++)
        tells = kube->options->fields[i].is_password &&
                tells_value(text, json_object_get(content->fields, kube->options->fields[i].name));
    return tells;
}

/* Leaves only what may be told. */
static void censor(const struct kube *kube, const struct kv_content *content, char *text,
                   size_t size, const char *instead)
{
    if (tells_secret(kube, content, text))
        (void)snprintf(text, size, "%s", instead);
}

static bool fail(const struct kube *kube, const struct kv_content *content,
                 const struct kube_request *request, struct http_answer *answer,
                 struct failure *failure)
{
    char name[2 * NAME_MAX_BYTES];
    struct kube_status status;
    kube_status_read(&status, answer->body, answer->length);
    censor(kube, content, status.message, sizeof(status.message), "");
    censor(kube, content, status.manager, sizeof(status.manager), "another");
    censor(kube, content, status.field, sizeof(status.field), "a field");
    censor(kube, content, answer->redirect, sizeof(answer->redirect), "");
    (void)snprintf(name, sizeof(name), "%s/%s", kube->namespace, kube->options->secret);
    return kube_failure(&kube->service, request->operation, name, answer, &status, failure);
}

/* The body of that kind, in memory that is wiped; `secret` is the one that is there, or NULL. */
static char *body_of(const struct kube *kube, enum kube_body kind, const struct kv_content *content,
                     const struct kube_secret *secret, struct failure *failure)
{
    char now[32];
    struct tm parts;
    const time_t seconds = time(NULL);
    (void)strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
    json_t *json = kube_body(kind, kube->namespace, kube->options, content, now,
                             secret != NULL ? secret->resource_version : NULL, failure);
    const bool ok = json != NULL && (kind != KUBE_APPLY || kube_body_keep(json, secret, failure));
    char *body = ok ? json_line(json, failure) : NULL;
    json_decref(json);
    return body;
}

/* What became of a try to write: with RETRY the Secret is another by now, and read again. */
enum outcome { OUTCOME_FAILED, OUTCOME_DONE, OUTCOME_RETRY, OUTCOME_REFUSED };

static enum outcome outcome_of(const struct kube *kube, const struct kv_content *content,
                               const struct kube_request *request, struct http_answer *answer,
                               struct failure *failure)
{
    struct kube_status status;
    if (is_done(answer))
        return OUTCOME_DONE;
    kube_status_read(&status, answer->body, answer->length);
    const bool is_apply = request == &apply_request || request == &force_request;
    (void)fail(kube, content, request, answer, failure);
    if (is_apply && (answer->status == 415 || answer->status == 400))
        return OUTCOME_REFUSED;
    if (answer->status == 409 && status.manager[0] == '\0')
        return OUTCOME_RETRY;
    if (answer->status == 404 && request == &merge_request)
        return OUTCOME_RETRY;
    return OUTCOME_FAILED;
}

static enum outcome write_body(struct kube *kube, const struct kv_content *content,
                               const struct kube_request *request, enum kube_body kind,
                               const struct kube_secret *secret, struct failure *failure)
{
    struct http_answer answer;
    struct kube_status status;
    enum outcome outcome = OUTCOME_FAILED;
    char *body = body_of(kube, kind, content, secret, failure);
    bool ok = body != NULL && send(kube, request, body, &answer, failure);
    /* what was created by POST is of our Update, another manager than our Apply, and conflicts with
     * it (kubernetes/kubernetes#107417) */
    if (ok && request == &apply_request && answer.status == 409) {
        kube_status_read(&status, answer.body, answer.length);
        if (status.is_own_conflict)
            ok = send(kube, &force_request, body, &answer, failure);
    }
    if (ok)
        outcome = outcome_of(kube, content, request, &answer, failure);
    wiped_free(body);
    return outcome;
}

static enum outcome change(struct kube *kube, const struct kv_content *content,
                           const struct kube_secret *secret, struct failure *failure)
{
    const enum outcome outcome =
        write_body(kube, content, &apply_request, KUBE_APPLY, secret, failure);
    if (outcome != OUTCOME_REFUSED)
        return outcome;
    report_line(&kube->options->report, REPORT_DETAIL,
                "Kubernetes takes no server-side apply, a merge patch follows");
    return write_body(kube, content, &merge_request, KUBE_MERGE, secret, failure);
}

/* Whether the Secret may be changed. */
static bool check(const struct kube *kube, const struct kv_content *content,
                  const struct kube_secret *secret, struct failure *failure)
{
    if (!kube_type_is_taken(secret->type))
        return failure_set(failure, EX_CONFIG, 0,
                           "Secret %s/%s is of type %.100s, name another one by --secret",
                           kube->namespace, kube->options->secret,
                           tells_secret(kube, content, secret->type) ? "another" : secret->type);
    if (secret->is_immutable)
        return failure_set(failure, EX_NOPERM, 0,
                           "Secret %s/%s is immutable and has another value: delete it, or name "
                           "another one by --secret",
                           kube->namespace, kube->options->secret);
    return true;
}

static enum outcome change_if_needed(struct kube *kube, const struct kv_content *content,
                                     const struct http_answer *answer, enum written *written,
                                     struct failure *failure)
{
    struct kube_secret secret;
    bool same = false;
    enum outcome outcome = OUTCOME_FAILED;
    json_t *json = answer_parse(answer->body, answer->length, "Kubernetes", failure);
    if (json != NULL && kube_secret_read(&secret, json, failure) &&
        kube_secret_has(&secret, kube->options, content, &same, failure)) {
        *written = same ? WRITTEN_UNCHANGED : WRITTEN_CHANGED;
        if (same)
            outcome = OUTCOME_DONE;
        else if (check(kube, content, &secret, failure))
            outcome = change(kube, content, &secret, failure);
    }
    json_decref(json);
    return outcome;
}

static enum outcome try_once(struct kube *kube, const struct kv_content *content,
                             enum written *written, struct failure *failure)
{
    struct http_answer answer;
    if (!send(kube, &get_request, NULL, &answer, failure))
        return OUTCOME_FAILED;
    if (is_done(&answer))
        return change_if_needed(kube, content, &answer, written, failure);
    if (answer.status != 404) {
        (void)fail(kube, content, &get_request, &answer, failure);
        return OUTCOME_FAILED;
    }
    *written = WRITTEN_NEW;
    return write_body(kube, content, &create_request, KUBE_CREATE, NULL, failure);
}

bool kube_write(struct kube *kube, const struct kv_content *content, enum written *written,
                struct failure *failure)
{
    enum outcome outcome = OUTCOME_RETRY;
    kube_close(kube);
    kube->token = credential_read(kube->options->kube_token_file, "--kube-token-file", failure);
    if (kube->token == NULL)
        return false;
    for (int i = 0; i < TRIES_MAX && outcome == OUTCOME_RETRY; i++)
        outcome = try_once(kube, content, written, failure);
    kube_close(kube);
    return outcome == OUTCOME_DONE;
}
