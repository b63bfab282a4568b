// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"
#include "unit.h"

static const struct report text_report = {.level = REPORT_DETAIL};
static const struct report json_report = {.format = REPORT_JSON, .level = REPORT_DETAIL};
static int ends[2]; /* a pipe in packet mode: a read takes what one write gave */
static char line[16384];

static void begin(void)
{
    ck_assert_int_eq(pipe2(ends, O_DIRECT | O_NONBLOCK | O_CLOEXEC), 0);
    ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
}

/* What was said, in one write(2) of at most PIPE_BUF bytes, as a string; "" for nothing. */
static const char *said(void)
{
    const ssize_t length = read(ends[0], line, sizeof(line) - 1);
    line[length > 0 ? length : 0] = '\0';
    ck_assert(length > 0 || errno == EAGAIN);
    return line;
}

static const char *termination_log(void)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/termination-log", unit_folder());
    return path;
}

static const char *content_of(const char *path)
{
    static char bytes[16384];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    const ssize_t length = read(fd, bytes, sizeof(bytes) - 1);
    ck_assert_int_ge(length, 0);
    bytes[length] = '\0';
    ck_assert_int_eq(close(fd), 0);
    return bytes;
}

START_TEST(text_has_one_form_a_level)
{
    static const char *const lines[] = {"redis-init: port 6379\n",
                                        "redis-init: warning: port 6379\n",
                                        "redis-init: port 6379\n", "redis-init: port 6379\n"};
    report_line(&text_report, (enum report_level)_i, "port %d", 6379);
    ck_assert_str_eq(said(), lines[_i]);
    ck_assert_str_eq(said(), "");
}
END_TEST

START_TEST(json_has_one_form_a_level)
{
    static const char *const levels[] = {"error", "warning", "notice", "detail"};
    char expected[128];
    (void)snprintf(expected, sizeof(expected),
                   "{\"level\":\"%s\",\"program\":\"redis-init\",\"message\":\"port 6379\"}\n",
                   levels[_i]);
    report_line(&json_report, (enum report_level)_i, "port %d", 6379);
    ck_assert_str_eq(said(), expected);
    ck_assert_str_eq(said(), "");
}
END_TEST

START_TEST(another_program_says_its_name)
{
    struct report report = {.level = REPORT_WARNING, .program = "other"};
    report_line(&report, REPORT_WARNING, "port %d", 6379);
    ck_assert_str_eq(said(), "other: warning: port 6379\n");
    report.format = REPORT_JSON;
    report_line(&report, REPORT_ERROR, "port %d", 6379);
    ck_assert_str_eq(said(),
                     "{\"level\":\"error\",\"program\":\"other\",\"message\":\"port 6379\"}\n");
}
END_TEST

START_TEST(what_lies_behind_the_last_level_is_not_said)
{
    for (int last = REPORT_ERROR; last <= REPORT_DETAIL; last++)
        for (int level = REPORT_ERROR; level <= REPORT_DETAIL; level++) {
            const struct report report = {.level = (enum report_level)last};
            report_line(&report, (enum report_level)level, "x");
            ck_assert_int_eq(said()[0] != '\0', level <= last);
        }
}
END_TEST

struct escape {
    const char *bytes;
    const char *text;
    const char *json;
};

static const struct escape escapes[] = {
    {"a\nredis-init: b", "a\\x0aredis-init: b", "a\\u000aredis-init: b"},
    {"\r\t\x1b[31m", "\\x0d\\x09\\x1b[31m", "\\u000d\\u0009\\u001b[31m"},
    {"\x01\x1f\x7f", "\\x01\\x1f\\x7f", "\\u0001\\u001f\\u007f"},
    {" ~", " ~", " ~"},
    {"say \"hi\" \\ '", "say \"hi\" \\ '", "say \\\"hi\\\" \\\\ '"},
    {"\"}\n{\"level\":\"x", "\"}\\x0a{\"level\":\"x", "\\\"}\\u000a{\\\"level\\\":\\\"x"},
    {"%s%n", "%s%n", "%s%n"},
};

