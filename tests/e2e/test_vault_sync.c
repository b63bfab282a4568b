// SPDX-License-Identifier: Apache-2.0

/* What redis-vault-sync makes of a password in Vault: a Secret, created, updated or left alone. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync_case.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define OURS "redis-vault-sync\nApply"
#define PATCH "PATCH " SYNC_SECRET
#define POST "POST " SYNC_SECRETS

static struct sync job;
static char text[65536];

static void setup(void)
{
    sync_init(&job);
}

static void teardown(void)
{
    sync_free(&job);
}

static const char *header(struct standin *standin, const char *request, const char *name)
{
    const struct standin_request *last = standin_last(standin, request);
    ck_assert_msg(last != NULL, "no %s", request);
    standin_header(last, name, text, sizeof(text));
    return text;
}

static const char *annotation(const char *name)
{
    char key[128];
    (void)snprintf(key, sizeof(key), "redis-init.vault/%s", name);
    kube_meta(&job.kube, "redis-password", "annotations", key, text, sizeof(text));
    return text;
}

START_TEST(a_secret_is_created)
{
    char token[64];
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, "redis-password");
    sync_expect(&job, "password", SYNC_PASSWORD);
    kube_meta(&job.kube, "redis-password", "labels", "app.kubernetes.io/managed-by", text,
              sizeof(text));
    ck_assert_str_eq(text, "redis-vault-sync");
    ck_assert_msg(strstr(annotation("path"), SYNC_PATH) != NULL, "%s", text);
    ck_assert_str_eq(annotation("version"), "1");
    ck_assert_str_ne(annotation("time"), "");
    ck_assert_str_eq(header(job.vault.standin, SYNC_READ, "X-Vault-Token"),
                     vault_token(1, token, sizeof(token)));
    sync_expect_revoked(&job);
}
END_TEST

/* Each service gets what is its own. */
START_TEST(tokens_go_where_they_belong)
{
    static const char *const vault[] = {SYNC_LOGIN, SYNC_READ, SYNC_REVOKE};
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, "redis-password");
    for (size_t i = 0; i < COUNT(vault); i++) {
        ck_assert_str_eq(header(job.vault.standin, vault[i], "Authorization"), "");
        ck_assert_str_eq(header(job.vault.standin, vault[i], "X-Vault-Request"), "true");
    }
    ck_assert_str_eq(header(job.vault.standin, SYNC_LOGIN, "X-Vault-Token"), "");
    ck_assert_str_eq(header(job.kube.standin, "GET " SYNC_SECRET, "Authorization"),
                     "Bearer " SYNC_KUBE_TOKEN);
    ck_assert_str_eq(header(job.kube.standin, "GET " SYNC_SECRET, "X-Vault-Token"), "");
    ck_assert_str_eq(header(job.kube.standin, "GET " SYNC_SECRET, "User-Agent"), text);
    ck_assert_ptr_nonnull(strstr(text, "redis-vault-sync"));
}
END_TEST

START_TEST(what_is_the_same_is_left_alone)
{
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, "redis-password");
    const unsigned version = kube_version(&job.kube, "redis-password");
    const unsigned writes = standin_count(job.kube.standin, "P");
    (void)writes;
    const unsigned patches = standin_count(job.kube.standin, PATCH);
    const unsigned posts = standin_count(job.kube.standin, POST);
    sync_run(&job, 0, ": unchanged");
    ck_assert_uint_eq(kube_version(&job.kube, "redis-password"), version);
    ck_assert_uint_eq(standin_count(job.kube.standin, PATCH), patches);
    ck_assert_uint_eq(standin_count(job.kube.standin, POST), posts);
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(a_new_version_is_taken_over)
{
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    for (unsigned i = 2; i < 5; i++) { /* each by the same manager */
        char version[16];
        const char *const value = i % 2 == 0 ? SYNC_OTHER : SYNC_PASSWORD;
        vault_put2(&job.vault, SYNC_PATH,
                   i % 2 == 0 ? "{\"password\": \"" SYNC_OTHER "\"}"
                              : "{\"password\": \"" SYNC_PASSWORD "\"}");
        sync_run(&job, 0, ": changed");
        sync_expect(&job, "password", value);
        (void)snprintf(version, sizeof(version), "%u", i);
        ck_assert_str_eq(annotation("version"), version);
    }
    ck_assert_str_eq(header(job.kube.standin, PATCH, "Content-Type"),
                     "application/apply-patch+yaml");
    kube_meta(&job.kube, "redis-password", "labels", "app.kubernetes.io/managed-by", text,
              sizeof(text));
    ck_assert_str_eq(text, "redis-vault-sync");
    kube_owned(&job.kube, "redis-password", OURS, text, sizeof(text));
    ck_assert_msg(strstr(text, "data/password\n") != NULL, "%s", text);
}
END_TEST

