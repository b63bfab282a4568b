// SPDX-License-Identifier: Apache-2.0

/* What Vault answers: grants of tokens, secrets of both engines, what is not there, errors. */

#include <stdio.h>
#include <string.h>

#include "secret.h"
#include "unit.h"
#include "vault_json.h"
#include "vault_judge.h"
#include "vault_memory.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define PASSWORD "k7#Vq9!xZp2&LmR4tB8w"

static struct failure failure;

static void begin(void)
{
    failure = (struct failure){0};
    ck_assert(vault_memory_init(&failure));
}

struct grant {
    const char *answer;
    const char *text; /* of the failure; NULL: it is a grant */
    int64_t lease_ms;
    bool is_renewable, is_batch;
};

static const struct grant grants[] = {
    {"{\"auth\":{\"client_token\":\"hvs.x\",\"lease_duration\":3600,\"renewable\":true,"
     "\"token_type\":\"service\"}}",
     NULL, 3600000, true, false},
    {"{\"auth\":{\"client_token\":\"hvb.x\",\"lease_duration\":60,\"renewable\":false,"
     "\"token_type\":\"batch\"}}",
     NULL, 60000, false, true},
    {"{\"auth\":{\"client_token\":\"x\"}}", NULL, 0, false, false},
    {"{\"auth\":{\"client_token\":\"x\",\"lease_duration\":-1}}", NULL, 0, false, false},
    {"{\"auth\":{\"client_token\":\"x\",\"lease_duration\":1e300}}", NULL, 0, false, false},
    {"{\"auth\":{\"client_token\":\"x\",\"lease_duration\":\"60\",\"renewable\":\"yes\"}}", NULL, 0,
     false, false},
    {"{\"auth\":{\"client_token\":\"\"}}", "auth.client_token", 0, false, false},
    {"{\"auth\":{\"client_token\":7}}", "auth.client_token", 0, false, false},
    {"{\"auth\":{}}", "auth.client_token", 0, false, false},
    {"{\"auth\":null}", "auth.client_token", 0, false, false},
    {"{\"auth\":[]}", "auth.client_token", 0, false, false},
    {"{}", "auth.client_token", 0, false, false},
    {"{\"auth\":{\"client_token\":\"\",\"mfa_requirement\":{\"mfa_request_id\":\"x\"}}}",
     "second factor", 0, false, false},
};

START_TEST(a_grant_of_a_token)
{
    const struct grant *expected = &grants[_i];
    struct vault_grant grant;
    json_t *answer = answer_parse(expected->answer, strlen(expected->answer), "Vault", &failure);
    ck_assert_ptr_nonnull(answer);
    const bool ok = vault_grant_read(&grant, answer, &failure);
    ck_assert_int_eq(ok, expected->text == NULL);
    if (ok) {
        ck_assert_int_eq(grant.lease_ms, expected->lease_ms);
        ck_assert_int_eq(grant.is_renewable, expected->is_renewable);
        ck_assert_int_eq(grant.is_batch, expected->is_batch);
        ck_assert_uint_eq(grant.token_length, strlen(grant.token));
    } else
        ck_assert_msg(strstr(failure.text, expected->text) != NULL, "%s", failure.text);
    json_decref(answer);
}
END_TEST

struct content {
    unsigned kv;
    const char *answer;
    int code;         /* 0: read */
    const char *text; /* of the failure, or the field `p` */
    int64_t version;
};

