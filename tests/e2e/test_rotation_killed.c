// SPDX-License-Identifier: Apache-2.0

/*
 * `redis-init reload` is killed before each of its system calls, which is after the one before it.
 * Of a certificate the server shows the old one or the new.
 */

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rotation_hurt.h"
#include "tls_case.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A system call is two stops. */
static int kill_at(pid_t pid, unsigned stop)
{
    int status;
    for (unsigned i = 0; waitpid(pid, &status, 0) == pid; i++) {
        if (WIFEXITED(status))
            return HURT_NOT;
        if (WIFSIGNALED(status))
            return HURT_KILLED;
        if (i == stop ? kill(pid, SIGKILL) != 0 : ptrace(PTRACE_SYSCALL, pid, NULL, NULL) != 0)
            return HURT_FAILED;
    }
    return HURT_FAILED;
}

START_TEST(at_each_system_call)
{
    char current[SECRET_SIZE];
    const struct hurt_row *row = &hurt_rows[_i];
    next_secret(current);
    hurt_start(row, current);
    unsigned stop = 1;
    while (hurt_rotate(kill_at, stop, current) == HURT_KILLED)
        stop += 2 * HURT_STRIDE;
    ck_assert_uint_gt(stop / HURT_STRIDE / 2, HURT_MIN); /* it did something */
    printf("%s, %s: killed at %u stops\n", row->user, row->overlap, stop / HURT_STRIDE / 2);
    container_stop(&container, 0);
}
END_TEST

static const char *const pairs[] = {"server", "next", "third"};

static void publish(size_t pair)
{
    static size_t published = COUNT(pairs);
    char script[128];
    if (pair == published)
        return;
    published = pair;
    (void)snprintf(script, sizeof(script), "publish %s.crt %s.key ca.crt", pairs[pair],
                   pairs[pair]);
    tls_case_shell(&container, script);
}

static bool go_to_run(void *argument)
{
    (void)argument;
    return chdir("/run") == 0;
}

/* By a relative path of the ini the supervisor watches nothing. */
static void start_tls(void)
{
    char ini[512];
    const int n = snprintf(ini, sizeof(ini),
                           "[tls]\nport = %d\ncert_file = /run/tls/live/tls.crt\n"
                           "key_file = /run/tls/live/tls.key\nca_file = /run/tls/live/ca.crt\n",
                           container.port);
    container_write(&container, "x.ini", ini, (size_t)n, 0444);
    container_setenv(&container, "REDIS_INIT_PORT=0");
    container_setenv(&container, "REDIS_PASSWORD=" TLS_CASE_PASSWORD);
    container_setenv(&container, "REDIS_INIT_CONFIG=x.ini");
    container.before_exec = go_to_run;
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "%s", container.log);
    container.environment[container.environment_count - 1] = "REDIS_INIT_CONFIG=/run/x.ini";
}

static size_t shown(const char serials[][64])
{
    const char *serial = tls_case_serial(&container, container.port);
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (strcmp(serial, serials[i]) == 0)
            return i;
    return COUNT(pairs);
}

/* The inode of redis.conf: another one when it was written. */
static ino_t conf_of_now(void)
{
    char path[256];
    struct stat status;
    container_path(&container, "redis-init/redis.conf", path, sizeof(path));
    ck_assert_int_eq(lstat(path, &status), 0);
    return status.st_ino;
}

/* A kill before anything was written or told leaves nothing to complete. */
static bool renew_killed_at(unsigned stop, size_t *current, const char serials[][64])
{
    static const char *const words[] = {"reload", "--certificates", NULL};
    const size_t next = (*current + 1) % COUNT(pairs);
    publish(next);
    const ino_t conf = conf_of_now();
    const bool killed = hurt_reload("--certificates", kill_at, stop) == HURT_KILLED;
    const size_t now = shown(serials);
    ck_assert_msg(now == *current || now == next, "stop %u: pair %zu", stop, now);
    if (killed && now == *current && conf == conf_of_now())
        return true;
    const enum hurt_then then = killed ? stop / 2 % THEN_COUNT : THEN_NEXT;
    const size_t wanted = then == THEN_NEXT    ? next
                          : then == THEN_THIRD ? (next + 1) % COUNT(pairs)
                                               : *current;
    publish(wanted);
    struct container_process process =
        container_exec_start(&container, geteuid() == 0 ? container_uid() : 0, false, words);
    const int code = container_exec_wait(&process, text, sizeof(text));
    ck_assert_msg(code == 0, "stop %u: %d, %s", stop, code, text);
    ck_assert_msg(shown(serials) == wanted, "stop %u: not that of then %d", stop, then);
    *current = wanted;
    return killed;
}

START_TEST(of_a_certificate)
{
    char serials[COUNT(pairs)][64];
    size_t current = 0;
    tls_case_make(&container, NULL);
    tls_case_shell(&container, "pair next; pair third");
    publish(current);
    for (size_t i = 0; i < COUNT(pairs); i++) {
        (void)snprintf(text, sizeof(text), "%s.crt", pairs[i]);
        (void)snprintf(serials[i], sizeof(serials[i]), "%s", tls_case_serial_of(&container, text));
    }
    start_tls();
    unsigned stop = 1;
    while (renew_killed_at(stop, &current, serials))
        stop += 2 * HURT_STRIDE;
    ck_assert_uint_gt(stop / HURT_STRIDE / 2, HURT_MIN);
    printf("a certificate: killed at %u stops\n", stop / HURT_STRIDE / 2);
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rotation killed");
    tcase_add_checked_fixture(tests, rotation_setup, rotation_teardown);
    tcase_add_loop_test(tests, at_each_system_call, 0, HURT_ROWS);
    if (access("./redis-init-tls", X_OK) == 0) /* configure --without-openssl has none */
        tcase_add_test(tests, of_a_certificate);
    return container_main(tests);
}
