// SPDX-License-Identifier: Apache-2.0
#include "rotation_hurt.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sysexits.h>
#include <unistd.h>

#include "sandbox.h"

#define PASSWORD_VARIABLE "REDIS_PASSWORD_FILE=/run/password"
#define ANY_USER "app"

const struct hurt_row hurt_rows[HURT_ROWS] = {
    {"REDIS_INIT_OVERLAP=0", "default"},
    {"REDIS_INIT_OVERLAP=300", "default"},
    {"REDIS_INIT_OVERLAP=0", ANY_USER},
};

static const struct hurt_row *row;

static bool is_of_user(void)
{
    return strcmp(row->user, ANY_USER) == 0;
}

static void write_secret(const char *secret)
{
    container_write(&container, is_of_user() ? "app" : "password", secret, strlen(secret), 0644);
}

/* The supervisor watches nothing, because the password is a variable's: only the test reloads. */
void hurt_start(const struct hurt_row *of, const char *first)
{
    static const char ini[] = "[user app]\npassword_file = /run/app\nrules = ~* +@all\n";
    static char variable[64];
    char password[SECRET_SIZE];
    row = of;
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

static _Noreturn void become_reload(const char *part)
{
    const char *const argv[] = {"/run/bin/redis-init", "reload", "--quiet", part, NULL};
    const uid_t uid = container_uid();
    const int none = open("/dev/null", O_WRONLY | O_CLOEXEC); /* for what it says of each error */
    if (dup2(none, STDERR_FILENO) < 0 ||
        (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 ||
                            setresuid(uid, uid, uid) != 0)) ||
        ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(HURT_FAILED);
    (void)execve(argv[0], (char *const *)argv, (char *const *)container.environment);
    _exit(HURT_FAILED);
}

/* `follow` traces it in a process of its own, inside of the container. */
int hurt_reload(const char *part, hurt_follow *follow, unsigned at)
{
    const pid_t parent = fork();
    ck_assert_int_ge(parent, 0);
    if (parent == 0) {
        if (!container_enter(&container))
            _exit(HURT_FAILED);
        const pid_t inside = fork();
        if (inside == 0)
            become_reload(part);
        _exit(inside > 0 ? follow(inside, at) : HURT_FAILED);
    }
    const int code = sandbox_exit_code(parent);
    ck_assert_msg(code >= 0 && code != HURT_FAILED, "%u: it ends with %d", at, code);
    return code;
}

static bool overlaps(void)
{
    return strstr(row->overlap, "=0") == NULL;
}

static void complete(void)
{
    static const char *const words[] = {"reload", NULL};
    struct container_process process =
        container_exec_start(&container, geteuid() == 0 ? container_uid() : 0, false, words);
    const int code = container_exec_wait(&process, text, sizeof(text));
    ck_assert_msg(code == 0 || (code == EX_TEMPFAIL && overlaps()), "%d: %s", code, text);
}

/* With an overlap each that once opened it holds on; without, one alone does. */
static void expect_rest(unsigned stop, const char *wanted, const char *other, bool opened)
{
    if (strcmp(wanted, other) == 0)
        return;
    const bool opens_still = opens(other);
    ck_assert_msg(overlaps() || !opens_still, "%u: %s holds on", stop, other);
    ck_assert_msg(!overlaps() || !opened || opens_still, "%u: %s does not hold", stop, other);
}

/* It says what it has done: with 0 all is; what the supervisor does not run again, or never has,
 * has done nothing. */
static void expect_told(unsigned at, int code, bool by_old, bool by_new)
{
    if (code == 0)
        ck_assert_msg(by_new && (overlaps() || !by_old), "%u: it ended with 0", at);
    else if (code != EX_TEMPFAIL && code != HURT_KILLED && code != HURT_NOT)
        ck_assert_msg(!by_new, "%u: it ended with %d, and the new one opens it", at, code);
}

int hurt_rotate(hurt_follow *follow, unsigned at, char current[SECRET_SIZE])
{
    char next[SECRET_SIZE];
    char third[SECRET_SIZE];
    next_secret(next);
    next_secret(third);
    write_secret(next);
    const int code = hurt_reload(NULL, follow, at);
    const enum hurt_then then = code != HURT_NOT ? at / 2 % THEN_COUNT : THEN_NEXT;
    const char *wanted = then == THEN_NEXT ? next : then == THEN_THIRD ? third : current;
    const bool by_old = opens(current);
    const bool by_new = opens(next);
    ck_assert_msg(by_old || by_new, "%u: neither opens it", at);
    ck_assert_msg(!opens("") && !opens(third), "%u: any password opens it", at);
    expect_told(at, code, by_old, by_new);
    write_secret(wanted);
    complete();
    ck_assert_msg(opens(wanted), "%u: the one of then %d is refused", at, then);
    expect_rest(at, wanted, current, by_old);
    expect_rest(at, wanted, next, by_new);
    memmove(current, wanted, SECRET_SIZE);
    return code;
}
