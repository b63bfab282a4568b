// SPDX-License-Identifier: Apache-2.0
/* Orphans: adopted, reaped, and ended when the child has ended. */
#include <check.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

#define PROGRAM "redis-init-supervise"

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

static bool log_to_file(void *argument)
{
    const int *file = argument;
    return dup2(*file, STDERR_FILENO) == STDERR_FILENO;
}

/* A file never blocks: the supervisor gives up a line that a full pipe does not take in time. */
static void await_lines(int file, int wanted)
{
    static char bytes[1 << 16];
    const time_t end = time(NULL) + SANDBOX_DEADLINE_MS / 1000;
    off_t offset = 0;
    int lines = 0;
    while (lines < wanted && time(NULL) < end) {
        const ssize_t n = pread(file, bytes, sizeof(bytes), offset);
        ck_assert_int_ge(n, 0);
        for (ssize_t i = 0; i < n; i++)
            lines += bytes[i] == '\n' ? 1 : 0;
        offset += n;
        if (n == 0)
            (void)sched_yield();
    }
    ck_assert_int_eq(lines, wanted);
}

START_TEST(ten_thousand_orphans_are_reaped)
{
    static char text[1 << 21];
    int file = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_ge(file, 0);
    struct run run = START_PREPARED(_i, log_to_file, &file, "-w", "ACTOR", "orphans", "10000");
    expect_line(run.out, "made");
    await_lines(file, 10000);
    ck_assert_int_gt(sandbox_only_child(run.pid), 0);
    expect_quiet_end(&run, 0);
    ck_assert_int_gt(pread(file, text, sizeof(text) - 1, 0), 0);
    ck_assert_uint_eq(count_of(text, PROGRAM ": warning: reaped orphan PID "), 10000);
    ck_assert_uint_eq(count_of(text, ", exit code 0\n"), 10000);
    ck_assert_uint_eq(count_of(text, "\n"), 10000);
    ck_assert_int_eq(close(file), 0);
}
END_TEST

/* A probe's shell that has not asked for its child yet: the status is the parent's to get. */
START_TEST(a_zombie_with_a_living_parent_is_left_to_it)
{
    char line[64];
    struct run run = START(_i, "-w", "ACTOR", "zombie");
    ck_assert(sandbox_read_line(run.out, line, sizeof(line)));
    const pid_t zombie = sandbox_only_child(sandbox_only_child(run.pid));
    ck_assert_int_gt(zombie, 0);
    ck_assert(sandbox_await_state(zombie, 'Z'));
    ck_assert_int_eq(kill(run.pid, SIGCHLD), 0); /* a reason to look */
    ck_assert(await_sleep(run.pid, false));
    ck_assert(sandbox_await_state(zombie, 'Z'));
    expect_quiet_end(&run, 7); /* the zombie's code, which its parent got and passes on */
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
        {a_zombie_with_a_living_parent_is_left_to_it, IN_EACH_PLACE, 0},
        {an_orphan_killed_by_a_signal_is_reaped_with_its_name, ONCE, 0},
        {an_orphan_that_stops_is_left_alone, ONCE, 0},
        {what_is_left_gets_sigterm_and_nobody_else, IN_EACH_PLACE, 0},
        {what_is_left_gets_sigterm_once, ONCE, 0},
        {hundreds_that_are_left_all_get_sigterm, IN_EACH_PLACE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
