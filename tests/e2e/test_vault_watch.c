// SPDX-License-Identifier: Apache-2.0

/* --watch: again and again, with one token that is renewed, until a signal. */

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sync_case.h"

static struct sync job;

static void setup(void)
{
    sync_init(&job);
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_option(&job, "--watch", "1s");
}

static void teardown(void)
{
    sync_free(&job);
}

static void stop(int signal_number)
{
    ck_assert_int_eq(kill(job.pid, signal_number), 0);
    sync_end(&job, 0, ": created");
    sync_expect_revoked(&job);
}

START_TEST(a_change_is_taken_over)
{
    sync_start(&job);
    sync_await(&job, ": created");
    ck_assert(standin_await(job.vault.standin, SYNC_READ, 3));
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_await(&job, ": changed");
    sync_expect(&job, "password", SYNC_OTHER);
    ck_assert(standin_await(job.vault.standin, SYNC_READ,
                            standin_count(job.vault.standin, SYNC_READ) + 2));
    ck_assert_uint_eq(job.vault.issued, 1);
    stop(SIGTERM);
    ck_assert_ptr_null(strstr(job.said, ": unchanged")); /* no news */
}
END_TEST

START_TEST(ctrl_c_ends_it)
{
    sync_start(&job);
    sync_await(&job, ": created");
    stop(SIGINT);
}
END_TEST

/* A lease of 3 s is over before the fourth look. */
START_TEST(the_token_is_renewed)
{
    job.vault.lease = 3;
    sync_start(&job);
    ck_assert(standin_await(job.vault.standin, SYNC_RENEW, 2));
    ck_assert_uint_eq(job.vault.issued, 1);
    stop(SIGTERM);
}
END_TEST

static void end_all_tokens(void)
{
    standin_lock(job.vault.standin);
    (void)json_object_clear(job.vault.tokens);
    standin_unlock(job.vault.standin);
}

/* Vault was restored from a backup, or someone revoked it. */
START_TEST(a_token_that_ended_is_replaced)
{
    sync_start(&job);
    sync_await(&job, ": created");
    end_all_tokens();
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_await(&job, ": changed");
    sync_expect(&job, "password", SYNC_OTHER);
    ck_assert_uint_eq(job.vault.issued, 2);
    stop(SIGTERM);
}
END_TEST

/* A token that may not read is not replaced by one more each time. */
START_TEST(a_refusal_piles_up_no_tokens)
{
    job.vault.may_read = "redis/other";
    sync_start(&job);
    ck_assert(standin_await(job.vault.standin, SYNC_READ, 5));
    ck_assert_uint_le(vault_holding(&job.vault), 1);
    ck_assert_int_eq(kill(job.pid, SIGTERM), 0);
    sync_end(&job, 0, "denies reading");
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(a_failure_is_said_and_tried_again)
{
    sync_start(&job);
    sync_await(&job, ": created");
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_WEAK "\"}");
    sync_await(&job, "too guessable");
    sync_expect(&job, "password", SYNC_PASSWORD);
    ck_assert(standin_await(job.vault.standin, SYNC_READ,
                            standin_count(job.vault.standin, SYNC_READ) + 2));
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_await(&job, ": changed");
    sync_expect(&job, "password", SYNC_OTHER);
    stop(SIGTERM);
}
END_TEST

/* It is sealed at the start already, and unsealed later. */
START_TEST(a_vault_that_comes_later)
{
    job.vault.sealed = true;
    sync_option(&job, "--deadline", "1s");
    sync_start(&job);
    sync_await(&job, "sealed");
    standin_lock(job.vault.standin);
    job.vault.sealed = false;
    standin_unlock(job.vault.standin);
    sync_await(&job, ": created");
    stop(SIGTERM);
}
END_TEST

/* In the middle of a request that has no end; the token is given back all the same. */
START_TEST(a_signal_ends_a_request)
{
    const struct standin_fault drip = {
        .request = "GET " SYNC_SECRET, .deed = STANDIN_DRIP, .times = 1};
    standin_fault(job.kube.standin, &drip);
    sync_start(&job);
    ck_assert(standin_await(job.kube.standin, "GET " SYNC_SECRET, 1));
    ck_assert_int_eq(kill(job.pid, SIGTERM), 0);
    sync_end(&job, 0, "");
    sync_expect_revoked(&job);
}
END_TEST

/* A projected token is another after a while: its file is read each time. */
START_TEST(a_new_token_of_the_pod_is_read)
{
    char path[256];
    char to[256];
    sync_start(&job);
    sync_await(&job, ": created");
    sync_file(&job, "next", "eyJhbGciOiJSUzI1NiJ9.bmV4dA.kube-next", 0400);
    standin_lock(job.kube.standin);
    job.kube.token = "eyJhbGciOiJSUzI1NiJ9.bmV4dA.kube-next";
    ck_assert_int_eq(rename(sync_path(&job, "next", path, sizeof(path)),
                            sync_path(&job, "kube-token", to, sizeof(to))),
                     0);
    standin_unlock(job.kube.standin);
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_await(&job, ": changed");
    stop(SIGTERM);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault watch");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_change_is_taken_over);
    tcase_add_test(tests, ctrl_c_ends_it);
    tcase_add_test(tests, the_token_is_renewed);
    tcase_add_test(tests, a_token_that_ended_is_replaced);
    tcase_add_test(tests, a_refusal_piles_up_no_tokens);
    tcase_add_test(tests, a_failure_is_said_and_tried_again);
    tcase_add_test(tests, a_vault_that_comes_later);
    tcase_add_test(tests, a_signal_ends_a_request);
    tcase_add_test(tests, a_new_token_of_the_pod_is_read);
    return sync_main(tests);
}
