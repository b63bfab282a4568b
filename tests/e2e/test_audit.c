// SPDX-License-Identifier: Apache-2.0

/* Who was refused, what was denied, and what became of the server. */

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "a1f0c84e97d2b6530fe8d71c92a45b36"
#define NEW "7be2945dc01f83a6e4d7f0b8c3951a62"
#define APP "c95d03e7128fb46a9d01e5c7f23ab864"
#define GUESS "guess-of-somebody-who-does-not-know"
#define FLOOD 500

static struct container container;

static void setup(void)
{
    static const char ini[] =
        "[user app]\npassword_env = APP\nrules = ~app:* &news +@read +publish\n";
    container_init(&container);
    container_write(&container, "init.ini", ini, strlen(ini), 0644);
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_setenv(&container, "APP=" APP);
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/init.ini");
}

static void teardown(void)
{
    container_free(&container);
}

static void await(const char *line)
{
    ck_assert_msg(container_await_line(&container, line), "no `%s`:\n%s", line, container.log);
}

static void start(const char *log)
{
    container_setenv(&container, log);
    container_start(&container);
    await("{\"event\":\"start\",\"time\":\"20");
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_disconnect(client); /* it listens */
}

static struct container_client *enter(const char *user, const char *password)
{
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", user, password, NULL);
    return client;
}

static void fail_as(const char *user, size_t length, const char *password)
{
    char answer[256];
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_command(client, answer, sizeof(answer), 3,
                      (const char *const[]){"AUTH", user, password},
                      (const size_t[]){4, length, strlen(password)});
    container_disconnect(client);
    ck_assert_msg(strncmp(answer, "WRONGPASS", 9) == 0, "%s", answer);
}

/* In a line of that event. */
static const char *line_with(const char *event, const char *part)
{
    static char line[4096];
    char begin[64];
    (void)snprintf(begin, sizeof(begin), "{\"event\":\"%s\",", event);
    for (const char *p = container.log; (p = strstr(p, begin)) != NULL; p++) {
        const size_t length = strcspn(p, "\n");
        ck_assert_uint_lt(length, sizeof(line));
        memcpy(line, p, length);
        line[length] = '\0';
        if (strstr(line, part) != NULL)
            return line;
    }
    return NULL;
}

static void expect_line(const char *event, const char *part)
{
    ck_assert_msg(line_with(event, part) != NULL, "no %s with `%s`:\n%s", event, part,
                  container.log);
}

/* Of all lines of that event, the sum of a member. */
static long sum_of(const char *event, const char *member)
{
    char begin[64];
    char name[64];
    long sum = 0;
    (void)snprintf(begin, sizeof(begin), "{\"event\":\"%s\",", event);
    (void)snprintf(name, sizeof(name), "\"%s\":", member);
    for (const char *p = container.log; (p = strstr(p, begin)) != NULL; p++) {
        const char *number = strstr(p, name);
        if (number != NULL && number < p + strcspn(p, "\n"))
            sum += strtol(number + strlen(name), NULL, 10);
    }
    return sum;
}

static size_t lines_of(const char *event)
{
    char begin[64];
    size_t count = 0;
    (void)snprintf(begin, sizeof(begin), "{\"event\":\"%s\",", event);
    for (const char *p = container.log; (p = strstr(p, begin)) != NULL; p++)
        count++;
    return count;
}

static void stop(void)
{
    container_stop(&container, 0);
    ck_assert_uint_eq(lines_of("start"), 1);
    ck_assert_uint_eq(lines_of("stop"), 1);
    const char *const secrets[] = {PASSWORD, NEW, APP, GUESS};
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        ck_assert_msg(strstr(container.log, secrets[i]) == NULL, "%s:\n%s", secrets[i],
                      container.log);
}

START_TEST(a_wrong_password)
{
    start("REDIS_INIT_AUDIT_LOG=denied");
    fail_as("app", 3, GUESS);
    await("{\"event\":\"auth-refused\"");
    expect_line("auth-refused", "Z\",\"user\":\"app\",\"address\":\"127.0.0.1:");
    expect_line("auth-refused", "\"command\":\"auth\",\"reason\":\"auth\",\"context\":\"toplevel\","
                                "\"count\":1}");
    stop();
}
END_TEST

