// SPDX-License-Identifier: Apache-2.0
#include "supervise_reap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervise_signals.h"

int reap_remap(const struct supervise_options *options, int code)
{
    return options->remap_exit[code] ? 0 : code;
}

int reap_exit_code(const struct supervise_options *options, int status)
{
    return reap_remap(options, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

struct reaper reaper_new(void)
{
    return (struct reaper){.keep = getpid() == 1 ? 0 : WNOWAIT, .status = -1};
}

/* What waitpid(2) would have given for an end that waitid(2) told of, but for the mark of a core.
 */
static int wait_status(const siginfo_t *info)
{
    return info->si_code == CLD_EXITED ? info->si_status << 8 : info->si_status;
}

static void say_reaped(const struct supervise_options *options, const siginfo_t *info)
{
    const enum say_level level = options->warn_on_reap ? SAY_WARNING : SAY_DETAIL;

    if (info->si_code == CLD_EXITED)
        SAY(&options->say, level, "reaped orphan PID ", DECIMAL(info->si_pid), ", exit code ",
            DECIMAL(info->si_status));
    else
        SAY(&options->say, level, "reaped orphan PID ", DECIMAL(info->si_pid), ", killed by ",
            SIGNAL_NAME(info->si_status));
}

static bool take(pid_t pid, int what, siginfo_t *info)
{
    info->si_pid = 0;
    return waitid(P_PID, (id_t)pid, info, what | WNOHANG) == 0 && info->si_pid == pid;
}

static bool is_own(const struct reaper *reaper, pid_t pid)
{
    for (size_t i = 0; i < REAPER_OWN; i++)
        if (reaper->own[i] == pid)
            return true;
    return false;
}

/* The main child is asked by itself whether it stopped: to ask all would have the kernel look at
 * every process that lives, for each that has ended. */
enum reap_event reap(struct reaper *reaper, const struct supervise_options *options,
                     const struct child *child)
{
    siginfo_t info;
    if (child->pid != 0 && take(child->pid, WSTOPPED, &info)) {
        reaper->stop_signal = info.si_status;
        return REAP_CHILD_STOPPED;
    }
    for (;;) {
        info.si_pid = 0;
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | reaper->keep) != 0)
            return errno == ECHILD ? REAP_NO_CHILDREN : REAP_NOTHING;
        if (info.si_pid == 0)
            return REAP_NOTHING;
        if (info.si_pid == child->pid) {
            reaper->status = reaper->keep != 0 ? -1 : wait_status(&info);
            return REAP_ENDED;
        }
        if (reaper->keep != 0 && !take(info.si_pid, WEXITED, &info))
            return REAP_NOTHING;
        if (is_own(reaper, info.si_pid)) {
            reaper->ended = info;
            return REAP_OWN_ENDED;
        }
        say_reaped(options, &info);
    }
}

int reap_child(const struct reaper *reaper, const struct child *child)
{
    int status;
    if (reaper->status >= 0)
        return reaper->status;
    return waitpid(child->pid, &status, 0) == child->pid ? status : -1;
}

/* A process of the child's group has its SIGTERM already; a second one makes some programs give up.
 */
static void terminate_adopted(pid_t pid, pid_t group)
{
    if (getpgid(pid) != group && kill(pid, SIGTERM) != 0)
        return; /* it was quicker */
}

/* Nothing is reaped meanwhile, so each PID in the list is still the process that it was. */
static void terminate_listed(int list, pid_t group)
{
    char bytes[1024];
    pid_t pid = 0;

    for (ssize_t n; (n = read(list, bytes, sizeof(bytes))) > 0;) {
        for (ssize_t i = 0; i < n; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                pid = 10 * pid + (bytes[i] - '0');
            } else if (pid > 0) {
                terminate_adopted(pid, group);
                pid = 0;
            }
        }
    }
    if (pid > 0)
        terminate_adopted(pid, group);
}

void reap_terminate_rest(const struct child *child)
{
    if (getpid() == 1) {
        if (kill(-1, SIGTERM) != 0)
            return; /* nobody is left */
        return;
    }
    /* EPERM is a member that has changed its user; the others got the signal. */
    if (kill(-child->pid, SIGTERM) != 0 && errno == EINVAL)
        return;
    /* Absent without CONFIG_PROC_CHILDREN or /proc; then the group has to do. */
    const int list = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (list < 0)
        return;
    terminate_listed(list, child->pid);
    (void)close(list);
}
