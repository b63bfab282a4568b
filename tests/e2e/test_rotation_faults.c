// SPDX-License-Identifier: Apache-2.0

/* Each system call of `redis-init reload` fails once: it is not made, and says an error. */

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "rotation_hurt.h"

/* Of a disk that is full, a limit that is reached, a server that is gone; any other call's is EIO.
 */
struct fault {
    long call;
    int error;
};

static const struct fault faults[] = {
    {SYS_openat, EMFILE},       {SYS_socket, EMFILE},        {SYS_mmap, ENOMEM},
    {SYS_mlock, ENOMEM},        {SYS_write, ENOSPC},         {SYS_renameat, ENOSPC},
    {SYS_unlinkat, EROFS},      {SYS_connect, ECONNREFUSED}, {SYS_sendto, ENOBUFS},
    {SYS_recvfrom, ECONNRESET},
};

static int error_of(long call)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (faults[i].call == call)
            return faults[i].error;
    return EIO;
}

/* The two halves of it: the number that no call has at its entry, and the result at its exit. */
#if defined(__x86_64__)
static bool skip_call(pid_t pid)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, NULL, &registers) != 0)
        return false;
    registers.orig_rax = ~0ULL;
    return ptrace(PTRACE_SETREGS, pid, NULL, &registers) == 0;
}

static bool set_result(pid_t pid, int error)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, NULL, &registers) != 0)
        return false;
    registers.rax = (unsigned long long)-error;
    return ptrace(PTRACE_SETREGS, pid, NULL, &registers) == 0;
}
#elif defined(__aarch64__)
static bool skip_call(pid_t pid)
{
    int none = -1;
    struct iovec number = {&none, sizeof(none)};
    return ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &number) == 0;
}

static bool set_result(pid_t pid, int error)
{
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof(registers)};
    if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) != 0)
        return false;
    registers.regs[0] = (unsigned long long)-error;
    return ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &all) == 0;
}
#else
#define NO_FAULTS
static bool skip_call(pid_t pid)
{
    return pid < 0;
}

static bool set_result(pid_t pid, int error)
{
    return pid < 0 && error != 0;
}
#endif

struct tracer {
    pid_t pid;
    unsigned call;
    bool hurt;
    int error; /* that the call that was skipped says at its exit; 0: none was */
};

/* At a stop of a system call; `fixed` is the error of all of them, or 0. */
static bool at_call(struct tracer *tracer, unsigned at, int fixed)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, tracer->pid, sizeof(info), &info) <= 0)
        return false;
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && tracer->error != 0) {
        const int error = tracer->error;
        tracer->error = 0;
        return set_result(tracer->pid, error);
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || ++tracer->call != at ||
        info.entry.nr == SYS_exit_group)
        return true;
    tracer->hurt = true;
    tracer->error = fixed != 0 ? fixed : error_of((long)info.entry.nr);
    return skip_call(tracer->pid);
}

static int fail_at(pid_t pid, unsigned at, int fixed)
{
    struct tracer tracer = {.pid = pid};
    int status;
    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) || /* at its exec */
        ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0 ||
        ptrace(PTRACE_SYSCALL, pid, NULL, NULL) != 0)
        return HURT_FAILED;
    while (waitpid(pid, &status, 0) == pid) {
        if (WIFEXITED(status))
            return tracer.hurt ? WEXITSTATUS(status) : HURT_NOT;
        if (WIFSIGNALED(status))
            return HURT_KILLED;
        const bool is_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
        const long signal = is_call ? 0 : WSTOPSIG(status);
        if ((is_call && !at_call(&tracer, at, fixed)) ||
            ptrace(PTRACE_SYSCALL, pid, NULL, signal) != 0)
            return HURT_FAILED;
    }
    return HURT_FAILED;
}

static int fail_likely(pid_t pid, unsigned at)
{
    return fail_at(pid, at, 0);
}

static int interrupt(pid_t pid, unsigned at)
{
    return fail_at(pid, at, EINTR);
}

START_TEST(at_each_system_call)
{
    char current[SECRET_SIZE];
    const struct hurt_row *row = &hurt_rows[_i / 2];
    hurt_follow *follow = _i % 2 == 0 ? fail_likely : interrupt;
    unsigned at = 1;
    unsigned ended[HURT_FAILED] = {0};
    int code;
    next_secret(current);
    hurt_start(row, current);
    for (; (code = hurt_rotate(follow, at, current)) != HURT_NOT; at += HURT_STRIDE)
        ended[code]++;
    ck_assert_uint_gt(at / HURT_STRIDE, HURT_MIN); /* it did something */
    printf("%s, %s, %s: exit codes", row->user, row->overlap, _i % 2 == 0 ? "errors" : "EINTR");
    for (int i = 0; i < HURT_FAILED; i++)
        if (ended[i] > 0)
            printf(" %d: %u times", i, ended[i]);
    puts("");
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
#ifdef NO_FAULTS
    puts("SKIP: how a system call is made to fail is not known for this processor");
    return 77;
#endif
    TCase *tests = tcase_create("rotation faults");
    tcase_add_checked_fixture(tests, rotation_setup, rotation_teardown);
    tcase_add_loop_test(tests, at_each_system_call, 0, 2 * HURT_ROWS);
    return container_main(tests);
}
