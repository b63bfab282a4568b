// SPDX-License-Identifier: Apache-2.0
/* Exit codes: the child's, passed on or remapped, and those of a failed start. */
#include <check.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

START_TEST(exit_codes_are_passed_on)
{
    for (int code = 0; code < 256; code++) {
        char script[32];
        (void)snprintf(script, sizeof(script), "exit %d", code);
        struct run run = START(_i, "sh", "-c", script);
        expect_quiet_end(&run, code);
        ck_assert_int_eq(close(run.out) + close(run.err), 0);
    }
}
END_TEST

static bool no_core_file(void *unused)
{
    (void)unused;
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0;
}

START_TEST(death_by_signal_is_128_and_its_number)
{
    for (int signal = 1; signal <= 64; signal++) {
        char script[32];
        const bool harmless = signal == SIGCHLD || signal == SIGCONT || signal == SIGSTOP ||
                              signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU ||
                              signal == SIGURG || signal == SIGWINCH;
        /* dash cannot name 32 and 33, which the libc keeps for itself */
        if (harmless || signal == 32 || signal == 33)
            continue;
        (void)snprintf(script, sizeof(script), "kill -%d $$", signal);
        struct run run = START_PREPARED(_i, no_core_file, NULL, "sh", "-c", script);
        expect_quiet_end(&run, 128 + signal);
        ck_assert_int_eq(close(run.out) + close(run.err), 0);
    }
}
END_TEST

struct failed_start {
    const char *program;
    int exit_code;
    const char *reason;
};

static const struct failed_start failed_starts[] = {
    {"/nowhere/at-all", 127, "No such file or directory"},
    {"no-such-program-in-path", 127, "No such file or directory"},
    {"/etc", 126, "Permission denied"},
    {"/etc/passwd", 126, "Permission denied"},
    {"/etc/passwd/x", 126, "Not a directory"},
};

START_TEST(failure_to_execute_is_126_or_127_and_one_line)
{
    const struct failed_start *failed = &failed_starts[_i];
    char text[512], expected[512];
    /* an exit code of our own is not one that may be remapped */
    struct run run = START(PLAIN, "-e", "126", "-e", "127", failed->program);
    expect_end(&run, failed->exit_code, text, sizeof(text));
    (void)snprintf(expected, sizeof(expected), "redis-init-supervise: cannot execute %s: %s\n",
                   failed->program, failed->reason);
    ck_assert_str_eq(text, expected);
}
END_TEST

/* Enough to load libraries, one by one, and not for the pipe to the child. */
static bool few_descriptors(void *unused)
{
    (void)unused;
    const struct rlimit four = {4, 4};
    return syscall(SYS_close_range, 3, UINT_MAX, 0) == 0 && setrlimit(RLIMIT_NOFILE, &four) == 0;
}

START_TEST(no_descriptors_left_is_71)
{
    char text[512];
    struct run run = START_PREPARED(_i, few_descriptors, NULL, "echo", "started");
    ck_assert_int_eq(sandbox_read_all(run.out, text, sizeof(text)), 0);
    expect_end(&run, 71, text, sizeof(text));
    /* and the reason, which each libc words in its own way */
    ck_assert_ptr_eq(strstr(text, "redis-init-supervise: cannot execute echo: "), text);
    ck_assert_uint_eq(count_of(text, "\n"), 1);
}
END_TEST

START_TEST(a_127_of_the_child_is_its_own)
{
    struct run run = START(_i, "-e", "126", "sh", "-c", "exit 127");
    expect_quiet_end(&run, 127);
}
END_TEST

START_TEST(exit_codes_are_remapped)
{
    struct run run = START(_i, "-e", "3", "--remap-exit", "143", "sh", "-c", "exit 143");
    expect_quiet_end(&run, 0);
    struct run other = START(_i, "-e", "3", "sh", "-c", "exit 4");
    expect_quiet_end(&other, 4);
    struct run killed = START(_i, "-e", "137", "sh", "-c", "kill -KILL $$");
    expect_quiet_end(&killed, 0);
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {exit_codes_are_passed_on, IN_EACH_PLACE, 0},
        {death_by_signal_is_128_and_its_number, IN_EACH_PLACE, 0},
        {failure_to_execute_is_126_or_127_and_one_line, FOR_EACH_ROW,
         sizeof(failed_starts) / sizeof(failed_starts[0])},
        {no_descriptors_left_is_71, IN_EACH_PLACE, 0},
        {a_127_of_the_child_is_its_own, IN_EACH_PLACE, 0},
        {exit_codes_are_remapped, IN_EACH_PLACE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
