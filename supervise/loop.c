// SPDX-License-Identifier: Apache-2.0
#include "supervise_loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "supervise_companion.h"
#include "supervise_reap.h"
#include "supervise_signals.h"
#include "supervise_terminal.h"
#include "supervise_watch.h"

#define BATCH 16

struct loop {
    const struct supervise_options *options;
    const struct loop_times *times;
    const struct child *child;
    struct reaper reaper;
    struct watch watch;
    struct companion companion;
    pid_t self;
    int fd;
    int stop_signal;        /* the first one that asked the child to end, 0 before */
    long long stop_sent_at; /* milliseconds */
    bool said_waiting;
    bool killed;
    bool child_stopped;  /* by job control, and not continued through us */
    bool stop_passed_on; /* somebody asked for that stop through us */
    bool child_changed;  /* a SIGCHLD came */
};

/* A 32-bit long would be full after 24 days. */
static long long now_ms(void)
{
    struct timespec now = {0};
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static long kill_after_ms(const struct loop *loop)
{
    return (long)loop->options->stop_timeout * 1000;
}

static bool kill_is_ahead(const struct loop *loop)
{
    return loop->options->stop_timeout > 0 && !loop->killed;
}

/* When something is to be done about a stop signal that was sent; -1 for never. */
static long long stop_due(const struct loop *loop)
{
    if (loop->stop_signal == 0 || (loop->said_waiting && !kill_is_ahead(loop)))
        return -1;
    long due = loop->said_waiting ? LONG_MAX : loop->times->patience_ms;
    if (kill_is_ahead(loop) && kill_after_ms(loop) < due)
        due = kill_after_ms(loop);
    return loop->stop_sent_at + due;
}

/* The earlier one of two, of which each may be never. */
static long long first_of(long long a, long long b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* For poll(2). */
static int time_out(const struct loop *loop)
{
    const long long due =
        loop->stop_signal != 0 ? stop_due(loop) : first_of(loop->watch.due, loop->companion.due);
    if (due < 0)
        return -1;
    const long long left = due - now_ms();
    return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void say_waiting(struct loop *loop, long long elapsed)
{
    loop->said_waiting = true;
    SAY(&loop->options->say, SAY_WARNING, "still waiting for PID ", DECIMAL(loop->child->pid), " (",
        loop->child->program, "), ", DECIMAL(elapsed / 1000), " s after ",
        SIGNAL_NAME(loop->stop_signal), "; its own log says why");
}

static void kill_child(struct loop *loop)
{
    loop->killed = true;
    const bool sent =
        kill(loop->options->kill_group ? -loop->child->pid : loop->child->pid, SIGKILL) == 0;
    SAY(&loop->options->say, SAY_WARNING, "PID ", DECIMAL(loop->child->pid), " (",
        loop->child->program, ") did not end within ", DECIMAL(loop->options->stop_timeout),
        " s of ", SIGNAL_NAME(loop->stop_signal),
        sent ? ": sent SIGKILL" : ": cannot send SIGKILL");
}

/* Whose PIDs may soon be those of orphans is not ours any more. */
static void know_own(struct loop *loop)
{
    loop->reaper.own[REAPER_COMMAND] = loop->watch.command;
    loop->reaper.own[REAPER_COMPANION] = loop->companion.pid;
}

/* Nothing is begun any more once the child was asked to end. */
static void start_own(struct loop *loop)
{
    if (loop->stop_signal != 0 || first_of(loop->watch.due, loop->companion.due) < 0)
        return;
    watch_do(&loop->watch, now_ms());
    companion_do(&loop->companion, now_ms());
    know_own(loop);
}

static void own_ended(struct loop *loop)
{
    if (loop->reaper.ended.si_pid == loop->companion.pid)
        companion_ended(&loop->companion, &loop->reaper.ended, now_ms());
    else
        watch_ended(&loop->watch, &loop->reaper.ended, now_ms());
    know_own(loop);
}

static void do_what_is_due(struct loop *loop)
{
    start_own(loop);
    if (loop->stop_signal == 0)
        return;
    const long long elapsed = now_ms() - loop->stop_sent_at;
    if (kill_is_ahead(loop) && elapsed >= kill_after_ms(loop))
        kill_child(loop);
    if (!loop->said_waiting && elapsed >= loop->times->patience_ms)
        say_waiting(loop, elapsed);
}

static void note_sent(struct loop *loop, int came, int sent)
{
    SAY(&loop->options->say, SAY_DETAIL, "passed on ", SIGNAL_NAME(came), " as ",
        SIGNAL_NAME(sent));
    if (loop->stop_signal == 0 && (signal_is_stop(came) || signal_is_stop(sent))) {
        loop->stop_signal = sent;
        loop->stop_sent_at = now_ms();
    }
    if (signal_is_job_control(loop->options, sent))
        loop->stop_passed_on = true;
}

static bool is_for_watch(struct loop *loop, const struct signalfd_siginfo *info)
{
    return loop->options->on_change[0] != NULL && watch_takes(&loop->watch, info, now_ms());
}

static void pass_on(struct loop *loop, const struct signalfd_siginfo *info)
{
    const int came = (int)info->ssi_signo;
    const int signal = signal_to_send(loop->options, info, loop->self);
    bool group = loop->options->kill_group;

    if (came == SIGCONT) {
        /* A shell's fg gives the terminal to our group; Ctrl-Z had stopped all of the child's. */
        (void)terminal_pass(getpgrp(), loop->child->pid);
        group = group || loop->child_stopped;
        loop->child_stopped = loop->stop_passed_on = false;
    }
    if (signal == 0 || is_for_watch(loop, info))
        return;
    if (signal_send(loop->child->pid, group, signal, info))
        note_sent(loop, came, signal);
    else
        SAY(&loop->options->say, SAY_WARNING, "cannot pass on ", SIGNAL_NAME(came), " as ",
            SIGNAL_NAME(signal), ": ", strerror(errno));
}

/* One batch, so that a flood of signals does not keep us from reaping. Waits for the first one. */
static bool read_signals(struct loop *loop)
{
    struct signalfd_siginfo batch[BATCH];
    const ssize_t n = read(loop->fd, batch, sizeof(batch));

    if (n < 0)
        return errno == EINTR; /* no reason to give up as PID 1 */
    for (size_t i = 0; i < (size_t)n / sizeof(batch[0]); i++) {
        loop->child_changed = loop->child_changed || batch[i].ssi_signo == SIGCHLD;
        pass_on(loop, &batch[i]);
    }
    return true;
}

/* Sleeps in read(2) itself where nothing is due: between a signal and its forwarding there is then
 * no second system call. */
static bool await_signals(struct loop *loop)
{
    struct pollfd signals = {.fd = loop->fd, .events = POLLIN};
    const int wait = time_out(loop);
    if (wait < 0)
        return read_signals(loop);
    const int ready = poll(&signals, 1, wait);
    return ready < 0 ? errno == EINTR : ready == 0 || read_signals(loop);
}

static void follow_stop(struct loop *loop, int signal)
{
    SAY(&loop->options->say, SAY_DETAIL, "PID ", DECIMAL(loop->child->pid), " (",
        loop->child->program, ") was stopped by ", SIGNAL_NAME(signal));
    loop->child_stopped = true;
    if (signal_is_job_control(loop->options, signal))
        loop->child_stopped =
            !terminal_follow_stop(loop->child->pid, signal, !loop->stop_passed_on);
}

/* Returns REAP_ENDED or REAP_NO_CHILDREN, or REAP_NOTHING when the signals cannot be read. */
static enum reap_event wait_for_end(struct loop *loop)
{
    for (;;) {
        const enum reap_event event =
            loop->child_changed ? reap(&loop->reaper, loop->options, loop->child) : REAP_NOTHING;
        if (event == REAP_ENDED || event == REAP_NO_CHILDREN)
            return event;
        if (event == REAP_OWN_ENDED) {
            own_ended(loop);
            continue;
        }
        if (event == REAP_CHILD_STOPPED) {
            follow_stop(loop, loop->reaper.stop_signal);
            continue;
        }
        loop->child_changed = false;
        if (!await_signals(loop))
            return REAP_NOTHING;
        do_what_is_due(loop);
    }
}

/*
 * When PID 1 exits the kernel kills at once whatever is left in its namespace. Elsewhere the
 * orphans would go to another reaper, which may not be one.
 */
static void give_grace(struct loop *loop)
{
    const struct child none = {.pid = 0};
    const long long end = now_ms() + loop->times->grace_ms;
    struct signalfd_siginfo batch[BATCH];

    for (enum reap_event event;
         (event = reap(&loop->reaper, loop->options, &none)) != REAP_NO_CHILDREN;) {
        if (event == REAP_OWN_ENDED)
            continue;
        const long long left = end - now_ms();
        struct pollfd signals = {.fd = loop->fd, .events = POLLIN};
        if (left <= 0 || poll(&signals, 1, (int)left) <= 0 ||
            read(loop->fd, batch, sizeof(batch)) < 0)
            return;
    }
}

static int fail_wait(const struct loop *loop)
{
    SAY(&loop->options->say, SAY_ERROR, "cannot wait for PID ", DECIMAL(loop->child->pid), ": ",
        strerror(errno));
    return EX_OSERR;
}

static int finish(struct loop *loop)
{
    const pid_t child = loop->child->pid;

    loop->reaper.own[REAPER_COMMAND] = 0;
    reap_terminate_rest(loop->child);
    (void)terminal_pass(child, getpgrp());
    const int status = reap_child(&loop->reaper, loop->child);
    if (status < 0)
        return fail_wait(loop);
    if (WIFSIGNALED(status))
        SAY(&loop->options->say, SAY_DETAIL, "PID ", DECIMAL(child), " (", loop->child->program,
            ") was killed by ", SIGNAL_NAME(WTERMSIG(status)));
    else
        SAY(&loop->options->say, SAY_DETAIL, "PID ", DECIMAL(child), " (", loop->child->program,
            ") ended with exit code ", DECIMAL(WEXITSTATUS(status)));
    give_grace(loop);
    return reap_exit_code(loop->options, status);
}

int loop_run(const struct supervise_options *options, const struct loop_times *times,
             const struct child *child)
{
    struct loop loop = {.options = options,
                        .times = times,
                        .child = child,
                        .reaper = reaper_new(),
                        .self = getpid(),
                        .child_changed = true, /* it may have ended before we listen */
                        .fd = signals_open()};

    watch_start(&loop.watch, options, now_ms());
    companion_start(&loop.companion, options, now_ms());
    know_own(&loop);
    if (loop.fd >= 0 && wait_for_end(&loop) == REAP_ENDED)
        return finish(&loop);
    return fail_wait(&loop);
}
