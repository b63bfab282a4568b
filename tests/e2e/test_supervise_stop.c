// SPDX-License-Identifier: Apache-2.0
/* A child that does not end when it is asked to, and what is left when it has ended. */
#include <check.h>
#include <ftw.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"
#include "supervise_child.h"
#include "supervise_loop.h"
#include "supervise_options.h"
#include "supervise_signals.h"

/* The clock is the first signal's: asking again gains nothing. */
START_TEST(stop_timeout_ends_with_sigkill)
{
    char text[1024];
    struct run run = START(_i, "-t", "1", "ACTOR", "signals");
    expect_ready(run.out);
    ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
    expect_signal(run.out, SIGTERM);
    ck_assert_int_eq(kill(run.pid, SIGINT), 0);
    expect_signal(run.out, SIGINT);
    ck_assert_int_ge(sandbox_read_all(run.err, text, sizeof(text)), 0);
    ck_assert_msg(strstr(text, "did not end within 1 s of SIGTERM: sent SIGKILL\n") != NULL, "%s",
                  text);
    ck_assert_uint_eq(count_of(text, "\n"), 1);
    ck_assert_int_eq(sandbox_exit_code(run.pid), 128 + SIGKILL);
}
END_TEST

/* The second member would get a SIGTERM, and say so, if only the first were killed. */
START_TEST(stop_timeout_kills_the_group_with_kill_group)
{
    char text[1024];
    struct run run = START(_i, "-g", "-r", "TERM:USR1", "-t1", "ACTOR", "pair");
    expect_ready(run.out);
    expect_ready(run.out);
    ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
    expect_signal(run.out, SIGUSR1);
    expect_signal(run.out, SIGUSR1);
    ck_assert_int_eq(sandbox_read_all(run.out, text, sizeof(text)), 0);
    ck_assert_int_gt(sandbox_read_all(run.err, text, sizeof(text)), 0);
    ck_assert_msg(strstr(text, "did not end within 1 s of SIGUSR1: sent SIGKILL\n") != NULL, "%s",
                  text);
    ck_assert_int_eq(sandbox_exit_code(run.pid), 128 + SIGKILL);
}
END_TEST

static const int stop_signals[] = {SIGTERM, SIGINT, SIGQUIT};

START_TEST(the_clock_starts_with_a_stop_signal_only)
{
    struct run run = START(PLAIN, "-t", "86400", "ACTOR", "signals");
    expect_ready(run.out);
    ck_assert_int_eq(kill(run.pid, SIGHUP), 0);
    expect_signal(run.out, SIGHUP);
    ck_assert(await_sleep(run.pid, false));
    ck_assert_int_eq(kill(run.pid, stop_signals[_i]), 0);
    expect_signal(run.out, stop_signals[_i]);
    ck_assert(await_sleep(run.pid, true));
    expect_quiet_end(&run, 0);
}
END_TEST

/* The loop of the program in a process of its own, with other times than its 10 and 0.5 seconds. */
struct impatient {
    struct loop_times times;
    bool (*prepare)(void);
    const char *const *argv;
};

static _Noreturn void supervise(const struct impatient *how, int in, int out, int err)
{
    const struct supervise_options options = supervise_options_default();
    struct child child;
    int exit_code = 99;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ||
        (how->prepare != NULL && !how->prepare()) || !signals_block() || dup2(in, 0) != 0 ||
        dup2(out, 1) != 1 || dup2(err, 2) != 2 ||
        !child_start(&child, (char *const *)how->argv, &exit_code))
        _exit(exit_code);
    _exit(loop_run(&options, &how->times, &child));
}

static struct run start_impatient(const struct impatient *how)
{
    int in[2], out[2], err[2];
    new_pipe(in);
    new_pipe(out);
    new_pipe(err);
    const pid_t pid = fork();
    if (pid == 0)
        supervise(how, in[0], out[1], err[1]);
    ck_assert_int_gt(pid, 0);
    ck_assert_int_eq(close(in[0]) + close(out[1]) + close(err[1]), 0);
    return (struct run){pid, in[1], out[0], err[0]};
}

