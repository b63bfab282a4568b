// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <errno.h>
#include <string.h>

#include "failure.h"
#include "unit.h"

START_TEST(it_is_filled_and_false_is_returned)
{
    struct failure failure = {0};
    ck_assert(!failure_set(&failure, EX_CONFIG, 0, "port is `%s`", "x"));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_int_eq(failure.error, 0);
    ck_assert_str_eq(failure.text, "port is `x`");
}
END_TEST

START_TEST(the_error_is_kept_and_appended)
{
    struct failure failure = {0};
    ck_assert(!failure_set(&failure, EX_OSERR, ENOENT, "a %d", 1));
    ck_assert_int_eq(failure.exit_code, EX_OSERR);
    ck_assert_int_eq(failure.error, ENOENT);
    ck_assert_str_eq(failure.text, "a 1: No such file or directory");
}
END_TEST

START_TEST(a_later_failure_replaces_an_earlier_one)
{
    struct failure failure = {0};
    ck_assert(!failure_set(&failure, EX_OSERR, ENOENT, "a much longer text than the next"));
    ck_assert(!failure_set(&failure, EX_USAGE, 0, "short"));
    ck_assert_int_eq(failure.exit_code, EX_USAGE);
    ck_assert_int_eq(failure.error, 0);
    ck_assert_str_eq(failure.text, "short");
}
END_TEST

/* Lengths around the end of `text`: nothing is written behind it, and the NUL is there. */
START_TEST(a_longer_text_is_cut)
{
    struct {
        struct failure failure;
        char behind[64];
    } guarded;
    const size_t size = sizeof(guarded.failure.text);
    char text[1024];
    memset(text, 'x', sizeof(text));
    text[size - 4 + (size_t)_i] = '\0';
    memset(&guarded, '#', sizeof(guarded));
    ck_assert(!failure_set(&guarded.failure, EX_OSERR, EIO, "%s", text));
    const size_t length = strlen(guarded.failure.text);
    ck_assert_uint_eq(length, size - 1);
    ck_assert_int_eq(
        strncmp(guarded.failure.text, text, strlen(text) < length ? strlen(text) : length), 0);
    for (size_t i = 0; i < sizeof(guarded.behind); i++)
        ck_assert_int_eq(guarded.behind[i], '#');
}
END_TEST

START_TEST(the_error_is_cut_with_the_text)
{
    struct failure failure;
    char text[sizeof(failure.text) - 5];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert(!failure_set(&failure, EX_OSERR, ENOENT, "%s", text));
    ck_assert_uint_eq(strlen(failure.text), sizeof(failure.text) - 1);
    ck_assert_str_eq(failure.text + sizeof(text) - 1, ": No ");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("failure");
    tcase_add_test(tests, it_is_filled_and_false_is_returned);
    tcase_add_test(tests, the_error_is_kept_and_appended);
    tcase_add_test(tests, a_later_failure_replaces_an_earlier_one);
    tcase_add_loop_test(tests, a_longer_text_is_cut, 0, 9);
    tcase_add_test(tests, the_error_is_cut_with_the_text);
    return unit_main("failure", tests);
}
