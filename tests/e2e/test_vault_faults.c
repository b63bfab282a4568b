// SPDX-License-Identifier: Apache-2.0

/* Answers as they should not be, and services that do not answer: each has its exit code and one
 * clear line, and the Secret stays as it was. */

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sync_case.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define GET_SECRET "GET " SYNC_SECRET
#define PATCH_SECRET "PATCH " SYNC_SECRET
#define OLD_VALUE "b2xkLXZhbHVlLW9mLXRoZS1TZWNyZXQ="

static struct sync job;

static char padding[70000]; /* of a header, which libcurl itself takes up to 100 KiB */

static void setup(void)
{
    memset(padding, 'x', sizeof(padding) - 1);
    sync_init(&job);
}

static void teardown(void)
{
    sync_free(&job);
}

/* A Secret of ours whose value would change. */
static void run_fault(const char *deadline, int code, const char *part)
{
    kube_put(&job.kube, "redis-password", "{\"data\": {\"password\": \"" OLD_VALUE "\"}}",
             "redis-vault-sync");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_option(&job, "--deadline", deadline);
    sync_run(&job, code, part);
}

static void expect_untouched(void)
{
    sync_expect(&job, "password", "old-value-of-the-Secret");
    ck_assert_uint_eq(kube_version(&job.kube, "redis-password"), 1);
}

struct data {
    const char *json; /* what the path holds; NULL is a version that was deleted */
    int code;
    const char *part;
};

static const struct data unfit[] = {
    {"{\"other\": \"x\"}", 65, "`password`"},
    {"{}", 65, "`password`"},
    {"{\"password\": 1234567890123456}", 65, "`password`"},
    {"{\"password\": 1.5}", 65, "`password`"},
    {"{\"password\": null}", 65, "`password`"},
    {"{\"password\": true}", 65, "`password`"},
    {"{\"password\": [\"" SYNC_PASSWORD "\"]}", 65, "`password`"},
    {"{\"password\": {\"value\": \"" SYNC_PASSWORD "\"}}", 65, "`password`"},
    {"{\"password\": \"\"}", 65, "password"},
    {"{\"password\": \"7be29\"}", 65, "password"},
    {"{\"password\": \"" SYNC_WEAK "\"}", 65, "password"},
    {"{\"password\": \"$(REDIS_PASSWORD)\"}", 65, "password"},
    {"{\"password\": \"" SYNC_PASSWORD "\\nsecond line\"}", 65, "line break"},
    {"[\"" SYNC_PASSWORD "\"]", 65, SYNC_PATH},
    {"\"" SYNC_PASSWORD "\"", 65, SYNC_PATH},
    {NULL, 66, "deleted"},
};