#define THEIRS                                                                                     \
    "{\"type\": \"Opaque\", \"data\": {\"ca.crt\": \"eA==\"},"                                     \
    " \"metadata\": {\"labels\": {\"team\": \"blue\"}, \"annotations\": {\"a/b\": \"c\"}}}"

static void expect_theirs(void)
{
    sync_expect(&job, "ca.crt", "x");
    kube_meta(&job.kube, "redis-password", "labels", "team", text, sizeof(text));
    ck_assert_str_eq(text, "blue");
    kube_meta(&job.kube, "redis-password", "annotations", "a/b", text, sizeof(text));
    ck_assert_str_eq(text, "c");
}

static void apply_is_off(void)
{
    job.kube.no_apply = true;
}

START_TEST(what_others_have_in_it_stays)
{
    if (_i == 1)
        apply_is_off();
    kube_put(&job.kube, "redis-password", THEIRS, "kubectl-create");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, ": changed");
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_run(&job, 0, ": changed");
    sync_expect(&job, "password", SYNC_OTHER);
    expect_theirs();
}
END_TEST

static void name_field(const char *from, const char *to)
{
    for (size_t i = 0; i < job.word_count; i++)
        if (strcmp(job.words[i], from) == 0) {
            free(job.words[i]);
            job.words[i] = strdup(to);
            ck_assert_ptr_nonnull(job.words[i]);
        }
}

/* Both have the same field manager, whose apply takes away what it does not name any more. */
START_TEST(two_jobs_leave_each_others_keys)
{
    vault_put2(&job.vault, SYNC_PATH,
               "{\"one\": \"" SYNC_PASSWORD "\", \"two\": \"" SYNC_PASSWORD "\"}");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_option(&job, "--password", "one");
    sync_run(&job, 0, ": created");
    name_field("one", "two");
    sync_run(&job, 0, ": changed");
    vault_put2(&job.vault, SYNC_PATH, "{\"one\": \"" SYNC_OTHER "\", \"two\": \"" SYNC_OTHER "\"}");
    name_field("two", "one");
    sync_run(&job, 0, ": changed");
    sync_expect(&job, "one", SYNC_OTHER);
    sync_expect(&job, "two", SYNC_PASSWORD);
    name_field("one", "two");
    sync_run(&job, 0, ": changed");
    sync_expect(&job, "one", SYNC_OTHER);
    sync_expect(&job, "two", SYNC_OTHER);
}
END_TEST

/* It is told, and not taken away from whoever set it. */
START_TEST(a_key_of_anothers_is_a_conflict)
{
    kube_put(&job.kube, "redis-password", "{\"data\": {\"password\": \"eA==\"}}", "kubectl-create");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 77, "kubectl-create");
    sync_expect(&job, "password", "x");
    sync_expect_revoked(&job);
}
END_TEST