static const struct content contents[] = {
    {2, "{\"data\":{\"data\":{\"p\":\"x\"},\"metadata\":{\"version\":3}}}", 0, "x", 3},
    {2,
     "{\"data\":{\"data\":{\"p\":\"x\",\"n\":12345678901234567890},\"metadata\":{\"version\":1}}}",
     0, "x", 1},
    {1, "{\"data\":{\"p\":\"x\"}}", 0, "x", 0},
    {1, "{\"data\":{\"p\":\"x\",\"data\":\"y\",\"metadata\":\"z\"}}", 0, "x", 0},
    {2, "{\"data\":{\"p\":\"x\"}}", 65, "--kv 1", 0},
    {2, "{\"data\":{\"data\":{\"p\":\"x\"}}}", 65, "--kv 1", 0},
    {2, "{\"data\":{\"data\":\"x\",\"metadata\":{\"version\":3}}}", 65, "--kv 1", 0},
    {1, "{\"data\":{\"data\":{\"p\":\"x\"},\"metadata\":{\"version\":3}}}", 65, "leave out --kv 1",
     0},
    {2, "{\"data\":null}", 69, "malformed", 0},
    {2, "{\"data\":[]}", 69, "malformed", 0},
    {2, "{}", 69, "malformed", 0},
    {2, "[]", 69, "malformed", 0},
    {2, "", 69, "malformed", 0},
    {2, "{\"data\":{\"data\":{\"p\":\"x\"", 69, "malformed", 0},
    {2, "{\"data\":{\"data\":{\"p\":\"\xff\"},\"metadata\":{\"version\":3}}}", 69, "malformed", 0},
    {2, "{\"data\":{\"data\":{\"p\":\"x\",\"p\":\"y\"},\"metadata\":{\"version\":3}}}", 69,
     "malformed", 0},
    {2, "{\"data\":{\"data\":{\"p\":\"x\"},\"metadata\":{\"version\":1e999}}}", 69, "malformed", 0},
    {2, "<html>", 69, "malformed", 0},
};

START_TEST(what_is_at_a_path)
{
    const struct content *expected = &contents[_i];
    struct kv_content content = {0};
    const bool ok = kv_answer_read(&content, expected->kv, "secret/a", expected->answer,
                                   strlen(expected->answer), &failure);
    ck_assert_int_eq(failure.exit_code, expected->code);
    ck_assert_int_eq(ok, expected->code == 0);
    if (ok) {
        ck_assert_str_eq(json_string_value(json_object_get(content.fields, "p")), expected->text);
        ck_assert_int_eq(content.version, expected->version);
    } else
        ck_assert_msg(strstr(failure.text, expected->text) != NULL, "%s", failure.text);
    kv_content_free(&content);
}
END_TEST

/* The parser's own words would repeat what stands at the fault. */
START_TEST(a_malformed_answer_is_not_repeated)
{
    static const char answer[] =
        "{\"data\":{\"data\":{\"password\":\"" PASSWORD "\" \"" PASSWORD "\"}}}";
    ck_assert_ptr_null(answer_parse(answer, strlen(answer), "Vault", &failure));
    ck_assert_int_eq(failure.exit_code, EX_UNAVAILABLE);
    ck_assert_ptr_null(strstr(failure.text, "Vq9"));
    ck_assert_ptr_nonnull(strstr(failure.text, "line 1"));
}
END_TEST

/* An empty object takes jansson a hundred times its bytes. What stands in a text is no value. */
START_TEST(an_answer_has_an_end)
{
    static char answer[65536];
    const size_t middle = 49000;
    (void)snprintf(answer, sizeof(answer), "{\"data\":[{}");
    for (size_t i = strlen(answer); i < middle; i += 3)
        memcpy(answer + i, ",{}", 4);
    const size_t length = strlen(answer);
    memcpy(answer + length, "]}", 3);
    ck_assert_ptr_null(answer_parse(answer, length + 2, "Vault", &failure));
    ck_assert_int_eq(failure.exit_code, EX_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(failure.text, "more than 16384 values"));
    answer[8] = '"';
    memcpy(answer + 9, "\\\"", 2);
    answer[length] = '"';
    memcpy(answer + length + 1, "}", 2);
    json_t *text = answer_parse(answer, length + 2, "Vault", &failure);
    ck_assert_msg(text != NULL, "%s", failure.text);
    json_decref(text);
}
END_TEST

struct absent {
    const char *answer;
    enum kv_absence absence;
    int64_t version;
};

