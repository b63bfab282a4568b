// SPDX-License-Identifier: Apache-2.0

/* How a start or a server ends: a stop signal at each stage, a save that fails, a killed server. */

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"
#define STEPS_MAX 140 /* each stops four system-call stops later: the last is beyond the start */

static struct container container;

static void setup(void)
{
    container_init(&container);
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
}

static void teardown(void)
{
    container_free(&container);
}

START_TEST(killed_server_ends_with_137)
{
    container_start(&container);
    ck_assert(container_await_line(&container, CONTAINER_READY));
    ck_assert_int_eq(kill(container_server(&container), SIGKILL), 0);
    ck_assert_int_eq(container_wait(&container), 137);
}
END_TEST

static bool raise_blocked(void *argument)
{
    sigset_t set;
    (void)argument;
    return sigemptyset(&set) == 0 && sigaddset(&set, SIGTERM) == 0 &&
           sigprocmask(SIG_BLOCK, &set, NULL) == 0 && raise(SIGTERM) == 0;
}

START_TEST(signal_before_the_first_instruction_counts)
{
    container.before_exec = raise_blocked;
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), 143);
    ck_assert_ptr_null(strstr(container.log, "Redis is starting"));
}
END_TEST

START_TEST(signal_while_the_secret_is_awaited_counts)
{
    char path[256];
    container_path(&container, "fifo", path, sizeof(path));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/fifo");
    container_start(&container);
    int fd =
        open(path, O_WRONLY | O_CLOEXEC); /* waits for the reader: redis-init is at this stage */
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(kill(container.pid, SIGTERM), 0);
    ck_assert_int_eq(write(fd, PASSWORD, strlen(PASSWORD)), (ssize_t)strlen(PASSWORD));
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(container_wait(&container), 143);
    ck_assert_ptr_null(strstr(container.log, "Redis is starting"));
}
END_TEST

static bool be_traced(void *argument)
{
    (void)argument;
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool holds_signals(void)
{
    return (sandbox_status_number(container.pid, "SigBlk", 16) & (1LL << (SIGTERM - 1))) != 0;
}

/* At the entry of the poll(2) in which life two waits for signals: all steps of a start are done.
 */
static bool waits_for_signals(void)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, container.pid, sizeof(info), &info) <= 0)
        return false;
    return info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_read &&
           info.entry.args[2] >= sizeof(struct signalfd_siginfo);
}

/* Steps PID 1 from system call to system call until `stops` of them came after it began to hold
 * signals, or until life two has nothing more to do. */
static bool step(int stops)
{
    int status;
    bool holding = false, second_life = false;
    /* an exec shall stop it as an event: the SIGTRAP of old would be pending, and passed on */
    const long options = PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;
    if (waitpid(container.pid, &status, 0) != container.pid || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, container.pid, NULL, options) != 0 ||
        ptrace(PTRACE_SYSCALL, container.pid, NULL, NULL) != 0)
        return false;
    while (waitpid(container.pid, &status, 0) == container.pid && WIFSTOPPED(status)) {
        second_life |= status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXEC << 8));
        if ((holding && stops-- == 0) || (second_life && waits_for_signals()))
            return true;
        if (ptrace(PTRACE_SYSCALL, container.pid, NULL, NULL) != 0)
            return false;
        holding = holding || holds_signals();
    }
    container.pid = 0;
    return false;
}

/* Whatever the system call at which SIGTERM comes, the container ends, and no server is left or
 * lost. */
START_TEST(signal_at_each_system_call_ends_the_start)
{
    const int stops = _i < STEPS_MAX - 1 ? _i * 4 : INT_MAX;
    container.before_exec = be_traced;
    container_start(&container);
    ck_assert(step(stops));
#ifndef __SANITIZE_ADDRESS__ /* whose runtime makes many more system calls */
    ck_assert(_i < STEPS_MAX - 2 || waits_for_signals()); /* else STEPS_MAX is too small */
#endif
    ck_assert_int_eq(kill(container.pid, SIGTERM), 0);
    ck_assert_int_eq(ptrace(PTRACE_DETACH, container.pid, NULL, NULL), 0);
    int code = container_wait(&container);
    /* redis-server was asked and said so, or it had not yet a handler, or there was none */
    bool asked = strstr(container.log, "ready to exit") != NULL;
    ck_assert_msg(code == (asked ? 0 : 143), "stop %d: exit code %d\n%s", stops, code,
                  container.log);
    ck_assert(!container_has(&container, "redis-init/redis.conf.new"));
}
END_TEST

static bool forbid_saving(void)
{
    char path[256];
    container_path(&container, "data", path, sizeof(path));
    return chmod(path, 0500) == 0;
}

static bool allow_saving(void)
{
    char path[256];
    container_path(&container, "data", path, sizeof(path));
    return chmod(path, 0700) == 0;
}

START_TEST(failing_save_keeps_the_container)
{
    container_start(&container);
    ck_assert(container_await_line(&container, CONTAINER_READY));
    ck_assert(forbid_saving());
    ck_assert_int_eq(kill(container.pid, SIGTERM), 0);
    ck_assert(container_await_line(&container, "can't exit"));
    ck_assert(container_await_line(&container, "still waiting for PID"));
    ck_assert(allow_saving());
    ck_assert_int_eq(kill(container.pid, SIGTERM), 0);
    ck_assert_int_eq(container_wait(&container), 0);
    ck_assert(container_has(&container, "data/dump.rdb"));
}
END_TEST

START_TEST(stop_timeout_ends_it_harder)
{
    container_setenv(&container, "REDIS_INIT_STOP_TIMEOUT=1");
    container_start(&container);
    ck_assert(container_await_line(&container, CONTAINER_READY));
    ck_assert(forbid_saving());
    ck_assert_int_eq(kill(container.pid, SIGTERM), 0);
    ck_assert_int_eq(container_wait(&container), 137);
}
END_TEST

START_TEST(restart_has_the_data)
{
    char answer[64];
    container_start(&container);
    ck_assert(container_await_line(&container, CONTAINER_READY));
    for (int round = 0; round < 2; round++) {
        struct container_client *client = container_connect(&container, "127.0.0.1");
        container_command(client, answer, sizeof(answer), 2,
                          (const char *const[]){"AUTH", PASSWORD}, NULL);
        container_command(client, answer, sizeof(answer), 2, (const char *const[]){"INCR", "n"},
                          NULL);
        ck_assert_str_eq(answer, round == 0 ? "1" : "2");
        container_disconnect(client);
        ck_assert_int_eq(kill(container.pid, SIGTERM), 0);
        ck_assert_int_eq(container_wait(&container), 0);
        if (round == 0) {
            (void)close(container.output);
            container_start(&container);
            ck_assert(container_await_line(&container, CONTAINER_READY));
        }
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("stop");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, killed_server_ends_with_137);
    tcase_add_test(tests, signal_before_the_first_instruction_counts);
    tcase_add_test(tests, signal_while_the_secret_is_awaited_counts);
    tcase_add_loop_test(tests, signal_at_each_system_call_ends_the_start, 0, STEPS_MAX);
    tcase_add_test(tests, failing_save_keeps_the_container);
    tcase_add_test(tests, stop_timeout_ends_it_harder);
    tcase_add_test(tests, restart_has_the_data);
    return container_main(tests);
}