START_TEST(what_a_user_may_not)
{
    start("REDIS_INIT_AUDIT_LOG=denied");
    struct container_client *client = enter("app", APP);
    container_expect(client, "NOPERM", "FLUSHALL", NULL);
    container_expect(client, "NOPERM", "GET", "other", NULL);
    container_expect(client, "NOPERM", "GET", "other", NULL);
    container_expect(client, "NOPERM", "PUBLISH", "secrets", "x", NULL);
    container_disconnect(client);
    await("\"object\":\"secrets\"");
    expect_line("denied", "\"user\":\"app\",\"address\":\"127.0.0.1:");
    expect_line("denied", "\"command\":\"flushall\",\"reason\":\"command\",\"object\":\"flushall\","
                          "\"context\":\"toplevel\",\"count\":1}");
    expect_line("denied", "\"command\":\"publish\",\"reason\":\"channel\",\"object\":\"secrets\"");
    stop();
    ck_assert_int_eq(sum_of("denied", "count") + sum_of("more", "denied"), 4);
}
END_TEST

/* Neither a second line, nor a member, nor a byte that is not ASCII. */
START_TEST(a_name_forges_nothing)
{
    static const char name[] =
        "x\",\"user\":\"y\"}\n{\"event\":\"stop\"}\n\xff\xe2\x80\xae\0\x1b[2J";
    start("REDIS_INIT_AUDIT_LOG=denied");
    fail_as(name, sizeof(name) - 1, GUESS);
    await("{\"event\":\"auth-refused\"");
    expect_line("auth-refused",
                "\"user\":\"x\\\",\\\"user\\\":\\\"y\\\"}\\u000a{\\\"event\\\":"
                "\\\"stop\\\"}\\u000a\\u00ff\\u00e2\\u0080\\u00ae\\u0000\\u001b[2J\","
                "\"address\":\"");
    stop();
}
END_TEST

/* As by redis-cli -a with its words mixed up. */
static bool make_shared_folder(void *argument)
{
    (void)argument;
    /* with something in it that is not ours, so that root does not take it for itself */
    return mkdir("/run/shared", 0700) == 0 && mkdir("/run/shared/other", 0700) == 0 &&
           chmod("/run/shared", 0777) == 0;
}

/* Also in a run_dir that others may write to, where the users are in a folder of their own. */
START_TEST(a_password_as_the_name_is_not_said)
{
    if (_i == 1) {
        container.before_exec = make_shared_folder;
        container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/shared");
    }
    start("REDIS_INIT_AUDIT_LOG=denied");
    fail_as(APP, strlen(APP), "app");
    await("{\"event\":\"auth-refused\"");
    expect_line("auth-refused", "\"user\":\"(a password)\"");
    fail_as(PASSWORD, strlen(PASSWORD), "default");
    await("{\"event\":\"auth-refused\"");
    stop();
}
END_TEST

/* Many names, so that the server has an entry for each. */
START_TEST(a_flood_is_counted)
{
    char name[32];
    char answer[256];
    start("REDIS_INIT_AUDIT_LOG=denied");
    struct container_client *client = container_connect(&container, "127.0.0.1");
    for (int i = 0; i < FLOOD; i++) {
        (void)snprintf(name, sizeof(name), "user-%d", i);
        container_command(client, answer, sizeof(answer), 3,
                          (const char *const[]){"AUTH", name, GUESS}, NULL);
        ck_assert(strncmp(answer, "WRONGPASS", 9) == 0);
    }
    container_disconnect(client);
    while (sum_of("auth-refused", "count") + sum_of("more", "auth-refused") < FLOOD)
        await("{\"event\":\"");
    stop();
    ck_assert_int_eq(sum_of("auth-refused", "count") + sum_of("more", "auth-refused"), FLOOD);
    const size_t looks = lines_of("more");
    ck_assert_uint_gt(looks, 0);
    /* ten a look; a look without a rest says no "more" */
    ck_assert_uint_le(lines_of("auth-refused"), 10 * (looks + 1));
}
END_TEST

/* With the line in which the supervisor says that it was killed behind it. */
START_TEST(a_killed_process_goes_on_where_it_was)
{
    start("REDIS_INIT_AUDIT_LOG=denied");
    fail_as("before", 6, GUESS);
    await("\"user\":\"before\"");
    const pid_t pid = container_child(&container, 1);
    ck_assert(sandbox_await_state(pid, 'S')); /* what it said is kept */
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    await("was killed by SIGKILL; it is started again in 1 s");
    fail_as("between", 7, GUESS);
    await("\"user\":\"between\"");
    fail_as("after", 5, GUESS);
    await("\"user\":\"after\"");
    stop();
    ck_assert_int_eq(sum_of("auth-refused", "count") + sum_of("more", "auth-refused"), 3);
    ck_assert_uint_eq(lines_of("auth-refused"), 3);
}
END_TEST

