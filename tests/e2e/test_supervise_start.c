// SPDX-License-Identifier: Apache-2.0
/* What the child and the supervisor start with, and a signal that comes before. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

/* A signal there and back: the supervisor has left its start behind. */
static void settle(const struct run *run)
{
    ck_assert_int_eq(kill(run->pid, SIGUSR1), 0);
    expect_signal(run->out, SIGUSR1);
    ck_assert(sandbox_await_state(run->pid, 'S'));
}

static size_t count_links(pid_t pid, const char *part, bool only_from_3)
{
    char path[128], target[PATH_MAX];
    size_t found = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    ck_assert_ptr_nonnull(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.' || (only_from_3 && atoi(entry->d_name) < 3))
            continue;
        const ssize_t n = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
        ck_assert_int_gt(n, 0);
        target[n] = '\0';
        if (strstr(target, part) != NULL)
            found++;
    }
    ck_assert_int_eq(closedir(folder), 0);
    return found;
}

/* What redis-init leaves behind at exec, and worse: nohup's and a careless parent's ignored
 * signals. */
static bool block_and_ignore(void *unused)
{
    (void)unused;
    const uint64_t all = ~UINT64_C(0);
    for (int number = 1; number < 32; number++)
        if (number != SIGKILL && number != SIGSTOP && signal(number, SIG_IGN) == SIG_ERR)
            return false;
    return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof(all)) == 0;
}

static bool block_nothing(void *unused)
{
    (void)unused;
    const uint64_t none = 0;
    return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none)) == 0;
}

START_TEST(child_has_empty_mask_and_default_dispositions)
{
    char text[8192];
    struct run run = START_PREPARED(_i, block_and_ignore, NULL, "cat", "/proc/self/status");
    ck_assert_int_gt(sandbox_read_all(run.out, text, sizeof(text)), 0);
    ck_assert_ptr_nonnull(strstr(text, "SigBlk:\t0000000000000000\n"));
    ck_assert_ptr_nonnull(strstr(text, "SigIgn:\t0000000000000000\n"));
    expect_quiet_end(&run, 0);
}
END_TEST

/* KILL and STOP are not in a mask; the others are, also 32 and 33, which the libc leaves out. */
START_TEST(the_supervisor_blocks_all_signals_and_handles_none)
{
    const long long handled = (1LL << (SIGTERM - 1)) | (1LL << (SIGCHLD - 1));
    struct run run = START_PREPARED(_i, block_nothing, NULL, "ACTOR", "signals");
    expect_ready(run.out);
    settle(&run);
    ck_assert_int_eq(sandbox_status_number(run.pid, "SigBlk", 16), (long long)0xfffffffffffbfeff);
    ck_assert_int_eq(sandbox_status_number(run.pid, "SigCgt", 16) & handled, 0);
    ck_assert_uint_eq(count_links(run.pid, "[signalfd]", true), 1);
    expect_quiet_end(&run, 0);
}
END_TEST

START_TEST(the_child_has_a_process_group_of_its_own)
{
    struct run run = START(_i, "ACTOR", "signals");
    expect_ready(run.out);
    const pid_t child = sandbox_only_child(run.pid);
    ck_assert_int_eq(getpgid(child), child);
    ck_assert_int_ne(getpgid(run.pid), child);
    ck_assert_int_eq(getsid(child), getsid(run.pid));
    expect_quiet_end(&run, 0);
}
END_TEST

START_TEST(an_ignored_sigchld_does_not_lose_the_exit_code)
{
    struct run run = START_PREPARED(_i, block_and_ignore, NULL, "sh", "-c", "exit 42");
    expect_quiet_end(&run, 42);
}
END_TEST

static bool block_and_raise(void *signal)
{
    const uint64_t all = ~UINT64_C(0);
    return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof(all)) == 0 &&
           kill(getpid(), *(const int *)signal) == 0;
}

START_TEST(a_signal_before_the_start_starts_nothing)
{
    static const int ends[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char text[512];
        int signal = ends[i];
        struct run run = START_PREPARED(_i, block_and_raise, &signal, "echo", "started");
        ck_assert_int_eq(sandbox_read_all(run.out, text, sizeof(text)), 0);
        expect_end(&run, 128 + signal, text, sizeof(text));
        ck_assert_ptr_nonnull(strstr(text, "before echo was started"));
    }
}
END_TEST

