// SPDX-License-Identifier: Apache-2.0
/* Orphans: adopted, reaped, and ended when the child has ended. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

START_TEST(orphans_are_adopted)
{
    char line[64], expected[64];
    struct run run = START(_i, "ACTOR", "orphan");
    (void)snprintf(expected, sizeof(expected), "%d", _i == PID_1 ? 1 : run.pid);
    ck_assert(sandbox_read_line(run.out, line, sizeof(line)));
    ck_assert_str_eq(line, expected);
    expect_quiet_end(&run, 0);
}
END_TEST

START_TEST(ten_thousand_orphans_are_reaped)
{
    char line[256];
    struct run run = START(_i, "-w", "ACTOR", "orphans", "10000");
    for (int i = 0; i < 10000; i++) {
        ck_assert(sandbox_read_line(run.err, line, sizeof(line)));
        ck_assert_ptr_nonnull(strstr(line, "warning: reaped orphan PID "));
        ck_assert_ptr_nonnull(strstr(line, ", exit code 0"));
    }
    expect_line(run.out, "made");
    ck_assert_int_gt(sandbox_only_child(run.pid), 0);
    expect_quiet_end(&run, 0);
}
END_TEST

START_TEST(an_orphan_killed_by_a_signal_is_reaped_with_its_name)
{
    char line[64], expected[256];
    struct run run = START(PLAIN, "-w", "ACTOR", "stopper");
    ck_assert(sandbox_read_line(run.out, line, sizeof(line)));
    ck_assert_int_eq(kill(atoi(line), SIGKILL), 0);
    (void)snprintf(expected, sizeof(expected),
                   "redis-init-supervise: warning: reaped orphan PID %s, killed by SIGKILL", line);
    expect_line(run.err, expected);
    expect_quiet_end(&run, 0);
}
END_TEST

/* That an orphan stops is neither its end nor the child's stop, and no reason to look again and
 * again. */
START_TEST(an_orphan_that_stops_is_left_alone)
{
    char line[64];
    struct run run = START(PLAIN, "ACTOR", "stopper");
    ck_assert(sandbox_read_line(run.out, line, sizeof(line)));
    ck_assert(sandbox_await_state(atoi(line), 'T'));
    ck_assert(await_sleep(run.pid, false));
    ck_assert(sandbox_await_state(run.pid, 'S'));
    ck_assert(sandbox_await_state(atoi(line), 'T'));
    ck_assert_int_eq(kill(atoi(line), SIGKILL), 0);
    expect_quiet_end(&run, 0);
}
END_TEST

/* The stranger is a sibling of the supervisor: kill(-1) as root would reach it. */
START_TEST(what_is_left_gets_sigterm_and_nobody_else)
{
    struct programs programs;
    int out[2], in[2];
    find_programs(&programs);
    new_pipe(out);
    new_pipe(in);
    const char *const argv[] = {programs.self, "signals", NULL};
    const struct sandbox_spec spec = {
        .argv = argv, .plain = true, .stdin_fd = in[0], .stdout_fd = out[1]};
    const pid_t stranger = sandbox_start(&spec);
    expect_ready(out[0]);

    struct run run = START(_i, "ACTOR", "leave");
    expect_ready(run.out);
    expect_signal(run.out, SIGTERM);
    ck_assert_int_eq(sandbox_exit_code(run.pid), 0);

    ck_assert_int_eq(kill(stranger, SIGUSR1), 0);
    expect_signal(out[0], SIGUSR1);
    ck_assert_int_eq(kill(stranger, SIGKILL), 0);
    ck_assert_int_eq(sandbox_exit_code(stranger), 128 + SIGKILL);
}
END_TEST

/* In the child's own group, so that both ways lead to it; one SIGTERM all the same. */
START_TEST(what_is_left_gets_sigterm_once)
{
    char text[512];
    struct run run = START(PLAIN, "ACTOR", "pair");
    expect_ready(run.out);
    expect_ready(run.out);
    const pid_t child = sandbox_only_child(run.pid);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(sandbox_exit_code(run.pid), 128 + SIGKILL);
    ck_assert_int_eq(close(run.in), 0);
    ck_assert_int_gt(sandbox_read_all(run.out, text, sizeof(text)), 0);
    ck_assert_str_eq(text, "15 0\n");
}
END_TEST

/* More than one read(2) of the list of children. Each holds stdout, whose end is their end. */
START_TEST(hundreds_that_are_left_all_get_sigterm)
{
    char text[64];
    struct run run = START(_i, "sh", "-c",
                           "i=0; while [ $i -lt 400 ]; do setsid sleep 1000 & i=$((i + 1)); done");
    ck_assert_int_eq(sandbox_read_all(run.out, text, sizeof(text)), 0);
    expect_quiet_end(&run, 0);
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {orphans_are_adopted, IN_EACH_PLACE, 0},
        {ten_thousand_orphans_are_reaped, IN_EACH_PLACE, 0},
        {an_orphan_killed_by_a_signal_is_reaped_with_its_name, ONCE, 0},
        {an_orphan_that_stops_is_left_alone, ONCE, 0},
        {what_is_left_gets_sigterm_and_nobody_else, IN_EACH_PLACE, 0},
        {what_is_left_gets_sigterm_once, ONCE, 0},
        {hundreds_that_are_left_all_get_sigterm, IN_EACH_PLACE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
