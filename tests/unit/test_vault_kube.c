// SPDX-License-Identifier: Apache-2.0

/* What Kubernetes is told, and what it answers. */

#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "vault_json.h"
#include "vault_kube.h"
#include "vault_memory.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct failure failure;
static struct sync_options options;
static struct kv_content content;

static void begin(void)
{
    failure = (struct failure){0};
    ck_assert(vault_memory_init(&failure));
    options = (struct sync_options){
        .mount = "kv",
        .path = "redis/p",
        .secret = "redis-password",
        .fields = {{"password", "password", true}, {"user", "name", false}},
        .field_count = 2,
    };
    content = (struct kv_content){
        json_pack("{s:s, s:s, s:s}", "password", "\xc3\xa9?>~", "user", "app", "other", "x"), 7};
}

static void end(void)
{
    kv_content_free(&content);
}

struct address {
    const char *host, *port, *url;
};

static const struct address addresses[] = {
    {"10.0.0.1", "443", "https://10.0.0.1:443"},
    {"fd00::1", "6443", "https://[fd00::1]:6443"},
    {"[fd00::1]", "6443", "https://[fd00::1]:6443"},
    {"kubernetes.default.svc", "443", "https://kubernetes.default.svc:443"},
    {NULL, "443", NULL},
    {"10.0.0.1", NULL, NULL},
    {"10.0.0.1", "tcp://10.0.0.1:443", NULL},
    {"me@10.0.0.1", "443", NULL},
    {"10.0.0.1/x?", "443", NULL},
};

START_TEST(the_address_of_the_api)
{
    char url[URL_SIZE];
    const bool ok = kube_url(url, addresses[_i].host, addresses[_i].port, &failure);
    ck_assert_int_eq(ok, addresses[_i].url != NULL);
    if (ok)
        ck_assert_str_eq(url, addresses[_i].url);
    else
        ck_assert_int_eq(failure.exit_code, EX_CONFIG);
}
END_TEST

struct body {
    enum kube_body kind;
    const char *text;
};

#define ANNOTATIONS                                                                                \
    "\"annotations\":{\"redis-init.vault/path\":\"kv/redis/p\",\"redis-init.vault/time\":"         \
    "\"2026-11-25T00:00:00Z\",\"redis-init.vault/version\":\"7\"}"
#define DATA "\"data\":{\"name\":\"YXBw\",\"password\":\"w6k/Pn4=\"}"

static const struct body bodies[] = {
    {KUBE_CREATE, "{\"apiVersion\":\"v1\"," DATA ",\"kind\":\"Secret\",\"metadata\":{" ANNOTATIONS
                  ",\"labels\":{\"app.kubernetes.io/managed-by\":\"redis-vault-sync\"},"
                  "\"name\":\"redis-password\",\"namespace\":\"ns\"},\"type\":\"Opaque\"}"},
    {KUBE_APPLY, "{\"apiVersion\":\"v1\"," DATA ",\"kind\":\"Secret\",\"metadata\":{" ANNOTATIONS
                 ",\"name\":\"redis-password\",\"namespace\":\"ns\"}}"},
    {KUBE_MERGE, "{" DATA ",\"metadata\":{" ANNOTATIONS ",\"resourceVersion\":\"42\"}}"},
};

START_TEST(what_is_sent)
{
    json_t *body = kube_body(bodies[_i].kind, "ns", &options, &content, "2026-11-25T00:00:00Z",
                             "42", &failure);
    ck_assert_ptr_nonnull(body);
    char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    ck_assert_str_eq(text, bodies[_i].text);
    wiped_free(text);
    json_decref(body);
}
END_TEST

START_TEST(an_engine_without_versions)
{
    content.version = 0;
    json_t *body = kube_body(KUBE_APPLY, "ns", &options, &content, "t", NULL, &failure);
    ck_assert_str_eq(json_string_value(json_object_get(json_in(body, "metadata", "annotations"),
                                                       "redis-init.vault/version")),
                     "");
    json_decref(body);
}
END_TEST

/* A NUL, and more than one line, in what is no password. */
START_TEST(any_bytes_are_sent)
{
    options.field_count = 1;
    (void)json_object_set_new(content.fields, "password", json_stringn("a\0\n", 3));
    json_t *body = kube_body(KUBE_MERGE, "ns", &options, &content, "t", "1", &failure);
    ck_assert_str_eq(json_string_value(json_in(body, "data", "password")), "YQAK");
    json_decref(body);
}
END_TEST

