// SPDX-License-Identifier: Apache-2.0
/* Which signals are passed on, as what, and to whom. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

START_TEST(every_signal_is_passed_on)
{
    struct run run = START(_i, "ACTOR", "signals");
    expect_ready(run.out);
    for (int signal = 1; signal <= 64; signal++) {
        if (signal == SIGKILL || signal == SIGSTOP || signal == SIGCHLD)
            continue;
        ck_assert_int_eq((int)syscall(SYS_kill, run.pid, signal), 0);
        expect_signal(run.out, signal);
    }
    expect_quiet_end(&run, 0);
}
END_TEST

START_TEST(sigchld_from_outside_is_not_passed_on)
{
    struct run run = START(_i, "ACTOR", "signals");
    expect_ready(run.out);
    ck_assert_int_eq(kill(run.pid, SIGCHLD), 0);
    ck_assert_int_eq(kill(run.pid, SIGWINCH), 0);
    expect_signal(run.out, SIGWINCH);
    expect_quiet_end(&run, 0);
}
END_TEST

START_TEST(queued_signals_keep_order_and_value)
{
    struct run run = START(_i, "ACTOR", "signals");
    expect_ready(run.out);
    for (int i = 1; i <= 20; i++) {
        const union sigval value = {.sival_int = i};
        ck_assert_int_eq(sigqueue(run.pid, 40, value), 0);
    }
    for (int i = 1; i <= 20; i++) {
        char expected[32];
        (void)snprintf(expected, sizeof(expected), "40 %d", i);
        expect_line(run.out, expected);
    }
    expect_quiet_end(&run, 0);
}
END_TEST

START_TEST(signals_are_rewritten_or_dropped)
{
    struct run run =
        START(_i, "-r", "TERM:USR1", "--rewrite=SIGINT:0", "-rusr1:RTMIN+1", "ACTOR", "signals");
    expect_ready(run.out);
    ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
    expect_signal(run.out, SIGUSR1);
    ck_assert_int_eq(kill(run.pid, SIGINT), 0);
    ck_assert_int_eq(kill(run.pid, SIGUSR1), 0);
    expect_signal(run.out, 35);
    expect_quiet_end(&run, 0);
}
END_TEST

/* `-g` reaches both members of the group; without it only the first, and each signal comes once. */
START_TEST(kill_group_reaches_the_group)
{
    struct run run = START(PLAIN, "-g", "ACTOR", "pair");
    expect_ready(run.out);
    expect_ready(run.out);
    ck_assert_int_eq(kill(run.pid, SIGUSR1), 0);
    expect_signal(run.out, SIGUSR1);
    expect_signal(run.out, SIGUSR1);
    expect_quiet_end(&run, 0);
}
END_TEST

/* Both of the group were stopped, and both are needed for an answer. */
START_TEST(sigcont_continues_all_of_a_stopped_group)
{
    struct run run = START(PLAIN, "-v", "ACTOR", "reader");
    expect_ready(run.out);
    ck_assert_int_eq(kill(-sandbox_only_child(run.pid), SIGSTOP), 0);
    expect_line_with(run.err, "was stopped by SIGSTOP");
    ck_assert_int_eq(kill(run.pid, SIGCONT), 0);
    ck_assert_int_eq((int)write(run.in, "hello\n", 6), 6);
    expect_line(run.out, "got hello");
    ck_assert_int_eq(close(run.in), 0);
    ck_assert_int_eq(sandbox_exit_code(run.pid), 0);
}
END_TEST

START_TEST(without_kill_group_only_the_child_is_signalled)
{
    struct run run = START(PLAIN, "ACTOR", "pair");
    expect_ready(run.out);
    expect_ready(run.out);
    for (int signal = SIGUSR1; signal <= SIGUSR2; signal += SIGUSR2 - SIGUSR1) {
        ck_assert_int_eq(kill(run.pid, signal), 0);
        expect_signal(run.out, signal);
    }
    expect_quiet_end(&run, 0);
}
END_TEST

struct ends {
    int order;
};

static bool put_order(void *ends)
{
    return dup2(((const struct ends *)ends)->order, 4) == 4;
}

START_TEST(the_parents_death_is_passed_on)
{
    struct programs programs;
    int in[2], out[2], order[2];
    new_pipe(in);
    new_pipe(out);
    new_pipe(order);
    find_programs(&programs);
    const char *const argv[] = {programs.self, "parent",      programs.supervise, "-p",
                                "USR1",        programs.self, "signals",          NULL};
    struct ends ends = {order[0]};
    const struct sandbox_spec spec = {.argv = argv,
                                      .plain = true,
                                      .stdin_fd = in[0],
                                      .stdout_fd = out[1],
                                      .prepare = put_order,
                                      .prepare_arg = &ends};
    const pid_t pid = sandbox_start(&spec);
    expect_ready(out[0]);
    ck_assert_int_eq((int)write(order[1], "x", 1), 1);
    ck_assert_int_eq(sandbox_exit_code(pid), 128 + SIGKILL);
    expect_signal(out[0], SIGUSR1);
    ck_assert_int_eq(close(in[1]), 0);
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {every_signal_is_passed_on, IN_EACH_PLACE, 0},
        {sigchld_from_outside_is_not_passed_on, IN_EACH_PLACE, 0},
        {queued_signals_keep_order_and_value, IN_EACH_PLACE, 0},
        {signals_are_rewritten_or_dropped, IN_EACH_PLACE, 0},
        {kill_group_reaches_the_group, ONCE, 0},
        {sigcont_continues_all_of_a_stopped_group, ONCE, 0},
        {without_kill_group_only_the_child_is_signalled, ONCE, 0},
        {the_parents_death_is_passed_on, ONCE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