static const struct absent absences[] = {
    {"{\"errors\":[]}", KV_NOTHING, 0},
    {"{\"data\":{\"data\":null,\"metadata\":{\"deletion_time\":\"2026-11-25T00:00:00Z\","
     "\"destroyed\":false,\"version\":2}}}",
     KV_DELETED, 2},
    {"{\"data\":{\"data\":null,\"metadata\":{\"deletion_time\":\"\",\"destroyed\":true,"
     "\"version\":3}}}",
     KV_DESTROYED, 3},
    {"{\"errors\":[],\"warnings\":[\"Invalid path for a versioned K/V secrets engine. See ...\"]}",
     KV_OTHER_VERSION, 0},
    {"{}", KV_FOREIGN, 0},
    {"<html>404</html>", KV_FOREIGN, 0},
    {"", KV_FOREIGN, 0},
    {"{\"errors\":\"x\"}", KV_FOREIGN, 0},
};

START_TEST(what_is_not_at_a_path)
{
    int64_t version = -1;
    ck_assert_int_eq(kv_absence_of(absences[_i].answer, strlen(absences[_i].answer), &version),
                     absences[_i].absence);
    ck_assert_int_eq(version, absences[_i].version);
}
END_TEST

struct refusal {
    enum vault_operation operation;
    long status;
    const char *said; /* by Vault */
    int code;
    const char *text;
};

static const struct refusal refusals[] = {
    {VAULT_LOGIN, 400, "invalid role name \"x\"", 77, "refuses the login"},
    {VAULT_LOGIN, 403, "permission denied", 77, "--role"},
    {VAULT_LOGIN, 404, "", 78, "--auth-mount"},
    {VAULT_LOGIN, 404, "no handler for route", 78, "nothing mounted"},
    {VAULT_READ, 403, "permission denied", 77, "`read`"},
    {VAULT_READ, 404, "", 66, "nothing there"},
    {VAULT_READ, 404, "no handler for route \"x\"", 78, "--mount"},
    {VAULT_READ, 400, "odd", 69, "--kv"},
    {VAULT_READ, 405, "unsupported operation", 69, "--path"},
    {VAULT_WRITE, 403, "permission denied", 77, "`create`"},
    {VAULT_WRITE, 400, "odd", 69, "refuses the request"},
    {VAULT_UNWRAP, 400, "wrapping token is not valid or does not exist", 77, "attack"},
    {VAULT_RENEW, 403, "permission denied", 77, "renew"},
    {VAULT_REVOKE, 403, "permission denied", 77, "revoke"},
    {VAULT_READ, 307, "", 69, "standby"},
    {VAULT_LOGIN, 503, "Vault is sealed", 69, "is sealed"},
    {VAULT_LOGIN, 503, "", 69, "is not available"},
    {VAULT_READ, 429, "", 69, "rate limit"},
    {VAULT_READ, 412, "", 69, "behind"},
    {VAULT_READ, 472, "", 69, "standby"},
    {VAULT_READ, 473, "", 69, "standby"},
    {VAULT_WRITE, 500, "1 error occurred", 69, "fails"},
    {VAULT_READ, 502, "", 69, "fails"},
    {VAULT_READ, 101, "", 69, "is it Vault?"},
    {VAULT_READ, 999, "", 69, "is it Vault?"},
    {VAULT_READ, 404, "namespace not found", 78, "--vault-namespace"},
};

START_TEST(why_vault_refuses)
{
    const struct refusal *refusal = &refusals[_i];
    const struct http_service service = {.name = "Vault", .url = "https://v:8200"};
    const struct vault_question question = {
        .operation = refusal->operation, .what = "secret/a", .role = "r"};
    const struct http_answer answer = {.status = refusal->status};
    ck_assert(!vault_failure(&service, &question, &answer, refusal->said, &failure));
    ck_assert_msg(failure.exit_code == refusal->code, "%d: %s", failure.exit_code, failure.text);
    ck_assert_msg(strstr(failure.text, refusal->text) != NULL, "%s", failure.text);
    ck_assert_ptr_nonnull(strstr(failure.text, refusal->said));
    ck_assert_ptr_nonnull(strstr(failure.text, "https://v:8200"));
    ck_assert_ptr_nonnull(strstr(failure.text, "secret/a, role r"));
}
END_TEST