START_TEST(a_name_that_is_no_utf8)
{
    options.secret = "\xff";
    ck_assert_ptr_null(kube_body(KUBE_CREATE, "ns", &options, &content, "t", NULL, &failure));
    ck_assert_int_eq(failure.exit_code, EX_OSERR);
}
END_TEST

struct answer {
    const char *text;
    int code; /* 0: a Secret */
    const char *error;
    bool same, immutable;
};

#define SECRET(rest)                                                                               \
    "{\"kind\":\"Secret\",\"metadata\":{\"resourceVersion\":\"42\"},\"type\":\"Opaque\"" rest "}"

static const struct answer answers[] = {
    {SECRET("," DATA), 0, "", true, false},
    {SECRET(",\"immutable\":true," DATA), 0, "", true, true},
    {SECRET(",\"data\":{\"name\":\"YXBw\",\"password\":\"w6k/Pn4=\",\"foreign\":\"!\"}"), 0, "",
     true, false},
    {SECRET(",\"data\":{\"name\":\"YXBw\"}"), 0, "", false, false},
    {SECRET(",\"data\":{\"name\":\"YXBx\",\"password\":\"w6k/Pn4=\"}"), 0, "", false, false},
    {SECRET(",\"data\":{\"name\":\"\",\"password\":\"w6k/Pn4=\"}"), 0, "", false, false},
    {SECRET(",\"data\":null"), 0, "", false, false},
    {SECRET(""), 0, "", false, false},
    {SECRET(",\"data\":{\"name\":\"Y\",\"password\":\"w6k/Pn4=\"}"), 69, "key `name` is no base64",
     false, false},
    {SECRET(",\"data\":{\"name\":7}"), 69, "no base64", false, false},
    {SECRET(",\"data\":[]"), 69, "malformed", false, false},
    {SECRET(",\"data\":\"YXBw\""), 69, "malformed", false, false},
    {"{\"kind\":\"Secret\",\"metadata\":{}}", 69, "resourceVersion", false, false},
    {"{\"kind\":\"Secret\",\"metadata\":{\"resourceVersion\":7}}", 69, "malformed", false, false},
    {"{\"kind\":\"ConfigMap\",\"metadata\":{\"resourceVersion\":\"1\"}}", 69, "malformed", false,
     false},
    {"{}", 69, "malformed", false, false},
};

START_TEST(what_a_secret_has)
{
    const struct answer *expected = &answers[_i];
    struct kube_secret secret;
    bool same = false;
    json_t *json = answer_parse(expected->text, strlen(expected->text), "Kubernetes", &failure);
    ck_assert_ptr_nonnull(json);
    const bool ok = kube_secret_read(&secret, json, &failure) &&
                    kube_secret_has(&secret, &options, &content, &same, &failure);
    ck_assert_msg(failure.exit_code == expected->code, "%s", failure.text);
    ck_assert_int_eq(ok, expected->code == 0);
    ck_assert_ptr_nonnull(strstr(failure.text, expected->error));
    if (ok) {
        ck_assert_int_eq(same, expected->same);
        ck_assert_int_eq(secret.is_immutable, expected->immutable);
        ck_assert_str_eq(secret.resource_version, "42");
    }
    json_decref(json);
}
END_TEST

START_TEST(types_that_are_taken)
{
    ck_assert(kube_type_is_taken("Opaque"));
    ck_assert(kube_type_is_taken(""));
    ck_assert(kube_type_is_taken("kubernetes.io/basic-auth"));
    ck_assert(!kube_type_is_taken("kubernetes.io/tls"));
    ck_assert(!kube_type_is_taken("kubernetes.io/service-account-token"));
}
END_TEST

struct conflict {
    const char *causes;
    bool is_own;
    const char *manager, *field;
};

#define CAUSE(manager, field)                                                                      \
    "{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"" manager                \
    "\\\" using v1\",\"field\":\"" field "\"}"

static const struct conflict conflicts[] = {
    {CAUSE("redis-vault-sync", ".data.password"), true, "", ""},
    {CAUSE("redis-vault-sync", ".data.a") "," CAUSE("redis-vault-sync", ".data.b"), true, "", ""},
    {CAUSE("redis-vault-sync", ".data.a") "," CAUSE("kubectl-create", ".data.b"), false,
     "kubectl-create", ".data.b"},
    {CAUSE("argocd", ".data.a") "," CAUSE("kubectl", ".data.b"), false, "argocd", ".data.a"},
    {"{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"x\\\" with subresource "
     "\\\"status\\\" using v1 at 2026-11-25T00:00:00Z\",\"field\":\".data.a\"}",
     false, "x", ".data.a"},
    {"{\"reason\":\"FieldManagerConflict\"}", false, "another", ""},
    {"{\"reason\":\"Other\",\"message\":\"x\"}", false, "", ""},
    {"7", false, "", ""},
    {"", false, "", ""},
};

