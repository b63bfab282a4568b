// SPDX-License-Identifier: Apache-2.0
/* A second program that runs beside the main child. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

#define COMPANION(word) "--companion", word
#define RUN(script) COMPANION("sh"), COMPANION("-c"), COMPANION(script)

/* It says what PID it has, and then that it goes on. */
#define SAY_PID "echo \"pid $$\"; "
#define STAY "exec sleep 1000"

/* Two lines, in whatever order they come: the actor's "ready", and a number behind `before`. */
static long read_both(int fd, const char *before)
{
    long number = -1;
    for (int i = 0; i < 2; i++) {
        char line[512];
        ck_assert(sandbox_read_line(fd, line, sizeof(line)));
        if (strncmp(line, before, strlen(before)) == 0)
            number = strtol(line + strlen(before), NULL, 10);
    }
    ck_assert_int_gt(number, 0);
    return number;
}

/* And PID 1 sleeps without a time-out: a companion that runs costs no wake-up. */
START_TEST(it_runs_and_nothing_is_due)
{
    struct run run = START(_i, RUN(SAY_PID STAY), "ACTOR", "signals");
    (void)read_both(run.out, "pid ");
    ck_assert(await_sleep(run.pid, false));
    ck_assert_int_eq(kill(run.pid, SIGUSR1), 0);
    expect_signal(run.out, SIGUSR1); /* which is for the main child alone */
    ck_assert(await_sleep(run.pid, false));
    expect_quiet_end(&run, 0);
}
END_TEST

START_TEST(none_is_started_without_the_main_child)
{
    char text[1024];
    struct run run = START(PLAIN, RUN("echo started"), "/nowhere/it");
    expect_end(&run, 127, text, sizeof(text));
    ck_assert_ptr_null(strstr(text, "started"));
    ck_assert(!sandbox_read_line(run.out, text, sizeof(text)));
}
END_TEST

struct end {
    const char *script;
    const char *said;
};

static const struct end ends[] = {
    {"echo here; exit 3", "warning: sh ended with exit code 3; it is started again in "},
    {"echo here; kill -KILL $$", "warning: sh was killed by SIGKILL; it is started again in "},
};

/* The pause grows: 1 s, 2 s. */
START_TEST(it_is_started_again)
{
    char line[512];
    char expected[128];
    struct run run = START(PLAIN, RUN(ends[_i].script), "sleep", "1000");
    for (int seconds = 1; seconds <= 2; seconds++) {
        expect_line(run.out, "here");
        ck_assert(sandbox_read_line(run.err, line, sizeof(line)));
        (void)snprintf(expected, sizeof(expected), "redis-init-supervise: %s%d s", ends[_i].said,
                       seconds);
        ck_assert_str_eq(line, expected);
        ck_assert(await_sleep(run.pid, true));
    }
    expect_line(run.out, "here");
    ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
    ck_assert_int_eq(sandbox_exit_code(run.pid), 128 + SIGTERM);
}
END_TEST

/* It is no orphan, whatever is said of those. */
START_TEST(it_ends_with_the_main_child)
{
    static const char script[] =
        "trap 'kill -KILL $! 2>&-; echo told >&2; exit 0' TERM; sleep 1000 & " SAY_PID "wait";
    char text[1024];
    struct run run = START(_i, "-w", RUN(script), "ACTOR", "signals");
    (void)read_both(run.out, "pid ");
    expect_end(&run, 0, text, sizeof(text));
    ck_assert_msg(strncmp(text, "told\n", 5) == 0, "%s", text);
    ck_assert_uint_le(count_of(text, "reaped orphan"), 1); /* its sleep */
}
END_TEST

START_TEST(one_that_does_not_end_is_not_waited_for)
{
    char text[1024];
    struct run run = START(PID_1, RUN("trap '' TERM; " SAY_PID STAY), "ACTOR", "signals");
    (void)read_both(run.out, "pid ");
    expect_end(&run, 0, text, sizeof(text));
}
END_TEST

START_TEST(one_that_is_missing_is_said)
{
    struct run run = START(_i, COMPANION("/nowhere/it"), "sleep", "1000");
    expect_line_with(run.err,
                     "warning: /nowhere/it cannot be executed; it is started again in 1 s");
    ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
    ck_assert_int_eq(sandbox_exit_code(run.pid), 128 + SIGTERM);
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {it_runs_and_nothing_is_due, IN_EACH_PLACE, 0},
        {none_is_started_without_the_main_child, ONCE, 0},
        {it_is_started_again, FOR_EACH_ROW, 2},
        {it_ends_with_the_main_child, IN_EACH_PLACE, 0},
        {one_that_does_not_end_is_not_waited_for, ONLY_AS_PID_1, 0},
        {one_that_is_missing_is_said, IN_EACH_PLACE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
