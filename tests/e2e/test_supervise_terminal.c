// SPDX-License-Identifier: Apache-2.0
/* A pseudo-terminal as the controlling one: foreground, Ctrl-C, Ctrl-Z, job control. */
#include <check.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

/* A terminal: `master` is the test's end. */
struct terminal {
    int master, slave;
};

static struct terminal new_terminal(bool background_writes_stop)
{
    struct terminal terminal;
    struct termios modes;
    ck_assert_int_eq(openpty(&terminal.master, &terminal.slave, NULL, NULL, NULL), 0);
    ck_assert_int_eq(fcntl(terminal.master, F_SETFD, FD_CLOEXEC), 0);
    ck_assert_int_eq(tcgetattr(terminal.slave, &modes), 0);
    modes.c_lflag &= ~(tcflag_t)ECHO;
    modes.c_oflag &= ~(tcflag_t)OPOST;
    if (background_writes_stop)
        modes.c_lflag |= TOSTOP;
    ck_assert_int_eq(tcsetattr(terminal.slave, TCSANOW, &modes), 0);
    return terminal;
}

static bool lead_session(void *unused)
{
    (void)unused;
    return setsid() >= 0 && ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0;
}

static void type(const struct terminal *terminal, const char *keys)
{
    ck_assert_int_eq((int)write(terminal->master, keys, strlen(keys)), (int)strlen(keys));
}

/* The first line after "ready" is Ctrl-C's: so there was neither SIGHUP nor SIGCONT at start. */
START_TEST(the_child_is_in_the_foreground_and_gets_ctrl_c_once)
{
    const struct terminal terminal = new_terminal(false);
    const pid_t pid = start_on(_i, terminal.slave, lead_session, WORDS("ACTOR", "signals"));
    expect_ready(terminal.master);
    ck_assert_int_eq(tcgetpgrp(terminal.master), sandbox_only_child(pid));
    type(&terminal, "\x03");
    expect_signal(terminal.master, SIGINT);
    ck_assert_int_eq(kill(pid, SIGUSR1), 0);
    expect_signal(terminal.master, SIGUSR1);
    type(&terminal, "\x04");
    ck_assert_int_eq(sandbox_exit_code(pid), 0);
}
END_TEST

static bool lead_session_without_dev(void *unused)
{
    return lead_session(unused) && mount("none", "/dev", "tmpfs", MS_NOSUID, NULL) == 0;
}

/* A container may have a terminal as its standard streams only. */
START_TEST(the_terminal_is_found_without_dev_tty)
{
    const struct terminal terminal = new_terminal(false);
    const pid_t pid =
        start_on(PID_1, terminal.slave, lead_session_without_dev, WORDS("ACTOR", "signals"));
    expect_ready(terminal.master);
    ck_assert_int_eq(tcgetpgrp(terminal.master), sandbox_only_child(pid));
    type(&terminal, "\x03");
    expect_signal(terminal.master, SIGINT);
    type(&terminal, "\x04");
    ck_assert_int_eq(sandbox_exit_code(pid), 0);
}
END_TEST

/* `stty tostop` stops a background group that writes; the supervisor writes its log there. */
START_TEST(log_lines_on_a_terminal_with_tostop)
{
    const struct terminal terminal = new_terminal(true);
    const pid_t pid = start_on(_i, terminal.slave, lead_session, WORDS("-v", "ACTOR", "signals"));
    expect_line_with(terminal.master, "ready");
    ck_assert_int_eq(kill(pid, SIGUSR1), 0);
    expect_line_with(terminal.master, "redis-init-supervise: passed on SIGUSR1 as SIGUSR1");
    type(&terminal, "\x04");
    ck_assert_int_eq(sandbox_exit_code(pid), 0);
}
END_TEST

/* Nobody could continue a container's only program. */
START_TEST(ctrl_z_without_a_shell_does_not_stop_the_child_for_good)
{
    const struct terminal terminal = new_terminal(false);
    const pid_t pid = start_on(_i, terminal.slave, lead_session, WORDS("ACTOR", "reader"));
    expect_ready(terminal.master);
    type(&terminal, "\x1a");
    type(&terminal, "hello\n");
    expect_line(terminal.master, "got hello");
    ck_assert_int_eq(tcgetpgrp(terminal.master), sandbox_only_child(pid));
    type(&terminal, "\x04");
    ck_assert_int_eq(sandbox_exit_code(pid), 0);
}
END_TEST