START_TEST(who_is_in_the_way)
{
    const struct conflict *expected = &conflicts[_i];
    struct kube_status status;
    char text[1024];
    const int length =
        snprintf(text, sizeof(text),
                 "{\"kind\":\"Status\",\"reason\":\"Conflict\",\"message\":\"Apply failed\","
                 "\"details\":{\"causes\":[%s]}}",
                 expected->causes);
    kube_status_read(&status, text, (size_t)length);
    ck_assert_int_eq(status.is_own_conflict, expected->is_own);
    ck_assert_str_eq(status.manager, expected->manager);
    ck_assert_str_eq(status.field, expected->field);
    ck_assert_str_eq(status.reason, "Conflict");
    ck_assert_str_eq(status.message, "Apply failed");
}
END_TEST

START_TEST(a_status_that_is_none)
{
    struct kube_status status;
    kube_status_read(&status, "apiserver not ready", 19);
    ck_assert_str_eq(status.reason, "");
    ck_assert_str_eq(status.message, "");
    ck_assert(!status.is_own_conflict);
}
END_TEST

struct refusal {
    enum kube_operation operation;
    long status;
    int code;
    const char *text;
};

static const struct refusal refusals[] = {
    {KUBE_GET, 401, 77, "--kube-token-file"},
    {KUBE_GET, 403, 77, "`get`"},
    {KUBE_POST, 403, 77, "`create`"},
    {KUBE_PATCH, 403, 77, "`patch`"},
    {KUBE_POST, 404, 78, "--namespace"},
    {KUBE_PATCH, 404, 78, "--kube-api"},
    {KUBE_PATCH, 409, 69, "conflict"},
    {KUBE_PATCH, 422, 78, "--secret"},
    {KUBE_GET, 307, 69, "--kube-api"},
    {KUBE_GET, 429, 69, "busy"},
    {KUBE_PATCH, 413, 69, "413"},
    {KUBE_PATCH, 500, 69, "fails"},
    {KUBE_GET, 503, 69, "fails"},
    {KUBE_GET, 101, 69, "is it Kubernetes?"},
};

START_TEST(why_kubernetes_refuses)
{
    const struct http_service service = {.name = "Kubernetes", .url = "https://k"};
    const struct http_answer answer = {.status = refusals[_i].status};
    const struct kube_status status = {.message = "said"};
    ck_assert(!kube_failure(&service, refusals[_i].operation, "ns/s", &answer, &status, &failure));
    ck_assert_int_eq(failure.exit_code, refusals[_i].code);
    ck_assert_msg(strstr(failure.text, refusals[_i].text) != NULL, "%s", failure.text);
    ck_assert_ptr_nonnull(strstr(failure.text, "ns/s"));
    ck_assert_ptr_nonnull(strstr(failure.text, ": said"));
}
END_TEST

START_TEST(a_foreign_manager_is_named)
{
    const struct http_service service = {.name = "Kubernetes", .url = "https://k"};
    const struct http_answer answer = {.status = 409};
    const struct kube_status status = {.manager = "argocd", .field = ".data.password"};
    ck_assert(!kube_failure(&service, KUBE_PATCH, "ns/s", &answer, &status, &failure));
    ck_assert_int_eq(failure.exit_code, EX_NOPERM);
    ck_assert_ptr_nonnull(strstr(failure.text, "ns/s: .data.password belongs to `argocd`"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault kube");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, the_address_of_the_api, 0, COUNT(addresses));
    tcase_add_loop_test(tests, what_is_sent, 0, COUNT(bodies));
    tcase_add_test(tests, an_engine_without_versions);
    tcase_add_test(tests, any_bytes_are_sent);
    tcase_add_test(tests, a_name_that_is_no_utf8);
    tcase_add_loop_test(tests, what_a_secret_has, 0, COUNT(answers));
    tcase_add_test(tests, types_that_are_taken);
    tcase_add_loop_test(tests, who_is_in_the_way, 0, COUNT(conflicts));
    tcase_add_test(tests, a_status_that_is_none);
    tcase_add_loop_test(tests, why_kubernetes_refuses, 0, COUNT(refusals));
    tcase_add_test(tests, a_foreign_manager_is_named);
    return unit_main("vault kube", tests);
}