START_TEST(a_redirect_is_named)
{
    const struct http_service service = {.name = "Vault", .url = "https://v:8200"};
    const struct vault_question question = {.operation = VAULT_READ, .what = "secret/a"};
    const struct http_answer answer = {.status = 307, .redirect = "https://other.example:443"};
    ck_assert(!vault_failure(&service, &question, &answer, "", &failure));
    ck_assert_ptr_nonnull(strstr(failure.text, "https://other.example:443"));
    ck_assert_ptr_nonnull(strstr(failure.text, "--vault-addr"));
}
END_TEST

START_TEST(the_text_of_an_error)
{
    static char many[4096];
    char text[VAULT_TEXT_SIZE];
    static const char answer[] = "{\"errors\":[\"first\\nline\",\"second\"]}";
    vault_error_text(text, answer, strlen(answer));
    ck_assert_str_eq(text, "first\nline"); /* which report.h escapes */
    vault_error_text(text, "<html>", 6);
    ck_assert_str_eq(text, "");
    vault_error_text(text, "{\"errors\":[7]}", 14);
    ck_assert_str_eq(text, "");
    const int length = snprintf(many, sizeof(many), "{\"errors\":[\"%03000d\"]}", 0);
    vault_error_text(text, many, (size_t)length);
    ck_assert_uint_eq(strlen(text), VAULT_TEXT_SIZE - 1);
}
END_TEST

START_TEST(a_server_that_repeats_what_it_was_told)
{
    static const char token[] = "hvs.CAESIJ-0123456789abcdef";
    const size_t length = strlen(token);
    ck_assert(credential_is_repeated("x hvs.CAESIJ-0123456789abcdef y", token, length));
    ck_assert(credential_is_repeated("x CAESIJ-012345678 y", token, length));
    ck_assert(!credential_is_repeated("x CAESIJ-01234567 y", token, length));
    ck_assert(!credential_is_repeated("permission denied", token, length));
    ck_assert(credential_is_repeated("the short one", "short", 5));
    ck_assert(!credential_is_repeated("x", NULL, 0));
    ck_assert(!credential_is_repeated("", "", 0));
}
END_TEST

struct judged {
    const char *fields;
    const char *text; /* of the failure; NULL: taken */
};

static const struct judged judgements[] = {
    {"{\"password\":\"" PASSWORD "\",\"user\":\"x\"}", NULL},
    {"{\"password\":\"" PASSWORD "\",\"user\":\"\"}", NULL},
    {"{\"password\":\"" PASSWORD "\",\"user\":\"a\\nb\"}", NULL},
    {"{\"password\":\"" PASSWORD "\"}", "no field `user`"},
    {"{\"user\":\"x\"}", "no field `password`, name the right one by --password"},
    {"{\"password\":null,\"user\":\"x\"}", "is null"},
    {"{\"password\":7,\"user\":\"x\"}", "is a number"},
    {"{\"password\":true,\"user\":\"x\"}", "is true"},
    {"{\"password\":{},\"user\":\"x\"}", "is an object"},
    {"{\"password\":[],\"user\":\"x\"}", "is a list"},
    {"{\"password\":\"" PASSWORD "\",\"user\":7}", "field `user` of kv/a/b in Vault is a number"},
    {"{\"password\":\"\",\"user\":\"x\"}",
     "password refused: field `password` of kv/a/b in Vault is empty"},
    {"{\"password\":\"Summer2024Summer2024\",\"user\":\"x\"}", "too guessable"},
    {"{\"password\":\"k7#Vq9!x\",\"user\":\"x\"}", "8 characters (16 needed)"},
    {"{\"password\":\"" PASSWORD "\\u0000\",\"user\":\"x\"}", "has a NUL byte"},
    {"{\"password\":\"" PASSWORD "\\n\",\"user\":\"x\"}", "has a line break inside"},
    {"{\"password\":\"\\ufeff" PASSWORD "\",\"user\":\"x\"}", "byte-order mark (UTF-8)"},
};

