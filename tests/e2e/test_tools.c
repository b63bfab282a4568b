// SPDX-License-Identifier: Apache-2.0

/* The subcommands, as a user types them. */

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"

static struct container container;

static void setup(void)
{
    container_init(&container);
}

static void teardown(void)
{
    container_free(&container);
}

static void run(int code)
{
    container_start(&container);
    ck_assert_msg(container_wait(&container) == code, "not exit code %d:\n%s", code, container.log);
}

static void expect_said(const char *text)
{
    ck_assert_msg(strstr(container.log, text) != NULL, "not said: %s\n%s", text, container.log);
}

START_TEST(config_shows_and_changes_nothing)
{
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_setenv(&container, "REDIS_INIT_MIN_LENGTH=20");
    container_arg(&container, "config");
    container_arg(&container, "--");
    container_arg(&container, "--maxmemory");
    container_arg(&container, "64mb");
    run(0);
    expect_said("min_length = 20\n");
    expect_said("stop_timeout = 0\n");
    expect_said("maxmemory \"64mb\"\n");
    expect_said("protected-mode yes\n");
    expect_said("requirepass ");
    expect_said("password: from REDIS_PASSWORD, estimated 128 bits");
    ck_assert_ptr_null(strstr(container.log, PASSWORD));
    ck_assert(!container_has(&container, "redis-init"));
}
END_TEST

START_TEST(config_says_that_a_password_is_missing)
{
    container_arg(&container, "config");
    run(0);
    expect_said("password: none (a start would end with exit code 66");
}
END_TEST

START_TEST(config_refuses_what_a_start_would_refuse)
{
    container_arg(&container, "config");
    container_setenv(&container, "REDIS_INIT_PORT=0x1");
    run(78);
    expect_said("port is `0x1`");
}
END_TEST

static bool read_password(void *argument)
{
    const char *path = argument;
    int fd = open(path, O_RDONLY);
    return fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO && close(fd) == 0;
}

struct judged {
    const char *text;
    int code;
    const char *says;
};

static const struct judged judged[] = {
    {PASSWORD "\n", 0, "password accepted: "},
    {"Summer2024Summer2024\n", 65, "password refused: standard input: "},
    {"short\n", 65, "5 characters (16 needed)"},
    {"", 65, "standard input is empty"},
};

START_TEST(checkpass_judges)
{
    static char path[] = "/run/judged";
    const struct judged *given = &judged[_i];
    container_write(&container, "judged", given->text, strlen(given->text), 0600);
    container.before_exec = read_password;
    container.before_exec_arg = path;
    container_arg(&container, "checkpass");
    run(given->code);
    expect_said(given->says);
    ck_assert(strlen(given->text) == 0 || strstr(container.log, given->text) == NULL);
}
END_TEST

/* 64 hexadecimal digits, another each time, which checkpass accepts with 256 bits. */
START_TEST(genpass_is_accepted)
{
    static char path[] = "/run/judged";
    char first[128];
    container_arg(&container, "genpass");
    run(0);
    ck_assert_uint_eq(container.log_length, 65);
    ck_assert_uint_eq(strspn(container.log, "0123456789abcdef"), 64);
    memcpy(first, container.log, container.log_length + 1);
    (void)close(container.output);
    container.log_length = 0;
    run(0);
    ck_assert_str_ne(first, container.log);

    (void)close(container.output);
    container.log_length = 0;
    container_write(&container, "judged", first, strlen(first), 0600);
    container.before_exec = read_password;
    container.before_exec_arg = path;
    container.argument_count = 1;
    container_arg(&container, "checkpass");
    run(0);
    expect_said("64 characters, estimated 256 bits");
}
END_TEST

START_TEST(help_and_version)
{
    container_arg(&container, _i == 0 ? "--help" : "--version");
    run(0);
    expect_said(_i == 0 ? "Usage: redis-init [OPTIONS]" : "redis-init 0.");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("tools");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, config_shows_and_changes_nothing);
    tcase_add_test(tests, config_says_that_a_password_is_missing);
    tcase_add_test(tests, config_refuses_what_a_start_would_refuse);
    tcase_add_loop_test(tests, checkpass_judges, 0, (int)(sizeof(judged) / sizeof(judged[0])));
    tcase_add_test(tests, genpass_is_accepted);
    tcase_add_loop_test(tests, help_and_version, 0, 2);
    return container_main(tests);
}
