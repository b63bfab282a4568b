// SPDX-License-Identifier: Apache-2.0

/* --generate: the password of a path that is empty, of which there is one whoever comes first. */

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "sync_case.h"

#define FRESH "redis/fresh"
#define READ "GET /v1/secret/data/" FRESH
#define WRITE "POST /v1/secret/data/" FRESH

static struct sync job;
static char text[65536];

static void setup(void)
{
    sync_init(&job);
    job.vault.may_write = true;
    sync_option(&job, "--role", "redis");
    sync_file_option(&job, "--jwt-file", "jwt");
    sync_option(&job, "--path", FRESH);
    sync_word(&job, "--generate");
}

static void teardown(void)
{
    sync_free(&job);
}

/* What Vault and the Secret have is the same, is said nowhere, and as long as 256 bits are. */
static void expect_made(const char *field)
{
    vault_field(&job.vault, FRESH, field, text, sizeof(text));
    ck_assert_msg(strlen(text) >= 43, "%s", text);
    sync_expect(&job, field, text);
    ck_assert_ptr_null(strstr(job.said, text));
    ck_assert(!standin_urls_have(job.vault.standin, text));
}

START_TEST(an_empty_path_gets_one)
{
    char made[256];
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    expect_made("password");
    memcpy(made, text, sizeof(made));
    json_t *body = json_loads(standin_last(job.vault.standin, WRITE)->body, 0, NULL);
    const json_t *cas = json_object_get(json_object_get(body, "options"), "cas");
    ck_assert(json_is_integer(cas) && json_integer_value(cas) == 0);
    json_decref(body);
    sync_run(&job, 0, ": unchanged");
    sync_expect(&job, "password", made);
    ck_assert_uint_eq(standin_count(job.vault.standin, WRITE), 1);
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(each_password_gets_its_own)
{
    char made[256];
    sync_option(&job, "--password", "password");
    sync_option(&job, "--password", "replica");
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    expect_made("password");
    memcpy(made, text, sizeof(made));
    expect_made("replica");
    ck_assert_str_ne(text, made);
}
END_TEST

START_TEST(what_is_there_is_taken)
{
    vault_put2(&job.vault, FRESH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    sync_expect(&job, "password", SYNC_OTHER);
    ck_assert_uint_eq(standin_count(job.vault.standin, WRITE), 0);
}
END_TEST

/* Both have seen that there is none before either writes. */
START_TEST(two_jobs_end_with_the_same)
{
    const struct standin_fault both = {.request = READ, .deed = STANDIN_GATHER, .times = 2};
    struct sync other = job;
    sync_to_secret(&job);
    memcpy(other.words, job.words, sizeof(other.words));
    other.word_count = job.word_count;
    standin_fault(job.vault.standin, &both);
    sync_start(&job);
    sync_start(&other);
    sync_end(&other, 0, "redis-password");
    sync_end(&job, 0, "redis-password");
    expect_made("password");
    ck_assert_uint_eq(standin_count(job.vault.standin, WRITE), 2);
    ck_assert_uint_eq(standin_count(job.vault.standin, READ), 3);
    ck_assert_uint_eq(json_array_size(json_object_get(job.vault.secrets, FRESH)), 1);
    sync_expect_revoked(&job);
}
END_TEST

/* Vault has it, but the answer never came: the second try finds what the first one wrote. */
START_TEST(an_answer_that_is_lost)
{
    const struct standin_fault lost = {.request = WRITE, .deed = STANDIN_LOSE, .times = 1};
    standin_fault(job.vault.standin, &lost);
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    expect_made("password");
    ck_assert_uint_eq(json_array_size(json_object_get(job.vault.secrets, FRESH)), 1);
}
END_TEST

/* Check-and-set 0 is refused where there has ever been one: whoever deleted it meant to. */
START_TEST(what_was_deleted_stays_so)
{
    vault_put2(&job.vault, FRESH, "{\"password\": \"" SYNC_OTHER "\"}");
    vault_delete2(&job.vault, FRESH, _i == 1);
    sync_to_secret(&job);
    sync_run(&job, 66, _i == 1 ? "destroyed" : "deleted");
    sync_expect(&job, "password", "");
    ck_assert_uint_eq(json_array_size(json_object_get(job.vault.secrets, FRESH)), 1);
}
END_TEST

START_TEST(without_the_right_to_write)
{
    job.vault.may_write = false;
    sync_to_secret(&job);
    sync_run(&job, 77, "denies writing");
    sync_expect(&job, "password", "");
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(an_engine_without_versions_can_not)
{
    sync_option(&job, "--kv", "1");
    sync_to_secret(&job);
    sync_run(&job, 64, "--generate");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault generate");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, an_empty_path_gets_one);
    tcase_add_test(tests, each_password_gets_its_own);
    tcase_add_test(tests, what_is_there_is_taken);
    tcase_add_test(tests, two_jobs_end_with_the_same);
    tcase_add_test(tests, an_answer_that_is_lost);
    tcase_add_loop_test(tests, what_was_deleted_stays_so, 0, 2);
    tcase_add_test(tests, without_the_right_to_write);
    tcase_add_test(tests, an_engine_without_versions_can_not);
    return sync_main(tests);
}
