// SPDX-License-Identifier: Apache-2.0
/* What is said on stderr, and a log that takes nothing. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

START_TEST(json_lines)
{
    char text[1024];
    struct run run = START(PLAIN, "--log-format", "json", "/nowhere/\"\n\\");
    expect_end(&run, 127, text, sizeof(text));
    ck_assert_str_eq(text, "{\"level\":\"error\",\"program\":\"redis-init-supervise\",\"message\":"
                           "\"cannot execute /nowhere/\\\"\\u000a\\\\: No such file or "
                           "directory\"}\n");
}
END_TEST

START_TEST(verbose_tells_the_story)
{
    char text[2048];
    struct run run = START(_i, "-v", "ACTOR", "signals");
    expect_ready(run.out);
    ck_assert_int_eq(kill(run.pid, SIGHUP), 0);
    expect_signal(run.out, SIGHUP);
    expect_end(&run, 0, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "redis-init-supervise: started "));
    ck_assert_ptr_nonnull(strstr(text, "redis-init-supervise: passed on SIGHUP as SIGHUP\n"));
    ck_assert_ptr_nonnull(strstr(text, " ended with exit code 0\n"));
}
END_TEST

/* The supervisor's own SIGPIPE is pending for itself; it must not go on to the child. */
static bool close_stderr(void *unused)
{
    (void)unused;
    int ends[2];
    return pipe(ends) == 0 && dup2(ends[1], 2) == 2 && close(ends[0]) == 0 && close(ends[1]) == 0;
}

START_TEST(a_lost_log_does_not_kill_the_child)
{
    struct run run = START_PREPARED(_i, close_stderr, NULL, "-v", "ACTOR", "signals");
    expect_ready(run.out);
    ck_assert_int_eq(kill(run.pid, SIGUSR1), 0);
    expect_signal(run.out, SIGUSR1);
    ck_assert_int_eq(kill(run.pid, SIGUSR2), 0);
    expect_signal(run.out, SIGUSR2);
    expect_quiet_end(&run, 0);
}
END_TEST

static bool fill_stderr(void *unused)
{
    (void)unused;
    char bytes[4096] = {0};
    const int flags = fcntl(STDERR_FILENO, F_GETFL);
    if (flags < 0 || fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK) != 0)
        return false;
    while (write(STDERR_FILENO, bytes, sizeof(bytes)) > 0)
        continue;
    return errno == EAGAIN && fcntl(STDERR_FILENO, F_SETFL, flags) == 0;
}

START_TEST(a_blocked_log_does_not_block_the_signals)
{
    struct run run = START_PREPARED(_i, fill_stderr, NULL, "-v", "ACTOR", "signals");
    expect_ready(run.out);
    ck_assert_int_eq(kill(run.pid, SIGUSR1), 0);
    expect_signal(run.out, SIGUSR1);
    ck_assert_int_eq(close(run.in), 0);
    ck_assert_int_eq(sandbox_exit_code(run.pid), 0);
}
END_TEST

START_TEST(reaping_is_silent_unless_asked_for)
{
    struct run run = START(_i, "ACTOR", "orphan");
    char line[64];
    ck_assert(sandbox_read_line(run.out, line, sizeof(line)));
    expect_quiet_end(&run, 0);
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {json_lines, ONCE, 0},
        {verbose_tells_the_story, IN_EACH_PLACE, 0},
        {a_lost_log_does_not_kill_the_child, IN_EACH_PLACE, 0},
        {a_blocked_log_does_not_block_the_signals, IN_EACH_PLACE, 0},
        {reaping_is_silent_unless_asked_for, IN_EACH_PLACE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