START_TEST(no_value_forges_a_line)
{
    char expected[256];
    report_line(&text_report, REPORT_NOTICE, "%s", escapes[_i].bytes);
    (void)snprintf(expected, sizeof(expected), "redis-init: %s\n", escapes[_i].text);
    ck_assert_str_eq(said(), expected);
    report_line(&json_report, REPORT_NOTICE, "%s", escapes[_i].bytes);
    (void)snprintf(expected, sizeof(expected),
                   "{\"level\":\"notice\",\"program\":\"redis-init\",\"message\":\"%s\"}\n",
                   escapes[_i].json);
    ck_assert_str_eq(said(), expected);
}
END_TEST

/* Any byte at all: a JSON line is ASCII, has one end and no bare quote in its message. */
START_TEST(json_is_ascii_whatever_the_bytes)
{
    char bytes[256];
    for (int i = 0; i < 255; i++)
        bytes[i] = (char)(i + 1);
    bytes[255] = '\0';
    report_line(&json_report, REPORT_NOTICE, "%s", bytes);
    const size_t length = strlen(said());
    ck_assert_uint_gt(length, 255);
    for (size_t i = 0; i + 1 < length; i++)
        ck_assert(line[i] >= 0x20 && line[i] < 0x7f);
    ck_assert_str_eq(line + length - 3, "\"}\n");
    ck_assert_ptr_nonnull(strstr(line, "!\\\"#"));
    ck_assert_ptr_nonnull(strstr(line, "[\\\\]"));
}
END_TEST

START_TEST(a_long_text_is_cut)
{
    char bytes[4096];
    memset(bytes, 'x', sizeof(bytes));
    bytes[sizeof(bytes) - 1] = '\0';
    report_line(&text_report, REPORT_NOTICE, "%s", bytes);
    const size_t length = strlen(said());
    ck_assert_uint_ge(length, 1000);
    ck_assert_uint_le(length, strlen("redis-init: ") + 1024 + 1);
    ck_assert_int_eq(line[length - 1], '\n');
    report_line(&json_report, REPORT_NOTICE, "%s", bytes);
    ck_assert_ptr_nonnull(strstr(said(), "xxx\"}\n"));
}
END_TEST

/* Six bytes for each: still a whole line, if in more than one piece of the pipe. */
START_TEST(the_longest_line_is_whole)
{
    static char bytes[4096];
    size_t length = 0;
    ssize_t n;
    memset(bytes, '\x01', sizeof(bytes) - 1);
    report_line(&json_report, REPORT_NOTICE, "%s", bytes);
    while ((n = read(ends[0], line + length, sizeof(line) - 1 - length)) > 0)
        length += (size_t)n;
    line[length] = '\0';
    ck_assert_uint_ge(length, 6 * 1000);
    ck_assert_str_eq(line + length - 9, "\\u0001\"}\n");
}
END_TEST