START_TEST(a_child_that_does_not_end_is_mentioned_once)
{
    struct programs programs;
    char expected[PATH_MAX + 256];
    find_programs(&programs);
    const char *const argv[] = {programs.self, "signals", NULL};
    struct run run = start_impatient(
        &(struct impatient){.times = {.patience_ms = 20, .grace_ms = 0}, .argv = argv});
    expect_ready(run.out);
    const pid_t child = sandbox_only_child(run.pid);
    ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
    expect_signal(run.out, SIGTERM);
    (void)snprintf(
        expected, sizeof(expected),
        "redis-init-supervise: warning: still waiting for PID %d (%s), 0 s after SIGTERM; "
        "its own log says why",
        child, programs.self);
    expect_line(run.err, expected);
    ck_assert(await_sleep(run.pid, false)); /* and sleeps again until something happens */
    ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
    expect_signal(run.out, SIGTERM);
    ck_assert(await_sleep(run.pid, false));
    expect_quiet_end(&run, 0);
}
END_TEST

/* So that the mode of a folder holds for root, too. */
static bool obey_modes(void)
{
    return prctl(PR_CAPBSET_READ, CAP_DAC_OVERRIDE) != 1 || geteuid() != 0 ||
           prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE) == 0;
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
    (void)status;
    (void)flag;
    (void)ftw;
    return remove(path);
}

START_TEST(a_redis_that_cannot_save_is_waited_for)
{
    char folder[] = "/tmp/redis-init-stop-XXXXXX", socket[64], dump[64];
    if (system("command -v redis-server >/dev/null") != 0) {
        (void)puts("SKIP: a_redis_that_cannot_save_is_waited_for: no redis-server here");
        return;
    }
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(socket, sizeof(socket), "%s/socket", folder);
    (void)snprintf(dump, sizeof(dump), "%s/dump.rdb", folder);
    const char *const argv[] = {"redis-server", "--port", "0",    "--unixsocket",
                                socket,         "--dir",  folder, "--save",
                                "3600",         "1",      NULL};
    struct run run = start_impatient(
        &(struct impatient){.times = {.patience_ms = 20}, .prepare = obey_modes, .argv = argv});
    expect_line_with(run.out, "eady to accept connections");

    ck_assert_int_eq(chmod(folder, 0500), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
        expect_line_with(run.out, "can't exit");
        /* it drops a signal that comes before it has given up this attempt and sleeps again */
        ck_assert(sandbox_await_state(sandbox_only_child(run.pid), 'S'));
    }
    expect_line_with(run.err, "still waiting for PID ");
    ck_assert(await_sleep(run.pid, false));

    ck_assert_int_eq(chmod(folder, 0700), 0);
    ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
    expect_line_with(run.out, "bye bye");
    expect_quiet_end(&run, 0);
    ck_assert_int_eq(access(dump, F_OK), 0);
    ck_assert_int_eq(nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}
END_TEST

START_TEST(what_is_left_has_a_time_of_grace_and_no_more_than_it_needs)
{
    struct programs programs;
    find_programs(&programs);
    const char *const argv[] = {programs.self, "leave", NULL};
    struct run run = start_impatient(
        &(struct impatient){.times = {.grace_ms = 2L * SANDBOX_DEADLINE_MS}, .argv = argv});
    expect_ready(run.out);
    expect_signal(run.out, SIGTERM);
    ck_assert(await_sleep(run.pid, true));
    expect_quiet_end(&run, 0);
}
END_TEST

START_TEST(what_is_left_for_too_long_is_not_waited_for)
{
    struct run run = START(_i, "ACTOR", "leave");
    expect_ready(run.out);
    expect_signal(run.out, SIGTERM);
    ck_assert_int_eq(sandbox_exit_code(run.pid), 0);
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {stop_timeout_ends_with_sigkill, IN_EACH_PLACE, 0},
        {stop_timeout_kills_the_group_with_kill_group, IN_EACH_PLACE, 0},
        {the_clock_starts_with_a_stop_signal_only, FOR_EACH_ROW,
         sizeof(stop_signals) / sizeof(stop_signals[0])},
        {a_child_that_does_not_end_is_mentioned_once, ONCE, 0},
        {a_redis_that_cannot_save_is_waited_for, ONCE, 0},
        {what_is_left_has_a_time_of_grace_and_no_more_than_it_needs, ONCE, 0},
        {what_is_left_for_too_long_is_not_waited_for, IN_EACH_PLACE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
