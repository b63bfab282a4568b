// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "supervise_say.h"
#include "unit.h"

/* What `say` would write to stderr, ended with a NUL. */
static void captured(char *text, size_t size, const struct say *how, enum say_level level,
                     const char *message)
{
    const int fd = memfd_create("stderr", MFD_CLOEXEC), saved = dup(STDERR_FILENO);
    ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    SAY(how, level, "", message);
    ck_assert_int_eq(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    const ssize_t n = pread(fd, text, size - 1, 0);
    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    ck_assert_int_eq(close(fd) + close(saved), 0);
}

START_TEST(numbers)
{
    static const long values[] = {0, 1, -1, 9, 10, 99, 100, 4194304, LONG_MAX, LONG_MIN};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char expected[DECIMAL_SIZE];
        (void)snprintf(expected, sizeof(expected), "%ld", values[i]);
        ck_assert_str_eq(DECIMAL(values[i]), expected);
    }
}
END_TEST

START_TEST(levels)
{
    static const enum say_level limits[] = {SAY_ERROR, SAY_WARNING, SAY_NOTICE, SAY_DETAIL};
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++) {
            const struct say how = {.level = limits[i]};
            char text[256];
            captured(text, sizeof(text), &how, limits[j], "hello");
            ck_assert_int_eq(text[0] != '\0', j <= i);
        }
    }
}
END_TEST

START_TEST(text_and_json)
{
    const struct say plain = {.level = SAY_DETAIL}, json = {.json = true, .level = SAY_DETAIL};
    char text[256];
    captured(text, sizeof(text), &plain, SAY_WARNING, "a\nb\x1b\"\\\xc3");
    ck_assert_str_eq(text, "redis-init-supervise: warning: a\\x0ab\\x1b\"\\\xc3\n");
    captured(text, sizeof(text), &json, SAY_NOTICE, "a\nb\"\\\xc3\x7f");
    ck_assert_str_eq(text, "{\"level\":\"notice\",\"program\":\"redis-init-supervise\","
                           "\"message\":\"a\\u000ab\\\"\\\\\\u00c3\\u007f\"}\n");
}
END_TEST

START_TEST(long_text_is_cut_to_one_line)
{
    const struct say json = {.json = true, .level = SAY_DETAIL};
    char *message = malloc(5000), text[4096];
    ck_assert_ptr_nonnull(message);
    memset(message, '\n', 4999);
    message[4999] = '\0';
    captured(text, sizeof(text), &json, SAY_ERROR, message);
    free(message);
    ck_assert_uint_le(strlen(text), SAY_TEXT_MAX + 100);
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    ck_assert_str_eq(text + strlen(text) - 9, "\\u000a\"}\n");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("say");
    tcase_add_test(tests, numbers);
    tcase_add_test(tests, levels);
    tcase_add_test(tests, text_and_json);
    tcase_add_test(tests, long_text_is_cut_to_one_line);
    return unit_main("supervise say", tests);
}