START_TEST(who_was_let_in)
{
    start("REDIS_INIT_AUDIT_LOG=all-auth");
    struct container_client *client = enter("app", APP);
    await("\"event\":\"auth\",");
    while (line_with("auth", "\"user\":\"app\"") == NULL)
        await("\"event\":\"auth\",");
    expect_line("auth", "\"user\":\"app\",\"address\":\"127.0.0.1:");
    struct container_client *other = enter("default", PASSWORD);
    await("{\"event\":\"connection\"");
    expect_line("connection", "\"user\":\"default\",\"address\":\"127.0.0.1:");
    fail_as("app", 3, GUESS);
    await("{\"event\":\"auth-refused\"");
    container_disconnect(client);
    container_disconnect(other);
    stop();
}
END_TEST

START_TEST(a_rotation)
{
    static const char *const words[] = {"reload", NULL};
    char text[4096];
    container_write(&container, "password", PASSWORD, strlen(PASSWORD), 0444);
    container.environment[container.environment_count - 3] = "REDIS_PASSWORD_FILE=/run/password";
    container_setenv(&container, "REDIS_INIT_POLL=1");
    start("REDIS_INIT_AUDIT_LOG=denied");
    char path[256];
    container_path(&container, "password", path, sizeof(path));
    ck_assert_int_eq(unlink(path), 0);
    container_write(&container, "password", NEW, strlen(NEW), 0444);
    struct container_process process =
        container_exec_start(&container, geteuid() == 0 ? container_uid() : 0, false, words);
    const int code = container_exec_wait(&process, text, sizeof(text));
    ck_assert_msg(code == EX_TEMPFAIL, "%d: %s", code, text);
    ck_assert_msg(strstr(text, "{\"event\":\"rotation\",\"time\":\"20") != NULL, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "\"what\":\"new password of default\",\"until\":\"20"));
    ck_assert_ptr_null(strstr(text, NEW));
    stop();
}
END_TEST

/* The server's death, and not only its leave. */
START_TEST(a_server_that_is_killed)
{
    start("REDIS_INIT_AUDIT_LOG=denied");
    /* it has kept that: an fsync(2) may take longer than the half second that it has at the end */
    ck_assert(sandbox_await_state(container_child(&container, 1), 'S'));
    ck_assert_int_eq(kill(container_child(&container, 0), SIGKILL), 0);
    ck_assert_int_eq(container_wait(&container), 128 + SIGKILL);
    ck_assert_uint_eq(lines_of("stop"), 1);
}
END_TEST

/* That its connection is closed is no end of the server. */
START_TEST(a_closed_connection_is_no_stop)
{
    start("REDIS_INIT_AUDIT_LOG=denied");
    struct container_client *client = enter("default", PASSWORD);
    container_expect(client, "1", "CLIENT", "KILL", "USER", "redis-init", NULL);
    container_disconnect(client);
    fail_as("app", 3, GUESS);
    await("{\"event\":\"auth-refused\"");
    ck_assert_uint_eq(lines_of("stop"), 0);
    stop();
}
END_TEST

struct refusal {
    const char *variables[2];
    const char *part;
};

static const struct refusal refusals[] = {
    {{"REDIS_INIT_CONF=memfd", NULL}, "[audit] log needs redis.conf in run_dir: `conf = file`"},
    {{"REDIS_INIT_AUDIT_LOG=yes", NULL},
     "REDIS_INIT_AUDIT_LOG: log is `yes`, it must be off, denied or all-auth"},
};

START_TEST(no_start_without_it)
{
    container_setenv(&container, "REDIS_INIT_AUDIT_LOG=denied");
    for (size_t i = 0; i < 2 && refusals[_i].variables[i] != NULL; i++)
        container_setenv(&container, refusals[_i].variables[i]);
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), EX_CONFIG);
    ck_assert_msg(strstr(container.log, refusals[_i].part) != NULL, "%s", container.log);
}
END_TEST

START_TEST(off_is_off)
{
    container_start(&container);
    await(CONTAINER_READY);
    ck_assert_int_gt(container_server(&container), 0); /* the only child */
    container_stop(&container, 0);
    ck_assert_ptr_null(strstr(container.log, "{\"event\""));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("audit");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_wrong_password);
    tcase_add_test(tests, what_a_user_may_not);
    tcase_add_test(tests, a_name_forges_nothing);
    tcase_add_loop_test(tests, a_password_as_the_name_is_not_said, 0, 2);
    tcase_add_test(tests, a_flood_is_counted);
    tcase_add_test(tests, a_killed_process_goes_on_where_it_was);
    tcase_add_test(tests, who_was_let_in);
    tcase_add_test(tests, a_rotation);
    tcase_add_test(tests, a_server_that_is_killed);
    tcase_add_test(tests, a_closed_connection_is_no_stop);
    tcase_add_loop_test(tests, no_start_without_it, 0, sizeof(refusals) / sizeof(refusals[0]));
    tcase_add_test(tests, off_is_off);
    return container_main(tests);
}
