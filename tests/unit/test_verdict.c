// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "verdict.h"

#define RANDOM "k7#Vq9!xZp2&LmR4tB8w"
#define SHORT "k7#Vq9!xZp2"

static struct settings settings;
static struct failure failure;

static void begin(void)
{
    failure = (struct failure){0};
    settings = (struct settings){.min_length = 16,
                                 .min_entropy = 64,
                                 .data_dir = "/data",
                                 .run_dir = "/run/redis-init",
                                 .server = "redis-server"};
    ck_assert(secret_memory_init(&failure));
}

static struct verdict judge(const char *password)
{
    char value[128];
    struct secret *secret = secret_new(&failure);
    ck_assert_ptr_nonnull(secret);
    (void)snprintf(value, sizeof(value), "%s", password);
    ck_assert(secret_take(secret, value, "the name", &failure));
    const struct verdict verdict = verdict_of(secret, &settings);
    secret_free(secret);
    return verdict;
}

START_TEST(random_text_is_accepted)
{
    const struct verdict verdict = judge(RANDOM);
    ck_assert(verdict.accepted);
    ck_assert_uint_eq(verdict.length, strlen(RANDOM));
    ck_assert_double_ge(verdict.bits, 64);
}
END_TEST

START_TEST(the_settings_are_the_limits)
{
    settings.min_length = (unsigned)strlen(RANDOM);
    ck_assert(judge(RANDOM).accepted);
    settings.min_length++;
    ck_assert_int_eq(judge(RANDOM).reason, POLICY_SHORT);
    settings.min_length = 0;
    settings.min_entropy = (unsigned)judge(RANDOM).bits + 1;
    ck_assert_int_eq(judge(RANDOM).reason, POLICY_GUESSABLE);
    settings.min_entropy--;
    ck_assert(judge(RANDOM).accepted);
}
END_TEST

START_TEST(the_services_words_are_known)
{
    static const char password[] = "zuvembiflorq-zuvembiflorq";
    const double before = judge(password).bits;
    settings.data_dir = "/srv/zuvembiflorq";
    ck_assert_double_lt(judge(password).bits, before);
}
END_TEST

START_TEST(nothing_is_refused)
{
    const struct verdict verdict = judge("");
    ck_assert(!verdict.accepted);
    ck_assert_int_eq(verdict.reason, POLICY_SHORT);
}
END_TEST

START_TEST(a_refusal_tells_what_to_do_and_no_password)
{
    static const char *const passwords[] = {SHORT, "Winter2023Winter2023!", "changeme", ""};
    char part[160];
    const char *password = passwords[_i];
    const struct verdict verdict = judge(password);
    ck_assert(!verdict.accepted);
    ck_assert(!verdict_failure(&verdict, &settings, "REDIS_PASSWORD_FILE (/run/x)", &failure));
    ck_assert_int_eq(failure.exit_code, EX_DATAERR);
    ck_assert_int_eq(failure.error, 0);
    (void)snprintf(part, sizeof(part), "password refused: REDIS_PASSWORD_FILE (/run/x): %s, ",
                   verdict.description);
    ck_assert_ptr_eq(strstr(failure.text, part), failure.text);
    (void)snprintf(part, sizeof(part), "%zu characters (16 needed), estimated %.0f bits, 64 needed",
                   strlen(password), verdict.bits);
    ck_assert_msg(strstr(failure.text, part) != NULL, "%s", failure.text);
    ck_assert_ptr_nonnull(strstr(failure.text, "redis-init genpass"));
    ck_assert(password[0] == '\0' || strstr(failure.text, password) == NULL);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("verdict");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, random_text_is_accepted);
    tcase_add_test(tests, the_settings_are_the_limits);
    tcase_add_test(tests, the_services_words_are_known);
    tcase_add_test(tests, nothing_is_refused);
    tcase_add_loop_test(tests, a_refusal_tells_what_to_do_and_no_password, 0, 4);
    return unit_main("verdict", tests);
}