START_TEST(what_vault_holds_is_unfit)
{
    if (unfit[_i].json != NULL)
        vault_put2(&job.vault, SYNC_PATH, unfit[_i].json);
    else
        vault_delete2(&job.vault, SYNC_PATH, false);
    run_fault("60s", unfit[_i].code, unfit[_i].part);
    expect_untouched();
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(a_path_that_is_empty)
{
    sync_option(&job, "--role", "redis");
    sync_file_option(&job, "--jwt-file", "jwt");
    sync_option(&job, "--path", "redis/none");
    sync_to_secret(&job);
    sync_run(&job, 66, "redis/none");
    sync_expect_revoked(&job);
}
END_TEST

/* A v2 engine that is read as v1 has nothing at that path. */
START_TEST(an_engine_of_the_other_version)
{
    sync_option(&job, "--kv", "1");
    run_fault("60s", 78, "leave out --kv 1");
    expect_untouched();
}
END_TEST

struct bad {
    const char *vault, *kube; /* the request, of one of them */
    struct standin_fault fault;
    const char *deadline;
    int code;
    const char *part;
};

#define TEXT(number, text)                                                                         \
    {                                                                                              \
        .deed = STANDIN_ANSWER, .status = (number), .body = (text)                                 \
    }
#define ERRORS(text) "{\"errors\":[\"" text "\"]}"
#define LEADS(to)                                                                                  \
    {                                                                                              \
        .deed = STANDIN_ANSWER, .status = 307, .body = "", .header = "Location", .text = (to)      \
    }
#define DENIED ERRORS("permission denied")
#define NUL_INSIDE                                                                                 \
    "{\"data\":{\"data\":{\"password\":\"b8f0c14e97d2a653\\u00000fe8d71c92a45b37\"},\"metadata\":" \
    "{\"version\":1}}}"
#define TWICE                                                                                      \
    "{\"data\":{\"data\":{\"password\":\"b8f0c14e97d2a653\",\"password\":\"0fe8d71c92a45b37\"},"   \
    "\"metadata\":{\"version\":1}}}"
#define STATUS(number, reason, text)                                                               \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","           \
    "\"message\":\"" text "\",\"reason\":\"" reason "\",\"code\":" #number "}"

#define MANY_HEADERS                                                                               \
    {                                                                                              \
        .deed = STANDIN_ANSWER, .status = 200, .body = "{}", .header = "X-Padding",                \
        .text = padding                                                                            \
    }
#define CONFLICT(manager, at)                                                                      \
    "{\"kind\":\"Status\",\"reason\":\"Conflict\",\"details\":{\"causes\":[{\"reason\":"           \
    "\"FieldManagerConflict\",\"message\":\"conflict with \\\"" manager                            \
    "\\\" using v1\",\"field\":"                                                                   \
    "\"" at "\"}]}}"

static const struct bad bads[] = {
    /* Vault is not available */
    {SYNC_READ, NULL, TEXT(503, ERRORS("Vault is sealed")), "2s", 69, "sealed"},
    {SYNC_LOGIN, NULL, TEXT(503, ERRORS("Vault is sealed")), "2s", 69, "sealed"},
    {SYNC_READ, NULL, TEXT(500, ERRORS("internal error")), "2s", 69, "500"},
    {SYNC_READ, NULL, TEXT(502, "<html>Bad Gateway</html>"), "2s", 69, "502"},
    {SYNC_READ, NULL, TEXT(429, ERRORS("request path: rate limit quota exceeded")), "2s", 69,
     "429"},
    {SYNC_READ, NULL, TEXT(473, ""), "2s", 69, "standby"},
    {SYNC_READ, NULL, {.deed = STANDIN_CLOSE}, "2s", 69, "does not answer"},
    {SYNC_READ, NULL, {.deed = STANDIN_DRIP}, "2s", 69, "Vault"},
    {SYNC_LOGIN, NULL, {.deed = STANDIN_DRIP}, "2s", 69, "Vault"},
    {SYNC_READ, NULL, {.deed = STANDIN_HUGE}, "60s", 69, "longer than"},
    {SYNC_LOGIN, NULL, {.deed = STANDIN_HUGE}, "60s", 69, "longer than"},
    /* a standby that leads to the active node */
    {SYNC_READ, NULL, LEADS("https://vault-1.other.example:8200/v1/secret/data/redis/production"),
     "60s", 69, "vault-1.other.example"},
    {SYNC_LOGIN, NULL, LEADS("http://other.example/"), "60s", 69, "other.example"},
    /* what it was told comes back */
    {SYNC_READ, NULL, LEADS("https://" VAULT_TOKEN_PREFIX "1.example/"), "60s", 69,
     "sends to another server"},
    {NULL, GET_SECRET, LEADS("https://" SYNC_KUBE_TOKEN ".example/"), "60s", 69,
     "sends to another server"},
    {NULL, GET_SECRET,
     TEXT(200, "{\"kind\":\"Secret\",\"type\":\"" SYNC_PASSWORD
               "\",\"metadata\":{\"resourceVersion\":\"1\"}}"),
     "60s", 78, "is of type another"},
    {NULL, PATCH_SECRET, TEXT(409, CONFLICT(SYNC_PASSWORD, "." SYNC_KUBE_TOKEN)), "60s", 77,
     "belongs to `another`"},
    /* headers that are too long */
    {SYNC_READ, NULL, MANY_HEADERS, "60s", 69, "headers of more than"},
    {SYNC_LOGIN, NULL, MANY_HEADERS, "60s", 69, "headers of more than"},
    {NULL, GET_SECRET, MANY_HEADERS, "60s", 69, "headers of more than"},
    /* malformed */
    {SYNC_READ, NULL, TEXT(200, "{\"data\":"), "60s", 69, "malformed"},
    {SYNC_READ, NULL, TEXT(200, ""), "60s", 69, "malformed"},
    {SYNC_READ, NULL, TEXT(200, "<html></html>"), "60s", 69, "malformed"},
    {SYNC_READ, NULL, TEXT(200, "{\"data\":{\"data\":{\"password\":\"\xff\xfe\"}}}"), "60s", 69,
     "malformed"},
    {SYNC_READ, NULL, TEXT(200, NUL_INSIDE), "60s", 65, "NUL byte"},
    {SYNC_READ, NULL, TEXT(200, TWICE), "60s", 69, "malformed"},
    {SYNC_READ, NULL, TEXT(200, "[]"), "60s", 69, "malformed"},
    {SYNC_READ, NULL, TEXT(200, "{\"data\":null}"), "60s", 69, "malformed"},
    {SYNC_LOGIN, NULL, TEXT(200, "{\"auth\":null}"), "60s", 69, "malformed"},
    {SYNC_LOGIN, NULL, TEXT(200, "{\"auth\":{\"client_token\":7}}"), "60s", 69, "malformed"},
    {SYNC_LOGIN, NULL, TEXT(200, "{\"auth\":{\"client_token\":\"a\\r\\nX-Evil: b\"}}"), "60s", 69,
     "printable ASCII"},
    /* permission; the token ends midway */
    {SYNC_READ, NULL, TEXT(403, DENIED), "60s", 77, "permission denied"},
    {SYNC_READ, NULL, TEXT(400, ERRORS("odd")), "60s", 69, "400"},
    {SYNC_LOGIN, NULL, TEXT(404, ERRORS("no handler for route")), "60s", 78, "auth/kubernetes"},
    /* Kubernetes */
    {NULL, GET_SECRET, TEXT(401, STATUS(401, "Unauthorized", "Unauthorized")), "60s", 77, "401"},
    {NULL, GET_SECRET, TEXT(500, STATUS(500, "InternalError", "odd")), "2s", 69, "500"},
    {NULL, GET_SECRET, TEXT(503, "apiserver not ready"), "2s", 69, "503"},
    {NULL, GET_SECRET, TEXT(429, STATUS(429, "TooManyRequests", "try later")), "2s", 69, "429"},
    {NULL, GET_SECRET, TEXT(200, "{\"kind\":\"Secret\""), "60s", 69, "malformed"},
    {NULL, GET_SECRET, TEXT(200, "[]"), "60s", 69, "malformed"},
    {NULL, GET_SECRET, {.deed = STANDIN_HUGE}, "60s", 69, "longer than"},
    {NULL, GET_SECRET, {.deed = STANDIN_DRIP}, "2s", 69, "Kubernetes"},
    {NULL, GET_SECRET, {.deed = STANDIN_CLOSE}, "2s", 69, "does not answer"},
    {NULL, GET_SECRET, LEADS("https://other.example/"), "60s", 69, "other.example"},
    {NULL, PATCH_SECRET, TEXT(500, STATUS(500, "InternalError", "odd")), "2s", 69, "500"},
    {NULL, PATCH_SECRET, TEXT(422, STATUS(422, "Invalid", "Secret is invalid: data: odd")), "60s",
     78, "422"},
    {NULL, PATCH_SECRET, TEXT(413, STATUS(413, "RequestEntityTooLarge", "limit is 3145728")), "60s",
     69, "413"},
};

START_TEST(what_is_not_as_it_should_be)
{
    const struct bad *bad = &bads[_i];
    struct standin_fault fault = bad->fault;
    fault.request = bad->vault != NULL ? bad->vault : bad->kube;
    standin_fault(bad->vault != NULL ? job.vault.standin : job.kube.standin, &fault);
    run_fault(bad->deadline, bad->code, bad->part);
    expect_untouched();
    if (bad->vault == NULL || strcmp(bad->vault, SYNC_LOGIN) != 0)
        sync_expect_revoked(&job);
}
END_TEST

/* What passes by is waited for; a token that was refused, or a wrong request, is not. */
static const struct standin_fault passing[] = {
    {.deed = STANDIN_ANSWER, .status = 500, .body = ERRORS("internal error"), .times = 3},
    {.deed = STANDIN_ANSWER, .status = 503, .body = ERRORS("Vault is sealed"), .times = 2},
    {.deed = STANDIN_ANSWER,
     .status = 412,
     .body = ERRORS("required index state not present"),
     .times = 1},
    {.deed = STANDIN_ANSWER, .status = 429, .body = ERRORS("quota exceeded"), .times = 1},
    {.deed = STANDIN_ANSWER, .status = 473, .body = "", .times = 2},
    {.deed = STANDIN_CLOSE, .times = 2},
    {.deed = STANDIN_LOSE, .times = 1},
};
static const char *const everywhere[] = {SYNC_LOGIN, SYNC_READ, GET_SECRET, PATCH_SECRET};

START_TEST(what_passes_by_is_waited_for)
{
    struct standin_fault fault = passing[_i / (int)COUNT(everywhere)];
    const int where = _i % (int)COUNT(everywhere);
    fault.request = everywhere[where];
    standin_fault(where < 2 ? job.vault.standin : job.kube.standin, &fault);
    run_fault("60s", 0, ": changed");
    sync_expect(&job, "password", SYNC_PASSWORD);
}
END_TEST

static long long now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

START_TEST(retry_after_is_kept_to)
{
    const struct standin_fault fault = {.request = SYNC_READ,
                                        .deed = STANDIN_ANSWER,
                                        .status = 429,
                                        .body = ERRORS("quota exceeded"),
                                        .header = "Retry-After",
                                        .text = "2",
                                        .times = 1};
    standin_fault(job.vault.standin, &fault);
    const long long began = now_ms();
    run_fault("60s", 0, ": changed");
    ck_assert_int_ge(now_ms() - began, 2000);
}
END_TEST

/* It would be over before. */
START_TEST(retry_after_the_deadline_is_not_waited_for)
{
    const struct standin_fault fault = {.request = SYNC_READ,
                                        .deed = STANDIN_ANSWER,
                                        .status = 429,
                                        .body = ERRORS("quota exceeded"),
                                        .header = "Retry-After",
                                        .text = "3600"};
    standin_fault(job.vault.standin, &fault);
    run_fault("60s", 69, "429");
    expect_untouched();
}
END_TEST

/* A 403 is final: the account is not locked by what tries it again. */
START_TEST(a_refusal_is_not_tried_again)
{
    job.vault.may_read = "redis/other";
    run_fault("60s", 77, SYNC_PATH);
    ck_assert_uint_eq(standin_count(job.vault.standin, SYNC_READ), 1);
    ck_assert_uint_eq(standin_count(job.vault.standin, SYNC_LOGIN), 1);
}
END_TEST

START_TEST(what_the_role_lacks_is_said)
{
    static const char *const verbs[] = {"get", "create", "patch"};
    job.kube.no_get = _i == 0;
    job.kube.no_create = _i == 1;
    job.kube.no_patch = _i == 2;
    if (_i == 2)
        kube_put(&job.kube, "redis-password", "{\"data\": {\"x\": \"eA==\"}}", "kubectl");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 77, verbs[_i]);
    ck_assert_ptr_nonnull(strstr(job.said, "redis-password"));
    sync_expect(&job, "password", "");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault faults");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, what_vault_holds_is_unfit, 0, COUNT(unfit));
    tcase_add_test(tests, a_path_that_is_empty);
    tcase_add_test(tests, an_engine_of_the_other_version);
    tcase_add_loop_test(tests, what_is_not_as_it_should_be, 0, COUNT(bads));
    tcase_add_loop_test(tests, what_passes_by_is_waited_for, 0, COUNT(passing) * COUNT(everywhere));
    tcase_add_test(tests, retry_after_is_kept_to);
    tcase_add_test(tests, retry_after_the_deadline_is_not_waited_for);
    tcase_add_test(tests, a_refusal_is_not_tried_again);
    tcase_add_loop_test(tests, what_the_role_lacks_is_said, 0, 3);
    return sync_main(tests);
}