/* Without server-side apply: POST, then merge patches with the resourceVersion that was read. */
START_TEST(an_old_api_server_gets_merge_patches)
{
    apply_is_off();
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    sync_expect(&job, "password", SYNC_PASSWORD);
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_run(&job, 0, ": changed");
    sync_expect(&job, "password", SYNC_OTHER);
    ck_assert_str_eq(header(job.kube.standin, PATCH, "Content-Type"),
                     "application/merge-patch+json");
    ck_assert_ptr_nonnull(
        strstr(standin_last(job.kube.standin, PATCH)->body, "\"resourceVersion\":"));
    ck_assert_str_eq(annotation("version"), "2");
    /* the API server is replaced by one that has it: what we did is no conflict with ourselves */
    job.kube.no_apply = false;
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_PASSWORD "\"}");
    sync_run(&job, 0, ": changed");
    sync_expect(&job, "password", SYNC_PASSWORD);
}
END_TEST

static const char conflict[] =
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
    "\"message\":\"Operation cannot be fulfilled on secrets \\\"redis-password\\\": the object has "
    "been modified; please apply your changes to the latest version and try again\","
    "\"reason\":\"Conflict\",\"details\":{\"name\":\"redis-password\",\"kind\":\"secrets\"},"
    "\"code\":409}";

START_TEST(a_change_in_between_is_looked_at_again)
{
    const struct standin_fault fault = {.request = PATCH,
                                        .deed = STANDIN_ANSWER,
                                        .status = 409,
                                        .body = conflict,
                                        .skip = _i == 1 ? 1 : 0, /* behind the 415 */
                                        .times = 2};
    if (_i == 1)
        apply_is_off();
    kube_put(&job.kube, "redis-password", THEIRS, "kubectl-create");
    standin_fault(job.kube.standin, &fault);
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, ": changed");
    sync_expect(&job, "password", SYNC_PASSWORD);
    ck_assert_uint_eq(standin_count(job.kube.standin, "GET " SYNC_SECRET), 3);
}
END_TEST

START_TEST(a_change_without_an_end_is_given_up)
{
    const struct standin_fault fault = {
        .request = PATCH, .deed = STANDIN_ANSWER, .status = 409, .body = conflict};
    kube_put(&job.kube, "redis-password", THEIRS, "kubectl-create");
    standin_fault(job.kube.standin, &fault);
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 69, "redis-password");
    sync_expect(&job, "password", "");
    sync_expect_revoked(&job);
}
END_TEST

/* Another made it after it was looked for. */
START_TEST(two_that_create_it)
{
    const struct standin_fault both = {
        .request = "GET " SYNC_SECRET, .deed = STANDIN_GATHER, .times = 2};
    struct sync other = job;
    if (_i == 1)
        apply_is_off();
    sync_log_in(&job);
    sync_to_secret(&job);
    memcpy(other.words, job.words, sizeof(other.words));
    standin_fault(job.kube.standin, &both);
    sync_start(&job);
    sync_start(&other);
    sync_end(&job, 0, "redis-password");
    sync_end(&other, 0, "redis-password");
    sync_expect(&job, "password", SYNC_PASSWORD);
}
END_TEST

START_TEST(an_immutable_secret_stays)
{
    kube_put(&job.kube, "redis-password",
             "{\"immutable\": true, \"data\": {\"password\": \"eA==\"}}", "kubectl-create");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 77, "immutable");
    sync_expect(&job, "password", "x");
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_PASSWORD "\"}");
}
END_TEST

START_TEST(an_immutable_secret_may_be_right_already)
{
    kube_put(&job.kube, "redis-password",
             "{\"immutable\": true, \"data\": "
             "{\"password\": \"YjhmMGMxNGU5N2QyYTY1MzBmZThkNzFjOTJhNDViMzc=\"}}",
             "kubectl-create");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, ": unchanged");
}
END_TEST

