// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervise_signals.h"
#include "unit.h"

struct text_number {
    const char *text;
    int number;
};

static const struct text_number texts[] = {
    {"TERM", SIGTERM},    {"SIGTERM", SIGTERM},
    {"sigterm", SIGTERM}, {"Term", SIGTERM},
    {"15", SIGTERM},      {"0", 0},
    {"64", 64},           {"65", -1},
    {"-1", -1},           {"", -1},
    {"SIG", -1},          {"SIGSIGTERM", -1},
    {"TERMX", -1},        {"TER", -1},
    {" TERM", -1},        {"IOT", SIGABRT},
    {"CLD", SIGCHLD},     {"POLL", SIGIO},
    {"RTMIN", 34},        {"RTMAX", 64},
    {"RTMIN+0", 34},      {"SIGRTMIN+30", 64},
    {"RTMIN+31", -1},     {"rtmax-30", 34},
    {"RTMAX-31", -1},     {"RTMIN+", -1},
    {"RTMIN-1", -1},      {"RTMAX+1", -1},
    {"015", -1},          {"1000000000000", -1},
    {"7f", -1},           {"SIG15", -1},
};

START_TEST(names_and_numbers_are_read)
{
    ck_assert_int_eq(signal_number(texts[_i].text), texts[_i].number);
}
END_TEST

START_TEST(every_name_is_read_back)
{
    for (int signal = 1; signal <= 64; signal++) {
        char name[SIGNAL_NAME_SIZE];
        signal_name(signal, name);
        if (signal == 32 || signal == 33)
            ck_assert_int_eq(strncmp(name, "signal 3", 8), 0);
        else
            ck_assert_int_eq(signal_number(name), signal);
    }
    ck_assert_str_eq(SIGNAL_NAME(SIGABRT), "SIGABRT");
    ck_assert_str_eq(SIGNAL_NAME(40), "SIGRTMIN+6");
}
END_TEST

static int sent(const struct supervise_options *options, int signal, int code, pid_t sender)
{
    const struct signalfd_siginfo info = {
        .ssi_signo = (uint32_t)signal, .ssi_code = code, .ssi_pid = (uint32_t)sender};
    return signal_to_send(options, &info, 100);
}

START_TEST(what_is_sent_for_what_came)
{
    struct supervise_options options = supervise_options_default();
    for (int signal = 1; signal <= 64; signal++)
        ck_assert_int_eq(sent(&options, signal, SI_USER, 7), signal == SIGCHLD ? 0 : signal);
    ck_assert_int_eq(sent(&options, SIGTTIN, SI_KERNEL, 0), 0);
    ck_assert_int_eq(sent(&options, SIGTTOU, SI_KERNEL, 0), 0);
    ck_assert_int_eq(sent(&options, SIGTTIN, SI_USER, 7), SIGTTIN);
    ck_assert_int_eq(sent(&options, SIGINT, SI_KERNEL, 0), SIGINT);
    ck_assert_int_eq(sent(&options, SIGPIPE, SI_USER, 100), 0);
    ck_assert_int_eq(sent(&options, SIGPIPE, SI_USER, 7), SIGPIPE);
    ck_assert_int_eq(sent(&options, SIGUSR1, SI_USER, 100), SIGUSR1);

    options.rewrite[SIGTERM] = SIGQUIT;
    options.rewrite[SIGQUIT] = SIGTERM;
    options.rewrite[SIGINT] = 0;
    ck_assert_int_eq(sent(&options, SIGTERM, SI_USER, 7), SIGQUIT);
    ck_assert_int_eq(sent(&options, SIGQUIT, SI_USER, 7), SIGTERM);
    ck_assert_int_eq(sent(&options, SIGINT, SI_USER, 7), 0);
    ck_assert_int_eq(sent(&options, 0, SI_USER, 7), 0);
    ck_assert_int_eq(sent(&options, 65, SI_USER, 7), 0);
}
END_TEST

START_TEST(a_queued_signal_keeps_its_sender_and_its_value)
{
    const struct signalfd_siginfo info = {
        .ssi_signo = 40, .ssi_code = SI_QUEUE, .ssi_pid = 4242, .ssi_uid = 77, .ssi_ptr = 1234567};
    sigset_t set;
    siginfo_t came;

    ck_assert(signals_block());
    ck_assert(signal_send(getpid(), false, 41, &info));
    ck_assert_int_eq(sigemptyset(&set) + sigaddset(&set, 41), 0);
    ck_assert_int_eq(sigwaitinfo(&set, &came), 41);
    ck_assert_int_eq(came.si_code, SI_QUEUE);
    ck_assert_int_eq(came.si_pid, 4242);
    ck_assert_uint_eq(came.si_uid, 77);
    ck_assert_uint_eq((uintptr_t)came.si_value.sival_ptr, 1234567);
}
END_TEST

START_TEST(a_signal_that_cannot_be_sent_is_an_error)
{
    const struct signalfd_siginfo info = {.ssi_signo = SIGTERM, .ssi_code = SI_USER};
    const pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert(!signal_send(pid, false, SIGTERM, &info) && errno == ESRCH);
    ck_assert(!signal_send(pid, true, SIGTERM, &info) && errno == ESRCH);
}
END_TEST

START_TEST(stop_signals_and_job_control)
{
    struct supervise_options options = supervise_options_default();
    for (int signal = 1; signal <= 64; signal++) {
        ck_assert_int_eq(signal_is_stop(signal),
                         signal == SIGTERM || signal == SIGINT || signal == SIGQUIT);
        ck_assert_int_eq(signal_is_job_control(&options, signal),
                         signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU);
    }
    options.rewrite[SIGTSTP] = SIGSTOP;
    ck_assert(signal_is_job_control(&options, SIGSTOP));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("signals");
    tcase_add_loop_test(tests, names_and_numbers_are_read, 0, sizeof(texts) / sizeof(texts[0]));
    tcase_add_test(tests, every_name_is_read_back);
    tcase_add_test(tests, what_is_sent_for_what_came);
    tcase_add_test(tests, a_queued_signal_keeps_its_sender_and_its_value);
    tcase_add_test(tests, a_signal_that_cannot_be_sent_is_an_error);
    tcase_add_test(tests, stop_signals_and_job_control);
    return unit_main("supervise signals", tests);
}
