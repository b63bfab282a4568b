// SPDX-License-Identifier: Apache-2.0
/* One line, whatever others have chosen. */
#include "audit_line.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "secret.h"
#include "unit.h"

static char said[2 * AUDIT_LINE_MAX];

/* What was written to stderr, by one write(2) or the pipe would give less at once. */
static void read_said(void (*say)(void *), void *what)
{
    int ends[2];
    const int kept = dup(STDERR_FILENO);
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    say(what);
    ck_assert_int_eq(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    const ssize_t length = read(ends[0], said, sizeof(said) - 1);
    ck_assert_int_gt(length, 0);
    said[length] = '\0';
    ck_assert_int_eq(close(ends[0]) + close(ends[1]) + close(kept), 0);
}

static void say(void *line)
{
    audit_line_say(line);
}

static void expect(struct audit_line *line, const char *expected)
{
    read_said(say, line);
    ck_assert_str_eq(said, expected);
}

static struct audit_text text_of(const char *bytes, size_t length)
{
    struct failure failure;
    struct audit_text text;
    ck_assert(secret_memory_init(&failure));
    audit_text_take(&text, bytes, length);
    return text;
}

START_TEST(members_in_their_order)
{
    struct audit_line line;
    audit_line_begin(&line, "more", 1700000000007);
    audit_line_number(&line, "denied", 42);
    audit_line_time(&line, "until", 951782400000);
    expect(&line, "{\"event\":\"more\",\"time\":\"2023-11-14T22:13:20.007Z\",\"denied\":42,"
                  "\"until\":\"2000-02-29T00:00:00.000Z\"}\n");
}
END_TEST

START_TEST(bytes_of_others_are_escaped)
{
    struct audit_line line;
    const struct audit_text text = text_of("a\"\\\n\r\0\x7f\xff\xe2\x80\xae}", 12);
    audit_line_begin(&line, "denied", 0);
    audit_line_cut(&line, "user", &text);
    expect(&line, "{\"event\":\"denied\",\"time\":\"1970-01-01T00:00:00.000Z\",\"user\":"
                  "\"a\\\"\\\\\\u000a\\u000d\\u0000\\u007f\\u00ff\\u00e2\\u0080\\u00ae}\"}\n");
}
END_TEST

/* Four texts of others, each as long as it may be and of bytes that need six. */
START_TEST(the_longest_is_one_write)
{
    char bytes[1000];
    struct audit_line line;
    memset(bytes, 0xff, sizeof(bytes));
    const struct audit_text text = text_of(bytes, sizeof(bytes));
    audit_line_begin(&line, "auth-refused", 0);
    for (int i = 0; i < 4; i++)
        audit_line_cut(&line, "address", &text);
    audit_line_number(&line, "client", 999999999999999999);
    audit_line_number(&line, "count", 999999999999999999);
    read_said(say, &line);
    ck_assert_uint_le(strlen(said), AUDIT_LINE_MAX);
    ck_assert_ptr_nonnull(strstr(said, "\\u00ff...\",\"client\":999999999999999999,"
                                       "\"count\":999999999999999999}\n"));
}
END_TEST

static void say_rotation(void *until)
{
    audit_line_rotation("new password of default", *(long long *)until);
}

START_TEST(a_rotation)
{
    long long until = 1700000000;
    read_said(say_rotation, &until);
    ck_assert_ptr_nonnull(strstr(said, "{\"event\":\"rotation\",\"time\":\"20"));
    ck_assert_ptr_nonnull(strstr(said, "Z\",\"what\":\"new password of default\",\"until\":"
                                       "\"2023-11-14T22:13:20.000Z\"}\n"));
    until = 0;
    read_said(say_rotation, &until);
    ck_assert_ptr_nonnull(strstr(said, "\"what\":\"new password of default\"}\n"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("audit line");
    tcase_add_test(tests, members_in_their_order);
    tcase_add_test(tests, bytes_of_others_are_escaped);
    tcase_add_test(tests, the_longest_is_one_write);
    tcase_add_test(tests, a_rotation);
    return unit_main("audit line", tests);
}