/* It does not read: that would bring it the terminal anyway. */
START_TEST(a_stop_that_does_not_last_leaves_the_child_in_the_foreground)
{
    const struct terminal terminal = new_terminal(false);
    const pid_t pid =
        start_on(_i, terminal.slave, lead_session,
                 WORDS("sh", "-c", "kill -TSTP $$; echo on; exec sleep 1000 </dev/null"));
    expect_line(terminal.master, "on");
    ck_assert_int_eq(tcgetpgrp(terminal.master), sandbox_only_child(pid));
    type(&terminal, "\x03");
    ck_assert_int_eq(sandbox_exit_code(pid), 128 + SIGINT);
}
END_TEST

struct job {
    struct terminal terminal;
    int report, order;
};

static bool put_report_and_order(void *job)
{
    return lead_session(NULL) && dup2(((const struct job *)job)->report, 3) == 3 &&
           dup2(((const struct job *)job)->order, 4) == 4;
}

struct played_shell {
    struct terminal terminal;
    int report, order;
    pid_t pid;
};

/* An actor plays the shell on a new terminal, and runs the program under test with another actor.
 */
static struct played_shell play_shell(const char *shell, const char *program)
{
    struct programs programs;
    int report[2], order[2];
    new_pipe(report);
    new_pipe(order);
    struct job job = {new_terminal(false), report[1], order[0]};
    find_programs(&programs);
    const char *const argv[] = {programs.self, shell,   programs.supervise,
                                programs.self, program, NULL};
    const struct sandbox_spec spec = {.argv = argv,
                                      .plain = true,
                                      .stdin_fd = job.terminal.slave,
                                      .stdout_fd = job.terminal.slave,
                                      .stderr_fd = job.terminal.slave,
                                      .prepare = put_report_and_order,
                                      .prepare_arg = &job};
    const struct played_shell played = {job.terminal, report[0], order[1], sandbox_start(&spec)};
    expect_line(played.terminal.master, "ready");
    return played;
}

static void expect_played_end(const struct played_shell *shell)
{
    type(&shell->terminal, "\x04");
    expect_line(shell->report, "ended 0");
    ck_assert_int_eq(sandbox_exit_code(shell->pid), 0);
}

START_TEST(ctrl_z_stops_the_job_and_fg_brings_it_back)
{
    const struct played_shell shell = play_shell("shell", "reader");
    for (int i = 0; i < 3; i++) {
        char expected[32];
        type(&shell.terminal, "\x1a");
        (void)snprintf(expected, sizeof(expected), "stopped %d", SIGTSTP);
        expect_line(shell.report, expected);
        ck_assert_int_eq((int)write(shell.order, "x", 1), 1);
        type(&shell.terminal, "hello\n");
        expect_line(shell.terminal.master, "got hello");
    }
    expect_played_end(&shell);
}
END_TEST

static bool await_foreground(const struct terminal *terminal, pid_t group)
{
    const time_t end = time(NULL) + SANDBOX_DEADLINE_MS / 1000;
    while (tcgetpgrp(terminal->master) != group && time(NULL) < end)
        (void)sched_yield();
    return tcgetpgrp(terminal->master) == group;
}

/* Also when it asks for nothing: Ctrl-C has to reach it. */
START_TEST(fg_gives_the_child_the_terminal)
{
    const struct played_shell shell = play_shell("shell", "late");
    const pid_t child = sandbox_only_child(sandbox_only_child(shell.pid));
    char stopped[32];
    type(&shell.terminal, "\x1a");
    (void)snprintf(stopped, sizeof(stopped), "stopped %d", SIGTSTP);
    expect_line(shell.report, stopped);
    ck_assert_int_eq((int)write(shell.order, "x", 1), 1);
    ck_assert(await_foreground(&shell.terminal, child));
    type(&shell.terminal, "\x03");
    expect_line(shell.report, "ended 130");
    ck_assert_int_eq(sandbox_exit_code(shell.pid), 0);
}
END_TEST

