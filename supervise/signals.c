// SPDX-License-Identifier: Apache-2.0
#include "supervise_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's signal set and the first real-time signal of glibc (the kernel's own is 32). */
typedef uint64_t kernel_set;
#define RT_FIRST 34
#define RT_LAST SUPERVISE_SIGNAL_MAX

struct name {
    const char *name;
    int number;
};

/* The first row of a number is the name that is shown. */
static const struct name names[] = {
    {"HUP", SIGHUP},       {"INT", SIGINT},     {"QUIT", SIGQUIT},   {"ILL", SIGILL},
    {"TRAP", SIGTRAP},     {"ABRT", SIGABRT},   {"IOT", SIGABRT},    {"BUS", SIGBUS},
    {"FPE", SIGFPE},       {"KILL", SIGKILL},   {"USR1", SIGUSR1},   {"SEGV", SIGSEGV},
    {"USR2", SIGUSR2},     {"PIPE", SIGPIPE},   {"ALRM", SIGALRM},   {"TERM", SIGTERM},
    {"STKFLT", SIGSTKFLT}, {"CHLD", SIGCHLD},   {"CLD", SIGCHLD},    {"CONT", SIGCONT},
    {"STOP", SIGSTOP},     {"TSTP", SIGTSTP},   {"TTIN", SIGTTIN},   {"TTOU", SIGTTOU},
    {"URG", SIGURG},       {"XCPU", SIGXCPU},   {"XFSZ", SIGXFSZ},   {"VTALRM", SIGVTALRM},
    {"PROF", SIGPROF},     {"WINCH", SIGWINCH}, {"IO", SIGIO},       {"POLL", SIGIO},
    {"PWR", SIGPWR},       {"SYS", SIGSYS},     {"RTMIN", RT_FIRST}, {"RTMAX", RT_LAST},
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

static char upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* What follows `prefix` in `text`, in any case of letters, or NULL. */
static const char *after(const char *text, const char *prefix)
{
    while (*prefix != '\0')
        if (upper(*text++) != *prefix++)
            return NULL;
    return text;
}

/* One or two digits and nothing else, or -1. */
static int small_number(const char *text)
{
    int number = 0;
    size_t length = 0;
    for (; text[length] >= '0' && text[length] <= '9' && length < 2; length++)
        number = 10 * number + (text[length] - '0');
    return length > 0 && text[length] == '\0' ? number : -1;
}

static int from_offset(const char *offset, int from, int sign)
{
    const int distance = small_number(offset);
    const int number = from + sign * distance;
    return distance >= 0 && number >= RT_FIRST && number <= RT_LAST ? number : -1;
}

int signal_number(const char *text)
{
    const int number = small_number(text);
    if (number >= 0)
        return number <= SUPERVISE_SIGNAL_MAX ? number : -1;

    const char *name = after(text, "SIG");
    if (name == NULL)
        name = text;
    for (size_t i = 0; i < NAME_COUNT; i++) {
        const char *rest = after(name, names[i].name);
        if (rest != NULL && *rest == '\0')
            return names[i].number;
    }
    const char *offset = after(name, "RTMIN+");
    if (offset != NULL)
        return from_offset(offset, RT_FIRST, 1);
    offset = after(name, "RTMAX-");
    return offset != NULL ? from_offset(offset, RT_LAST, -1) : -1;
}

const char *signal_name(int signal, char buffer[SIGNAL_NAME_SIZE])
{
    const bool real_time = signal > RT_FIRST && signal < RT_LAST;
    const char *start = real_time ? "SIGRTMIN+" : "signal ";
    const char *name = DECIMAL(real_time ? signal - RT_FIRST : signal);

    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (names[i].number == signal) {
            start = "SIG";
            name = names[i].name;
            break;
        }
    }
    (void)stpcpy(stpcpy(buffer, start), name);
    return buffer;
}

bool signal_is_stop(int signal)
{
    return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
}

bool signal_is_job_control(const struct supervise_options *options, int signal)
{
    return signal == options->rewrite[SIGTSTP] || signal == options->rewrite[SIGTTIN] ||
           signal == options->rewrite[SIGTTOU];
}

static bool set_mask(kernel_set mask)
{
    return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask)) == 0;
}

/*
 * The libc's sigaction(3) refuses its own signals 32 and 33. The kernel's structure has another
 * layout than the libc's; all of it zero is SIG_DFL without flags on every architecture.
 */
static bool set_default(int signal)
{
    static const kernel_set zero[8];
    return syscall(SYS_rt_sigaction, signal, zero, NULL, sizeof(kernel_set)) == 0;
}

bool signals_block(void)
{
    return set_mask(~(kernel_set)0) && set_default(SIGCHLD);
}

bool signals_restore(void)
{
    for (int signal = 1; signal <= SUPERVISE_SIGNAL_MAX; signal++)
        if (signal != SIGKILL && signal != SIGSTOP && !set_default(signal))
            return false;
    return set_mask(0);
}

int signals_pending_end(const struct supervise_options *options)
{
    static const int ends[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};
    sigset_t pending;

    if (sigpending(&pending) != 0)
        return -1;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (sigismember(&pending, ends[i]) == 1 && options->rewrite[ends[i]] != 0)
            return ends[i];
    return 0;
}

int signals_open(void)
{
    const kernel_set all = ~(kernel_set)0;
    return (int)syscall(SYS_signalfd4, -1, &all, sizeof(all), O_CLOEXEC);
}

int signal_to_send(const struct supervise_options *options, const struct signalfd_siginfo *info,
                   pid_t self)
{
    const int signal = (int)info->ssi_signo;
    const bool own = info->ssi_code == SI_USER && info->ssi_pid == (uint32_t)self &&
                     (signal == SIGPIPE || signal == SIGXFSZ);
    const bool about_our_group =
        info->ssi_code == SI_KERNEL && (signal == SIGTTIN || signal == SIGTTOU);

    if (signal < 1 || signal > SUPERVISE_SIGNAL_MAX || signal == SIGCHLD || own || about_our_group)
        return 0;
    return options->rewrite[signal];
}

static bool send_queued(pid_t child, int signal, const struct signalfd_siginfo *info)
{
    siginfo_t queued;
    memset(&queued, 0, sizeof(queued));
    queued.si_signo = signal;
    queued.si_code = SI_QUEUE;
    queued.si_pid = (pid_t)info->ssi_pid;
    queued.si_uid = info->ssi_uid;
    queued.si_value.sival_ptr =
        (void *)(uintptr_t)info->ssi_ptr; // NOLINT(performance-no-int-to-ptr)
    return syscall(SYS_rt_sigqueueinfo, child, signal, &queued) == 0;
}

bool signal_send(pid_t child, bool group, int signal, const struct signalfd_siginfo *info)
{
    if (!group && info->ssi_code == SI_QUEUE && send_queued(child, signal, info))
        return true;
    return kill(group ? -child : child, signal) == 0;
}