START_TEST(several_fields_become_several_keys)
{
    vault_put2(&job.vault, SYNC_PATH,
               "{\"password\": \"" SYNC_PASSWORD "\", \"replica\": \"" SYNC_OTHER
               "\", \"user\": \"app\", \"unused\": 7}");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_option(&job, "--password", "password");
    sync_option(&job, "--password", "replica=replica-password");
    sync_option(&job, "--field", "user=username");
    sync_run(&job, 0, ": created");
    sync_expect(&job, "password", SYNC_PASSWORD);
    sync_expect(&job, "replica-password", SYNC_OTHER);
    sync_expect(&job, "username", "app");
    sync_expect(&job, "unused", "");
    /* one of them is weak: none changes */
    vault_put2(&job.vault, SYNC_PATH,
               "{\"password\": \"" SYNC_OTHER "\", \"replica\": \"" SYNC_WEAK
               "\", \"user\": \"other\"}");
    sync_run(&job, 65, "replica");
    sync_expect(&job, "password", SYNC_PASSWORD);
    sync_expect(&job, "username", "app");
}
END_TEST

START_TEST(an_engine_without_versions)
{
    vault_put1(&job.vault, "redis/old", "{\"pw\": \"" SYNC_OTHER "\"}");
    sync_log_in(&job);
    sync_option(&job, "--path", "redis/old");
    sync_option(&job, "--kv", "1");
    sync_option(&job, "--mount", "kv");
    sync_option(&job, "--password", "pw=password");
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    sync_expect(&job, "password", SYNC_OTHER);
    ck_assert_uint_eq(standin_count(job.vault.standin, "GET /v1/kv/redis/old"), 1);
}
END_TEST

START_TEST(a_version_by_its_number)
{
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_log_in(&job);
    sync_option(&job, "--kv-version", "1");
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    sync_expect(&job, "password", SYNC_PASSWORD);
    ck_assert_str_eq(annotation("version"), "1");
}
END_TEST

/* As when a weak one is put into Vault: what runs keeps what it has. */
START_TEST(a_weak_password_changes_nothing)
{
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    const unsigned version = kube_version(&job.kube, "redis-password");
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_WEAK "\"}");
    sync_run(&job, 65, "password");
    sync_expect(&job, "password", SYNC_PASSWORD);
    ck_assert_uint_eq(kube_version(&job.kube, "redis-password"), version);
    ck_assert_str_eq(annotation("version"), "1");
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(the_policy_can_be_loosened)
{
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_WEAK "\"}");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_option(&job, "--min-length", "8");
    sync_option(&job, "--min-entropy", "10");
    sync_run(&job, 0, ": created");
    sync_expect(&job, "password", SYNC_WEAK);
}
END_TEST

/* A password of any bytes that JSON has: it is not changed on its way. */
START_TEST(every_character_survives)
{
    vault_put2(
        &job.vault, SYNC_PATH,
        "{\"password\": \" q\\\"7\\\\&$%'`{}#\\u00e4\\u20ac\\ud83d\\ude00\\tVn4!xK2^pL9@zR \"}");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    sync_expect(&job, "password", " q\"7\\&$%'`{}#ä€😀\tVn4!xK2^pL9@zR ");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault sync");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_secret_is_created);
    tcase_add_test(tests, tokens_go_where_they_belong);
    tcase_add_test(tests, what_is_the_same_is_left_alone);
    tcase_add_test(tests, a_new_version_is_taken_over);
    tcase_add_loop_test(tests, what_others_have_in_it_stays, 0, 2);
    tcase_add_test(tests, two_jobs_leave_each_others_keys);
    tcase_add_test(tests, a_key_of_anothers_is_a_conflict);
    tcase_add_test(tests, an_old_api_server_gets_merge_patches);
    tcase_add_loop_test(tests, a_change_in_between_is_looked_at_again, 0, 2);
    tcase_add_test(tests, a_change_without_an_end_is_given_up);
    tcase_add_loop_test(tests, two_that_create_it, 0, 2);
    tcase_add_test(tests, an_immutable_secret_stays);
    tcase_add_test(tests, an_immutable_secret_may_be_right_already);
    tcase_add_test(tests, several_fields_become_several_keys);
    tcase_add_test(tests, an_engine_without_versions);
    tcase_add_test(tests, a_version_by_its_number);
    tcase_add_test(tests, a_weak_password_changes_nothing);
    tcase_add_test(tests, the_policy_can_be_loosened);
    tcase_add_test(tests, every_character_survives);
    return sync_main(tests);
}
