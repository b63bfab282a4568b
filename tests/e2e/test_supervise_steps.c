// SPDX-License-Identifier: Apache-2.0
/* What happens between two system calls of the start: stepped by ptrace(2), so no luck is needed.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

#define STOPS_MAX 1000 /* a start has about forty */

static bool be_traced(void *unused)
{
    (void)unused;
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool holds_sigterm(pid_t pid)
{
    return (sandbox_status_number(pid, "SigBlk", 16) & (1LL << (SIGTERM - 1))) != 0;
}

/* True when it stands at the entry of that system call. */
static bool enters(pid_t pid, unsigned long number, int first_argument)
{
    struct __ptrace_syscall_info info;
    return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
           info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == number &&
           (first_argument == 0 || (int)info.entry.args[0] == first_argument);
}

/* Reads whole structures, as from nothing but its signalfd. */
static bool waits_for_signals(pid_t pid)
{
    struct __ptrace_syscall_info info;
    return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
           info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_read &&
           info.entry.args[2] >= sizeof(struct signalfd_siginfo);
}

/* To the next system call or signal; a signal is held back. */
static void step(pid_t pid)
{
    int status;
    ck_assert_int_eq((int)ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
    ck_assert_int_eq(waitpid(pid, &status, __WALL), pid);
    ck_assert_msg(WIFSTOPPED(status), "ended with status %x", (unsigned)status);
}

/* SIGTERM after `stops` stops from the one that blocks signals on. False when the start has less.
 */
static bool signal_after(int where, int stops)
{
    int status;
    char text[512];
    struct run run = START_PREPARED(where, be_traced, NULL, "sleep", "1000");
    ck_assert_int_eq(waitpid(run.pid, &status, 0), run.pid);
    ck_assert(WIFSTOPPED(status));
    ck_assert_int_eq(
        (int)ptrace(PTRACE_SETOPTIONS, run.pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL),
        0);
    while (!holds_sigterm(run.pid))
        step(run.pid);
    for (; stops > 0 && !waits_for_signals(run.pid); stops--)
        step(run.pid);
    const bool before_the_end = !waits_for_signals(run.pid);
    ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
    ck_assert_int_eq((int)ptrace(PTRACE_DETACH, run.pid, NULL, NULL), 0);
    expect_end(&run, 128 + SIGTERM, text, sizeof(text));
    ck_assert(text[0] == '\0' || strstr(text, "ended by SIGTERM before sleep was started\n"));
    ck_assert_int_eq(close(run.out) + close(run.err), 0);
    return before_the_end;
}

START_TEST(sigterm_at_each_system_call_of_the_start_ends_it_with_143)
{
    int stops = 0;
    while (signal_after(_i, stops) && stops < STOPS_MAX)
        stops++;
    ck_assert_int_gt(stops, 10);
    ck_assert_int_lt(stops, STOPS_MAX);
}
END_TEST

/* The PID in the line of an actor that is ready. */
static pid_t read_ready(int fd)
{
    char line[64];
    ck_assert(sandbox_read_line(fd, line, sizeof(line)));
    ck_assert_int_eq(strncmp(line, "ready ", 6), 0);
    return atoi(line + 6);
}

/* A parent that starts the supervisor stopped, says its PID and stays. */
static _Noreturn void be_parent(int report, const struct programs *programs)
{
    const pid_t pid = fork();
    if (pid == 0) {
        (void)raise(SIGSTOP);
        (void)execl(programs->supervise, programs->supervise, "-p", "USR1", "echo", "started",
                    (char *)NULL);
        _exit(99);
    }
    if (write(report, &pid, sizeof(pid)) == sizeof(pid))
        for (;;)
            (void)pause();
    _exit(99);
}

/* Its death came before anybody asked the kernel to tell. */
START_TEST(a_parent_that_is_gone_already_ends_the_start)
{
    struct programs programs;
    int report[2], out[2];
    char text[64];
    pid_t pid;

    find_programs(&programs);
    new_pipe(report);
    new_pipe(out);
    ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    const pid_t parent = fork();
    if (parent == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || dup2(out[1], 1) != 1)
            _exit(99);
        be_parent(report[1], &programs);
    }
    ck_assert_int_eq((int)read(report[0], &pid, sizeof(pid)), (int)sizeof(pid));
    ck_assert(sandbox_await_state(pid, 'T'));
    ck_assert_int_eq(
        (int)ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
    ck_assert_int_eq(kill(pid, SIGCONT), 0);
    ck_assert_int_eq(waitpid(pid, NULL, __WALL), pid);
    while (!enters(pid, SYS_prctl, PR_SET_PDEATHSIG))
        step(pid);
    ck_assert_int_eq(kill(parent, SIGKILL), 0);
    ck_assert_int_eq(sandbox_exit_code(parent), 128 + SIGKILL);
    ck_assert_int_eq((int)ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
    ck_assert_int_eq(close(out[1]), 0);
    ck_assert_int_eq(sandbox_exit_code(pid), 128 + SIGUSR1);
    ck_assert_int_eq(sandbox_read_all(out[0], text, sizeof(text)), 0);
}
END_TEST

/* Two would come as one if the process is slow to take the first. */
START_TEST(a_member_of_the_group_is_not_signalled_a_second_time_by_itself)
{
    struct run run = START(PLAIN, "ACTOR", "pair");
    const pid_t pids[] = {read_ready(run.out), read_ready(run.out)};
    const pid_t child = sandbox_only_child(run.pid);
    const pid_t member = pids[0] == child ? pids[1] : pids[0];
    int status;

    ck_assert_int_eq(
        (int)ptrace(PTRACE_SEIZE, run.pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
    ck_assert_int_eq((int)ptrace(PTRACE_INTERRUPT, run.pid, NULL, NULL), 0);
    ck_assert_int_eq(waitpid(run.pid, &status, __WALL), run.pid);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    bool to_group = false;
    while (WIFSTOPPED(status)) {
        to_group = to_group || enters(run.pid, SYS_kill, -child);
        ck_assert(!enters(run.pid, SYS_kill, member));
        ck_assert_int_eq((int)ptrace(PTRACE_SYSCALL, run.pid, NULL, NULL), 0);
        ck_assert_int_eq(waitpid(run.pid, &status, __WALL), run.pid);
    }
    ck_assert(to_group);
    ck_assert_int_eq(WEXITSTATUS(status), 128 + SIGKILL);
    expect_signal(run.out, SIGTERM);
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {sigterm_at_each_system_call_of_the_start_ends_it_with_143, IN_EACH_PLACE, 0},
        {a_parent_that_is_gone_already_ends_the_start, ONCE, 0},
        {a_member_of_the_group_is_not_signalled_a_second_time_by_itself, ONCE, 0},
    };
    /* LeakSanitizer does not work in a process that is traced */
    if (setenv("ASAN_OPTIONS", "detect_leaks=0", 0) != 0)
        return 1;
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
