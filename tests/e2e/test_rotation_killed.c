// SPDX-License-Identifier: Apache-2.0

/*
 * `redis-init reload` is killed before and after each of its system calls: the server takes the old
 * password, the new, or both, and nothing else; it shows the old certificate or the new; and a
 * further run completes the rotation, also when there is a third one by then, or the old one again.
 */

#include <check.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rotation_case.h"
#include "sandbox.h"
#include "tls_case.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define PASSWORD_VARIABLE "REDIS_PASSWORD_FILE=/run/password"
#define ANY_USER "app"

/* Each of them; under a sanitizer, which makes thousands of its own, one in 23. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 23
#define STOPS_MIN 5
#else
#define STRIDE 1
#define STOPS_MIN 100
#endif

enum { KILLED = 3, ENDED = 4, FAILED = 5 };

struct row {
    const char *overlap;
    const char *user; /* whose password it is */
};

static const struct row rows[] = {
    {"REDIS_INIT_OVERLAP=0", "default"},
    {"REDIS_INIT_OVERLAP=300", "default"},
    {"REDIS_INIT_OVERLAP=0", ANY_USER},
};

static const struct row *row;
static const char *part; /* an option of reload's, or NULL */

static bool is_of_user(void)
{
    return strcmp(row->user, ANY_USER) == 0;
}

static void write_secret(const char *secret)
{
    container_write(&container, is_of_user() ? "app" : "password", secret, strlen(secret), 0644);
}

/* The supervisor watches nothing, because the password is a variable's: only the test reloads. */
static void start_with(const char *first)
{
    static const char ini[] = "[user app]\npassword_file = /run/app\nrules = ~* +@all\n";
    static char variable[64];
    char password[SECRET_SIZE];
    next_secret(password);
    if (!is_of_user())
        (void)strcpy(password, first);
    container_write(&container, "x.ini", ini, is_of_user() ? strlen(ini) : 0, 0644);
    container_write(&container, "password", password, strlen(password), 0644);
    write_secret(first);
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
    container_setenv(&container, row->overlap);
    (void)snprintf(variable, sizeof(variable), "REDIS_PASSWORD=%s", password);
    container_setenv(&container, variable);
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "%s", container.log);
    container.environment[container.environment_count - 1] = PASSWORD_VARIABLE;
}

static bool opens(const char *password)
{
    char answer[256];
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "NOAUTH", "PING", NULL);
    container_command(client, answer, sizeof(answer), 3,
                      (const char *const[]){"AUTH", row->user, password}, NULL);
    container_disconnect(client);
    ck_assert_msg(strcmp(answer, "OK") == 0 || strncmp(answer, "WRONGPASS", 9) == 0, "%s", answer);
    return answer[0] == 'O';
}

static _Noreturn void become_reload(void)
{
    const char *const argv[] = {"/run/bin/redis-init", "reload", "--quiet", part, NULL};
    const uid_t uid = container_uid();
    if ((geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 ||
                            setresuid(uid, uid, uid) != 0)) ||
        ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(FAILED);
    (void)execve(argv[0], (char *const *)argv, (char *const *)container.environment);
    _exit(FAILED);
}

/* Counts from the exec on; a system call is two stops. */
static int kill_at(pid_t pid, unsigned stop)
{
    int status;
    for (unsigned i = 0; waitpid(pid, &status, 0) == pid; i++) {
        if (WIFEXITED(status))
            return WEXITSTATUS(status) == FAILED ? FAILED : ENDED;
        if (WIFSIGNALED(status))
            return KILLED;
        if (i == stop ? kill(pid, SIGKILL) != 0 : ptrace(PTRACE_SYSCALL, pid, NULL, NULL) != 0)
            return FAILED;
    }
    return FAILED;
}

/* Whether it came so far. */
static bool reload_killed_at(unsigned stop)
{
    const pid_t parent = fork();
    ck_assert_int_ge(parent, 0);
    if (parent == 0) {
        if (!container_enter(&container))
            _exit(FAILED);
        const pid_t inside = fork();
        if (inside == 0)
            become_reload();
        _exit(inside > 0 ? kill_at(inside, stop) : FAILED);
    }
    const int code = sandbox_exit_code(parent);
    ck_assert_int_ne(code, FAILED);
    return code == KILLED;
}