/* A script goes on with the terminal that it had. */
START_TEST(the_terminal_is_given_back_at_the_end)
{
    const struct played_shell shell = play_shell("script", "reader");
    type(&shell.terminal, "\x04");
    expect_line(shell.report, "foreground 1");
    ck_assert_int_eq(sandbox_exit_code(shell.pid), 0);
}
END_TEST

/* fg of a job that runs: the shell sends no SIGCONT, and the child's first read gets SIGTTIN. */
START_TEST(a_job_brought_to_the_foreground_while_it_runs)
{
    const struct played_shell shell = play_shell("background", "late");
    /* it has started in the background, and has not taken the terminal from the shell */
    const pid_t supervisor = sandbox_only_child(shell.pid);
    ck_assert(await_sleep(supervisor, false));
    ck_assert_int_eq(tcgetpgrp(shell.terminal.master), shell.pid);
    ck_assert_int_eq((int)write(shell.order, "x", 1), 1);
    expect_line(shell.report, "given");
    ck_assert_int_eq(kill(sandbox_only_child(supervisor), SIGUSR1), 0);
    expect_line(shell.terminal.master, "ready");
    type(&shell.terminal, "hello\n");
    expect_line(shell.terminal.master, "got hello");
    expect_played_end(&shell);
}
END_TEST

START_TEST(a_stop_that_was_asked_for_lasts_until_sigcont)
{
    const struct terminal terminal = new_terminal(false);
    const pid_t pid = start_on(PID_1, terminal.slave, lead_session, WORDS("ACTOR", "reader"));
    expect_ready(terminal.master);
    const pid_t child = sandbox_only_child(pid);
    ck_assert_int_eq(kill(pid, SIGTSTP), 0);
    ck_assert(sandbox_await_state(child, 'T'));
    ck_assert(sandbox_await_state(pid, 'S'));
    ck_assert_int_eq(kill(pid, SIGCONT), 0);
    type(&terminal, "hello\n");
    expect_line(terminal.master, "got hello");
    /* what was asked for is over */
    type(&terminal, "\x1a");
    type(&terminal, "hello\n");
    expect_line(terminal.master, "got hello");
    type(&terminal, "\x04");
    ck_assert_int_eq(sandbox_exit_code(pid), 0);
}
END_TEST

START_TEST(bash_has_job_control)
{
    char text[8192];
    const struct terminal terminal = new_terminal(false);
    const pid_t pid =
        start_on(_i, terminal.slave, lead_session, WORDS("bash", "--norc", "--noediting", "-i"));
    type(&terminal, "echo \"flags [$-]\"; sleep 1000 & kill %1; wait; exit 7\n");
    ck_assert_int_gt(sandbox_read_all(terminal.master, text, sizeof(text)), 0);
    ck_assert_int_eq(sandbox_exit_code(pid), 7);
    const char *flags = strstr(text, "flags [");
    ck_assert_msg(flags != NULL && memchr(flags, 'm', strcspn(flags, "]")) != NULL, "%s", text);
    ck_assert_ptr_null(strstr(text, "no job control"));
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {the_child_is_in_the_foreground_and_gets_ctrl_c_once, IN_EACH_PLACE, 0},
        {the_terminal_is_found_without_dev_tty, ONLY_AS_PID_1, 0},
        {log_lines_on_a_terminal_with_tostop, IN_EACH_PLACE, 0},
        {ctrl_z_without_a_shell_does_not_stop_the_child_for_good, IN_EACH_PLACE, 0},
        {a_stop_that_does_not_last_leaves_the_child_in_the_foreground, IN_EACH_PLACE, 0},
        {ctrl_z_stops_the_job_and_fg_brings_it_back, ONCE, 0},
        {fg_gives_the_child_the_terminal, ONCE, 0},
        {the_terminal_is_given_back_at_the_end, ONCE, 0},
        {a_job_brought_to_the_foreground_while_it_runs, ONCE, 0},
        {a_stop_that_was_asked_for_lasts_until_sigcont, ONLY_AS_PID_1, 0},
        {bash_has_job_control, IN_EACH_PLACE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
