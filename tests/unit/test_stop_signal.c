// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stop_signal.h"
#include "unit.h"

static struct failure failure;

static void begin(void)
{
    failure = (struct failure){0};
    ck_assert(stop_signal_hold(&failure));
}

struct stop {
    int signal;
    const char *name;
};

static const struct stop stops[] = {
    {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGQUIT, "SIGQUIT"}, {SIGHUP, "SIGHUP"}};

START_TEST(every_signal_is_blocked)
{
    sigset_t mask;
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
    for (int signal = 1; signal <= SIGRTMAX; signal++) {
        const bool unblockable = signal == SIGKILL || signal == SIGSTOP;
        const bool libc = signal >= 32 && signal < SIGRTMIN;
        if (!unblockable && !libc)
            ck_assert_msg(sigismember(&mask, signal) == 1, "signal %d", signal);
    }
}
END_TEST

START_TEST(nothing_is_pending_at_first)
{
    ck_assert(stop_signal_absent(&failure));
    ck_assert_int_eq(failure.exit_code, 0);
}
END_TEST

START_TEST(a_pending_stop_is_a_failure_and_stays_pending)
{
    sigset_t pending;
    ck_assert_int_eq(raise(stops[_i].signal), 0);
    for (int times = 0; times < 2; times++) {
        ck_assert(!stop_signal_absent(&failure));
        ck_assert_int_eq(failure.exit_code, 128 + stops[_i].signal);
        ck_assert_int_eq(failure.error, 0);
        ck_assert_msg(strstr(failure.text, stops[_i].name) != NULL, "%s", failure.text);
        ck_assert_msg(strstr(failure.text, "before the server started") != NULL, "%s",
                      failure.text);
    }
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert_int_eq(sigismember(&pending, stops[_i].signal), 1);
}
END_TEST

START_TEST(other_signals_do_not_stop)
{
    static const int others[] = {SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM, SIGCONT, SIGPIPE, SIGWINCH};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        ck_assert_int_eq(raise(others[i]), 0);
    ck_assert(stop_signal_absent(&failure));
}
END_TEST

/* The kernel's view, which execve(2) keeps: a bit for each signal, from 1 on. */
START_TEST(a_held_signal_stands_in_proc)
{
    char line[256];
    unsigned long long held = 0;
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert_int_eq(kill(getpid(), SIGINT), 0);
    FILE *status = fopen("/proc/self/status", "re");
    ck_assert_ptr_nonnull(status);
    while (fgets(line, sizeof(line), status) != NULL) {
        unsigned long long mask;
        if (sscanf(line, "SigPnd: %llx", &mask) == 1 || sscanf(line, "ShdPnd: %llx", &mask) == 1)
            held |= mask;
    }
    ck_assert_int_eq(fclose(status), 0);
    ck_assert(held == (1ULL << (SIGTERM - 1) | 1ULL << (SIGINT - 1)));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("stop signal");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, every_signal_is_blocked);
    tcase_add_test(tests, nothing_is_pending_at_first);
    tcase_add_loop_test(tests, a_pending_stop_is_a_failure_and_stays_pending, 0, 4);
    tcase_add_test(tests, other_signals_do_not_stop);
    tcase_add_test(tests, a_held_signal_stands_in_proc);
    return unit_main("stop signal", tests);
}