static void complete(void)
{
    static const char *const words[] = {"reload", NULL};
    struct container_process process =
        container_exec_start(&container, geteuid() == 0 ? container_uid() : 0, false, words);
    const int code = container_exec_wait(&process, text, sizeof(text));
    ck_assert_msg(code == 0 || (code == 75 && strstr(row->overlap, "=0") == NULL), "%d: %s", code,
                  text);
}

/* What the password is when the rotation is completed: the new one, a third, or the old again. */
enum then { THEN_NEXT, THEN_THIRD, THEN_BACK, THEN_COUNT };

/* With an overlap each that once opened it holds on; without, one alone does. */
static void expect_rest(unsigned stop, const char *wanted, const char *other, bool opened)
{
    const bool overlaps = strstr(row->overlap, "=0") == NULL;
    if (strcmp(wanted, other) == 0)
        return;
    const bool opens_still = opens(other);
    ck_assert_msg(overlaps || !opens_still, "stop %u: %s holds on", stop, other);
    ck_assert_msg(!overlaps || !opened || opens_still, "stop %u: %s does not hold", stop, other);
}

static bool rotate_killed_at(unsigned stop, char current[SECRET_SIZE])
{
    char next[SECRET_SIZE];
    char third[SECRET_SIZE];
    next_secret(next);
    next_secret(third);
    write_secret(next);
    const bool killed = reload_killed_at(stop);
    const enum then then = killed ? stop / 2 % THEN_COUNT : THEN_NEXT;
    const char *wanted = then == THEN_NEXT ? next : then == THEN_THIRD ? third : current;
    const bool by_old = opens(current);
    const bool by_new = opens(next);
    ck_assert_msg(by_old || by_new, "stop %u: neither opens it", stop);
    ck_assert_msg(!opens("") && !opens(third), "stop %u: any password opens it", stop);
    write_secret(wanted);
    complete();
    ck_assert_msg(opens(wanted), "stop %u: the one of then %d is refused", stop, then);
    expect_rest(stop, wanted, current, by_old);
    expect_rest(stop, wanted, next, by_new);
    memmove(current, wanted, SECRET_SIZE);
    return killed;
}

START_TEST(at_each_system_call)
{
    char current[SECRET_SIZE];
    row = &rows[_i];
    next_secret(current);
    start_with(current);
    unsigned stop = 1;
    while (rotate_killed_at(stop, current))
        stop += STRIDE;
    ck_assert_uint_gt(stop / STRIDE, STOPS_MIN); /* it did something */
    printf("%s, %s: killed at %u stops\n", row->user, row->overlap, stop / STRIDE);
    container_stop(&container, 0);
}
END_TEST

static const char *const pairs[] = {"server", "next", "third"};

static void publish(size_t pair)
{
    char script[128];
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

static bool renew_killed_at(unsigned stop, size_t *current, const char serials[][64])
{
    static const char *const words[] = {"reload", "--certificates", NULL};
    const size_t next = (*current + 1) % COUNT(pairs);
    publish(next);
    const bool killed = reload_killed_at(stop);
    const size_t now = shown(serials);
    ck_assert_msg(now == *current || now == next, "stop %u: pair %zu", stop, now);
    const enum then then = killed ? stop / 2 % THEN_COUNT : THEN_NEXT;
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

/* Before each system call: whoever looks can't tell that from after the one before it. */
START_TEST(of_a_certificate)
{
    char serials[COUNT(pairs)][64];
    size_t current = 0;
    part = "--certificates";
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
        stop += 2 * STRIDE;
    ck_assert_uint_gt(stop / STRIDE / 2, STOPS_MIN);
    printf("a certificate: killed at %u stops\n", stop / STRIDE / 2);
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rotation killed");
    tcase_add_checked_fixture(tests, rotation_setup, rotation_teardown);
    tcase_add_loop_test(tests, at_each_system_call, 0, COUNT(rows));
    if (access("./redis-init-tls", X_OK) == 0) /* configure --without-openssl has none */
        tcase_add_test(tests, of_a_certificate);
    return container_main(tests);
}