static void use_fields(struct sync_options *options)
{
    *options = (struct sync_options){
        .mount = "kv",
        .path = "a/b",
        .fields = {{"password", "password", true}, {"user", "name", false}},
        .field_count = 2,
        .min_length = 16,
        .min_entropy = 64,
    };
}

START_TEST(fields_are_judged)
{
    struct sync_options options;
    double bits;
    json_error_t error;
    use_fields(&options);
    struct kv_content content = {json_loads(judgements[_i].fields, JSON_ALLOW_NUL, &error), 1};
    ck_assert_ptr_nonnull(content.fields);
    const bool ok = fields_judge(&options, &content, &bits, &failure);
    ck_assert_msg(ok == (judgements[_i].text == NULL), "%s", failure.text);
    if (ok)
        ck_assert_double_ge(bits, 64);
    else {
        ck_assert_int_eq(failure.exit_code, EX_DATAERR);
        ck_assert_msg(strstr(failure.text, judgements[_i].text) != NULL, "%s", failure.text);
    }
    ck_assert_ptr_null(strstr(failure.text, "Vq9"));
    kv_content_free(&content);
}
END_TEST

START_TEST(a_password_has_an_end)
{
    struct sync_options options;
    double bits;
    static char text[SECRET_MAX + 2];
    use_fields(&options);
    options.field_count = 1;
    options.min_entropy = 0;
    memset(text, 'x', SECRET_MAX);
    struct kv_content content = {json_pack("{s:s}", "password", text), 0};
    ck_assert(fields_judge(&options, &content, &bits, &failure) ||
              strstr(failure.text, "longer") == NULL);
    kv_content_free(&content);
    text[SECRET_MAX] = 'x';
    content.fields = json_pack("{s:s}", "password", text);
    ck_assert(!fields_judge(&options, &content, &bits, &failure));
    ck_assert_ptr_nonnull(strstr(failure.text, "longer than 4096 bytes"));
    kv_content_free(&content);
}
END_TEST

/* Each field has one of its own, unless two keys are of one field. */
START_TEST(passwords_are_made)
{
    struct sync_options options;
    double bits;
    struct kv_content content = {0};
    use_fields(&options);
    options.fields[1].is_password = true;
    options.fields[2] = (struct sync_field){"user", "again", true};
    options.field_count = 3;
    ck_assert(fields_generate(&options, &content, &failure));
    ck_assert_uint_eq(json_object_size(content.fields), 2);
    const char *first = json_string_value(json_object_get(content.fields, "password"));
    const char *second = json_string_value(json_object_get(content.fields, "user"));
    ck_assert_uint_eq(strlen(first), 64);
    ck_assert_str_ne(first, second);
    ck_assert(fields_judge(&options, &content, &bits, &failure));
    ck_assert_double_ge(bits, 256);
    kv_content_free(&content);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault answers");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, a_grant_of_a_token, 0, COUNT(grants));
    tcase_add_loop_test(tests, what_is_at_a_path, 0, COUNT(contents));
    tcase_add_test(tests, a_malformed_answer_is_not_repeated);
    tcase_add_test(tests, an_answer_has_an_end);
    tcase_add_loop_test(tests, what_is_not_at_a_path, 0, COUNT(absences));
    tcase_add_loop_test(tests, why_vault_refuses, 0, COUNT(refusals));
    tcase_add_test(tests, a_redirect_is_named);
    tcase_add_test(tests, the_text_of_an_error);
    tcase_add_test(tests, a_server_that_repeats_what_it_was_told);
    tcase_add_loop_test(tests, fields_are_judged, 0, COUNT(judgements));
    tcase_add_test(tests, a_password_has_an_end);
    tcase_add_test(tests, passwords_are_made);
    return unit_main("vault answers", tests);
}
