// SPDX-License-Identifier: Apache-2.0

/* How redis-vault-sync logs in to Vault, and that it leaves no token behind. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync_case.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define GIVEN "hvs.CAESIJ-given"

static struct sync job;

static void setup(void)
{
    sync_init(&job);
}

static void teardown(void)
{
    sync_free(&job);
}

static void expect_synced(void)
{
    sync_option(&job, "--path", SYNC_PATH);
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    sync_expect(&job, "password", SYNC_PASSWORD);
}

/* Twice the same body, but for what the test names: login bodies have their members alone. */
static void expect_login(const char *request, const char *body)
{
    const struct standin_request *login = standin_last(job.vault.standin, request);
    ck_assert_msg(login != NULL, "no %s", request);
    json_t *sent = json_loads(login->body, 0, NULL);
    json_t *wanted = json_loads(body, 0, NULL);
    ck_assert_msg(json_equal(sent, wanted), "%s", login->body);
    json_decref(sent);
    json_decref(wanted);
}

START_TEST(by_the_pods_token)
{
    sync_option(&job, "--role", "redis");
    sync_file_option(&job, "--jwt-file", "jwt");
    expect_synced();
    expect_login(SYNC_LOGIN, "{\"role\": \"redis\", \"jwt\": \"" SYNC_JWT "\"}");
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(at_another_mount)
{
    job.vault.kubernetes = "clusters/blue";
    sync_option(&job, "--auth-mount", "clusters/blue");
    sync_option(&job, "--role", "redis");
    sync_file_option(&job, "--jwt-file", "jwt");
    expect_synced();
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(by_a_jwt)
{
    sync_option(&job, "--auth", "jwt");
    sync_option(&job, "--role", "redis");
    sync_file_option(&job, "--jwt-file", "jwt");
    expect_synced();
    expect_login("POST /v1/auth/jwt/login", "{\"role\": \"redis\", \"jwt\": \"" SYNC_JWT "\"}");
    sync_expect_revoked(&job);
}
END_TEST

static void approle(void)
{
    sync_option(&job, "--auth", "approle");
    sync_file_option(&job, "--role-id-file", "role-id");
    sync_file_option(&job, "--secret-id-file", "secret-id");
}

START_TEST(by_an_approle)
{
    approle();
    expect_synced();
    expect_login("POST /v1/auth/approle/login",
                 "{\"role_id\": \"" SYNC_ROLE_ID "\", \"secret_id\": \"" SYNC_SECRET_ID "\"}");
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(by_a_wrapped_secret_id)
{
    sync_file(&job, "secret-id", SYNC_WRAPPING "\n", 0400);
    vault_wrap_secret_id(&job.vault, SYNC_WRAPPING, SYNC_SECRET_ID);
    approle();
    sync_word(&job, "--wrapped");
    expect_synced();
    expect_login("POST /v1/auth/approle/login",
                 "{\"role_id\": \"" SYNC_ROLE_ID "\", \"secret_id\": \"" SYNC_SECRET_ID "\"}");
    sync_expect_revoked(&job);
    /* someone else who had it would have been seen */
    sync_run(&job, 77, "it has been unwrapped before");
}
END_TEST

/* It was made by somebody who may go on with it. */
START_TEST(by_a_token_which_is_kept)
{
    vault_add_token(&job.vault, GIVEN);
    sync_file(&job, "token", GIVEN "\n", 0400);
    sync_option(&job, "--auth", "token");
    sync_file_option(&job, "--token-file", "token");
    expect_synced();
    ck_assert_uint_eq(vault_holding(&job.vault), 1);
    ck_assert_uint_eq(standin_count(job.vault.standin, SYNC_REVOKE), 0);
}
END_TEST

START_TEST(by_a_wrapped_token_which_is_revoked)
{
    vault_wrap_token(&job.vault, SYNC_WRAPPING, GIVEN);
    sync_file(&job, "token", SYNC_WRAPPING, 0400);
    sync_option(&job, "--auth", "token");
    sync_file_option(&job, "--token-file", "token");
    sync_word(&job, "--wrapped");
    expect_synced();
    ck_assert_uint_eq(vault_holding(&job.vault), 0);
}
END_TEST

START_TEST(in_a_namespace)
{
    job.vault.namespace = "teams/blue";
    sync_option(&job, "--vault-namespace", "teams/blue");
    sync_option(&job, "--role", "redis");
    sync_file_option(&job, "--jwt-file", "jwt");
    expect_synced();
    sync_expect_revoked(&job);
}
END_TEST

/* The words of the command line that the variables stand for are the first five. */
START_TEST(by_the_standard_variables)
{
    char variable[512];
    char path[256];
    while (job.word_count > 1)
        free(job.words[--job.word_count]);
    job.words[1] = NULL;
    job.vault.namespace = "blue";
    (void)snprintf(variable, sizeof(variable), "VAULT_ADDR=%s", standin_address(job.vault.standin));
    sync_setenv(&job, variable);
    (void)snprintf(variable, sizeof(variable), "VAULT_CACERT=%s",
                   sync_certificate("ca.crt", path, sizeof(path)));
    sync_setenv(&job, variable);
    sync_setenv(&job, "VAULT_NAMESPACE=blue");
    sync_setenv(&job, "VAULT_TLS_SERVER_NAME=vault.example");
    sync_setenv(&job, "KUBERNETES_SERVICE_HOST=127.0.0.1");
    (void)snprintf(variable, sizeof(variable), "KUBERNETES_SERVICE_PORT=%d",
                   standin_port(job.kube.standin));
    sync_setenv(&job, variable);
    sync_option(&job, "--role", "redis");
    sync_file_option(&job, "--jwt-file", "jwt");
    sync_option(&job, "--path", SYNC_PATH);
    sync_option(&job, "--secret", "redis-password");
    sync_option(&job, "--namespace", "redis");
    sync_option(&job, "--kube-cacert", path);
    sync_file_option(&job, "--kube-token-file", "kube-token");
    sync_run(&job, 0, ": created");
    sync_expect(&job, "password", SYNC_PASSWORD);
    sync_expect_revoked(&job);
}
END_TEST

/* The certificate is judged by the name that is given, and the connection goes to the address. */
START_TEST(by_the_name_of_the_certificate)
{
    sync_option(&job, "--vault-server-name", _i == 0 ? "vault.example" : "vault.example.org");
    sync_log_in(&job);
    sync_to_secret(&job);
    if (_i == 0)
        sync_run(&job, 0, ": created");
    else
        sync_run(&job, 69, "certificate");
    ck_assert_uint_eq(job.vault.issued, _i == 0 ? 1 : 0);
}
END_TEST

struct refused {
    const char *file, *text; /* of a file that is not as it should be, or NULL */
    const char *role;
    int code;
    const char *part;
};

static const struct refused refusals[] = {
    {"jwt", "eyJhbGciOiJSUzI1NiJ9.other", "redis", 77, "permission denied"},
    {NULL, NULL, "other", 77, "invalid role name"},
    {"jwt", "", "redis", 66, "empty"},
    {"jwt", NULL, "redis", 66, "jwt"},
    {"jwt", "two\nlines", "redis", 66, "jwt"},
};

START_TEST(a_login_that_is_refused)
{
    char path[256];
    const struct refused *refused = &refusals[_i];
    if (refused->text != NULL)
        sync_file(&job, refused->file, refused->text, 0400);
    else if (refused->file != NULL)
        (void)remove(sync_path(&job, refused->file, path, sizeof(path)));
    sync_option(&job, "--role", refused->role);
    sync_file_option(&job, "--jwt-file", "jwt");
    sync_option(&job, "--path", SYNC_PATH);
    sync_to_secret(&job);
    sync_run(&job, refused->code, refused->part);
    ck_assert_ptr_null(strstr(job.said, "eyJ"));
    sync_expect(&job, "password", "");
    ck_assert_uint_le(standin_count(job.vault.standin, "POST /v1/auth/kubernetes/login"), 1);
}
END_TEST

START_TEST(an_approle_that_is_refused)
{
    sync_file(&job, "secret-id", "00000000-0000-0000-0000-000000000000", 0400);
    approle();
    sync_option(&job, "--path", SYNC_PATH);
    sync_to_secret(&job);
    sync_run(&job, 77, "invalid role or secret ID");
}
END_TEST

/* A token in the environment is in /proc, in `docker inspect` and in every child. */
START_TEST(a_token_in_the_environment_is_refused)
{
    sync_setenv(&job, "VAULT_TOKEN=" GIVEN);
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 64, "--token-file");
    ck_assert_uint_eq(standin_count(job.vault.standin, "P"), 0);
}
END_TEST

/* What was logged in for is given back, whatever comes in between. */
START_TEST(the_token_is_revoked_after_a_failure)
{
    static const struct standin_fault faults[] = {
        {.request = SYNC_READ,
         .deed = STANDIN_ANSWER,
         .status = 403,
         .body = "{\"errors\":[\"permission denied\"]}"},
        {.request = SYNC_READ, .deed = STANDIN_ANSWER, .status = 200, .body = "{\"data\":"},
        {.request = SYNC_READ, .deed = STANDIN_HUGE},
        {.request = "GET " SYNC_SECRET, .deed = STANDIN_ANSWER, .status = 401, .body = "{}"},
    };
    static const int codes[] = {77, 69, 69, 77};
    standin_fault(_i < 3 ? job.vault.standin : job.kube.standin, &faults[_i]);
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, codes[_i], "redis-vault-sync: ");
    sync_expect_revoked(&job);
}
END_TEST

/* All is done: that Vault can't be told of the end is said, and no failure. */
START_TEST(a_revocation_that_fails_is_said)
{
    const struct standin_fault fault = {.request = SYNC_REVOKE,
                                        .deed = STANDIN_ANSWER,
                                        .status = 403,
                                        .body = "{\"errors\":[\"permission denied\"]}"};
    standin_fault(job.vault.standin, &fault);
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, "revoke");
    sync_expect(&job, "password", SYNC_PASSWORD);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault auth");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, by_the_pods_token);
    tcase_add_test(tests, at_another_mount);
    tcase_add_test(tests, by_a_jwt);
    tcase_add_test(tests, by_an_approle);
    tcase_add_test(tests, by_a_wrapped_secret_id);
    tcase_add_test(tests, by_a_token_which_is_kept);
    tcase_add_test(tests, by_a_wrapped_token_which_is_revoked);
    tcase_add_test(tests, in_a_namespace);
    tcase_add_test(tests, by_the_standard_variables);
    tcase_add_loop_test(tests, by_the_name_of_the_certificate, 0, 2);
    tcase_add_loop_test(tests, a_login_that_is_refused, 0, COUNT(refusals));
    tcase_add_test(tests, an_approle_that_is_refused);
    tcase_add_test(tests, a_token_in_the_environment_is_refused);
    tcase_add_loop_test(tests, the_token_is_revoked_after_a_failure, 0, 4);
    tcase_add_test(tests, a_revocation_that_fails_is_said);
    return sync_main(tests);
}