START_TEST(quiet_says_nothing_about_it)
{
    int signal = SIGTERM;
    struct run run = START_PREPARED(_i, block_and_raise, &signal, "-q", "echo", "started");
    expect_quiet_end(&run, 128 + SIGTERM);
}
END_TEST

START_TEST(another_pending_signal_reaches_the_child)
{
    int signal = SIGUSR1;
    struct run run = START_PREPARED(_i, block_and_raise, &signal, "sleep", "1000");
    expect_quiet_end(&run, 128 + SIGUSR1);
}
END_TEST

START_TEST(idle_means_no_wake_up)
{
    struct run run = START(_i, "ACTOR", "signals");
    expect_ready(run.out);
    settle(&run);
    ck_assert(await_sleep(run.pid, false));
    const long long before = sandbox_status_number(run.pid, "voluntary_ctxt_switches", 10);
    for (int i = 0; i < 2000; i++) {
        ck_assert_int_eq((int)write(run.in, "\n", 1), 1);
        expect_line(run.out, "pong");
    }
    ck_assert_int_gt(before, 0);
    ck_assert_int_eq(sandbox_status_number(run.pid, "voluntary_ctxt_switches", 10), before);
    expect_quiet_end(&run, 0);
}
END_TEST

static bool open_secret(void *unused)
{
    (void)unused;
    const int fd = memfd_create("secret", 0);
    return fd >= 0 && dup2(fd, 77) == 77 && chdir("/tmp") == 0;
}

static bool works_in(pid_t pid, const char *folder)
{
    struct stat wanted, found;
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/cwd", pid);
    return stat(folder, &wanted) == 0 && stat(path, &found) == 0 && wanted.st_dev == found.st_dev &&
           wanted.st_ino == found.st_ino;
}

START_TEST(inherited_descriptors_are_the_childs_alone)
{
    struct run run = START_PREPARED(_i, open_secret, NULL, "ACTOR", "signals");
    expect_ready(run.out);
    settle(&run);
    const pid_t child = sandbox_only_child(run.pid);
    ck_assert_uint_eq(count_links(child, "memfd:secret", true), 2);
    ck_assert_uint_eq(count_links(run.pid, "memfd:secret", true), 0);
    ck_assert_uint_eq(count_links(run.pid, "", true), 1);
    ck_assert_uint_eq(count_links(run.pid, "[signalfd]", true), 1);
    ck_assert(works_in(run.pid, "/"));
    ck_assert(works_in(child, "/tmp"));
    expect_quiet_end(&run, 0);
}
END_TEST

static bool forbid_chdir(void *unused)
{
    (void)unused;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chdir, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* The program may unmount its folder first of all: it must not run before the supervisor is out. */
START_TEST(nothing_runs_before_the_supervisor_has_let_go)
{
    char text[512];
    struct run run = START_PREPARED(_i, forbid_chdir, NULL, "echo", "started");
    ck_assert_int_eq(sandbox_read_all(run.out, text, sizeof(text)), 0);
    expect_end(&run, 71, text, sizeof(text));
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {child_has_empty_mask_and_default_dispositions, IN_EACH_PLACE, 0},
        {the_supervisor_blocks_all_signals_and_handles_none, IN_EACH_PLACE, 0},
        {the_child_has_a_process_group_of_its_own, IN_EACH_PLACE, 0},
        {an_ignored_sigchld_does_not_lose_the_exit_code, IN_EACH_PLACE, 0},
        {a_signal_before_the_start_starts_nothing, IN_EACH_PLACE, 0},
        {quiet_says_nothing_about_it, IN_EACH_PLACE, 0},
        {another_pending_signal_reaches_the_child, IN_EACH_PLACE, 0},
        {idle_means_no_wake_up, IN_EACH_PLACE, 0},
        {inherited_descriptors_are_the_childs_alone, IN_EACH_PLACE, 0},
        {nothing_runs_before_the_supervisor_has_let_go, IN_EACH_PLACE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