/* The answer of a tool is the same line, but on stdout. */
START_TEST(an_answer_goes_to_stdout)
{
    struct failure failure = {0};
    static const struct report quiet = {.level = REPORT_WARNING};
    const int before = dup(STDOUT_FILENO);
    ck_assert_int_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    const bool text_ok = report_answer(&text_report, &failure, "port %d", 6379);
    ck_assert_str_eq(said(), "redis-init: port 6379\n");
    const bool json_ok = report_answer(&json_report, &failure, "port %d", 6379);
    ck_assert_str_eq(said(), "{\"level\":\"notice\",\"program\":\"redis-init\",\"message\":\"port "
                             "6379\"}\n");
    const bool quiet_ok = report_answer(&quiet, &failure, "port %d", 6379);
    ck_assert_str_eq(said(), "");
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(dup2(full, STDOUT_FILENO), STDOUT_FILENO);
    const bool full_ok = report_answer(&text_report, &failure, "port %d", 6379);
    ck_assert_int_eq(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
    ck_assert_int_eq(close(before) + close(full), 0);
    ck_assert(text_ok && json_ok && quiet_ok && !full_ok);
    ck_assert_int_eq(failure.exit_code, EX_OSERR);
}
END_TEST

START_TEST(a_failure_is_said_and_gives_its_code)
{
    static const struct report quiet = {.level = REPORT_ERROR};
    const struct failure failure = {.exit_code = EX_CONFIG, .text = "port is \"x\"\nwrong"};
    struct stat status;
    ck_assert_int_eq(report_failure(&quiet, &failure, termination_log()), EX_CONFIG);
    ck_assert_str_eq(said(), "redis-init: port is \"x\"\\x0awrong\n");
    ck_assert_int_eq(report_failure(&json_report, &failure, termination_log()), EX_CONFIG);
    ck_assert_str_eq(said(),
                     "{\"level\":\"error\",\"program\":\"redis-init\",\"message\":\"port is "
                     "\\\"x\\\"\\u000awrong\"}\n");
    ck_assert_int_eq(lstat(termination_log(), &status), -1); /* it is never created */
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(a_termination_log_gets_the_text_alone)
{
    const struct failure failure = {.exit_code = EX_NOINPUT, .text = "no\tpassword"};
    unit_write(termination_log(), "an older and longer message\n", 28, 0666);
    const struct report *report = _i == 0 ? &text_report : &json_report;
    ck_assert_int_eq(report_failure(report, &failure, termination_log()), EX_NOINPUT);
    ck_assert_str_eq(content_of(termination_log()), "no\\x09password\n");
}
END_TEST

START_TEST(a_termination_log_stays_small)
{
    struct failure failure = {.exit_code = EX_OSERR};
    memset(failure.text, '\n', sizeof(failure.text) - 1);
    unit_write(termination_log(), "", 0, 0666);
    ck_assert_int_eq(report_failure(&text_report, &failure, termination_log()), EX_OSERR);
    ck_assert_uint_le(strlen(content_of(termination_log())), 4096);
}
END_TEST

START_TEST(only_a_regular_file_is_a_termination_log)
{
    char target[PATH_MAX];
    const struct failure failure = {.exit_code = EX_OSERR, .text = "x"};
    (void)snprintf(target, sizeof(target), "%s/target", unit_folder());
    unit_write(target, "kept", 4, 0666);
    ck_assert_int_eq(symlink(target, termination_log()), 0);
    ck_assert_int_eq(report_failure(&text_report, &failure, termination_log()), EX_OSERR);
    ck_assert_str_eq(content_of(target), "kept");
    ck_assert_int_eq(unlink(termination_log()), 0);
    ck_assert_int_eq(mkfifo(termination_log(), 0666), 0); /* without a reader: it must not wait */
    ck_assert_int_eq(report_failure(&text_report, &failure, termination_log()), EX_OSERR);
    ck_assert_int_eq(report_failure(&text_report, &failure, unit_folder()), EX_OSERR);
}
END_TEST

START_TEST(a_closed_stderr_is_no_error)
{
    const struct failure failure = {.exit_code = EX_CONFIG, .text = "x"};
    ck_assert_int_eq(close(STDERR_FILENO), 0);
    ck_assert_int_eq(report_failure(&text_report, &failure, termination_log()), EX_CONFIG);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("report");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, text_has_one_form_a_level, REPORT_ERROR, REPORT_DETAIL + 1);
    tcase_add_loop_test(tests, json_has_one_form_a_level, REPORT_ERROR, REPORT_DETAIL + 1);
    tcase_add_test(tests, another_program_says_its_name);
    tcase_add_test(tests, what_lies_behind_the_last_level_is_not_said);
    tcase_add_loop_test(tests, no_value_forges_a_line, 0,
                        (int)(sizeof(escapes) / sizeof(escapes[0])));
    tcase_add_test(tests, json_is_ascii_whatever_the_bytes);
    tcase_add_test(tests, a_long_text_is_cut);
    tcase_add_test(tests, the_longest_line_is_whole);
    tcase_add_test(tests, an_answer_goes_to_stdout);
    tcase_add_test(tests, a_failure_is_said_and_gives_its_code);
    tcase_add_loop_test(tests, a_termination_log_gets_the_text_alone, 0, 2);
    tcase_add_test(tests, a_termination_log_stays_small);
    tcase_add_test(tests, only_a_regular_file_is_a_termination_log);
    tcase_add_test(tests, a_closed_stderr_is_no_error);
    return unit_main("report", tests);
}
