// SPDX-License-Identifier: Apache-2.0

/* `redis-init ping` before a server that says exactly this. */

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"
#define FAKE "/run/bin/redis-server"
#define FAILED 99

/* ---- The server: a copy of this program, which redis-init starts as it would the real one. ----
 */

static bool send_all(int client, const char *bytes, size_t length)
{
    return send(client, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool close_at_once(int client)
{
    (void)client;
    return true;
}

/* Until the other side has had enough. */
static bool hang(int client)
{
    char c;
    return read(client, &c, 1) == 0;
}

static bool flood(int client)
{
    static const char bytes[4096] = {[0 ... 4095] = 'x'};
    while (send_all(client, bytes, sizeof(bytes)))
        continue;
    return true;
}

/* So slow that no wait for a part of it takes long. */
static bool drip(int client)
{
    while (send_all(client, "x", 1))
        (void)poll(NULL, 0, 50);
    return true;
}

struct manner {
    const char *name;
    bool hears; /* whether it reads what it is asked */
    bool (*go_on)(int client);
};

static const struct manner manners[] = {
    {"close", true, close_at_once}, {"refuse", false, close_at_once},
    {"hang", true, hang},           {"flood", true, flood},
    {"drip", true, drip},
};

static const struct manner *manner_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(manners) / sizeof(manners[0]); i++)
        if (strcmp(manners[i].name, name) == 0)
            return &manners[i];
    return NULL;
}

/* What is asked ends with PING, or with INFO's argument. */
static bool hear(int client)
{
    char request[1024];
    size_t length = 0;
    for (ssize_t n; length < sizeof(request) - 1; length += (size_t)n) {
        n = read(client, request + length, sizeof(request) - 1 - length);
        if (n <= 0)
            return false;
        request[length + (size_t)n] = '\0';
        if (strstr(request, "PING\r\n") != NULL)
            break;
    }
    const bool right = strstr(request, "*2\r\n$4\r\nAUTH\r\n$32\r\n" PASSWORD "\r\n") == request;
    puts(right ? "asked" : "asked wrongly");
    return fflush(stdout) == 0;
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 8) != 0)
        return -1;
    return fd;
}

static int play_server(void)
{
    const char *answer = getenv("ANSWER");
    const struct manner *manner = manner_of(getenv("MANNER"));
    const int fd = listen_at("/run/redis-init/redis.sock");
    if (fd < 0 || answer == NULL || manner == NULL)
        return FAILED;
    puts(CONTAINER_READY);
    (void)fflush(stdout);
    for (;;) {
        const int client = accept(fd, NULL, NULL);
        if (client < 0)
            return FAILED;
        if (!manner->hears || hear(client))
            (void)(send_all(client, answer, strlen(answer)) && manner->go_on(client));
        (void)close(client);
    }
}

/* ---- The tests. ---- */

static struct container container;

static void setup(void)
{
    container_init(&container);
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_setenv(&container, "REDIS_INIT_SERVER=" FAKE);
    container_copy_self(&container, "redis-server");
}

static void teardown(void)
{
    container_free(&container);
}

static void start(const char *answer, const char *manner)
{
    static char answer_variable[512], manner_variable[64];
    (void)snprintf(answer_variable, sizeof(answer_variable), "ANSWER=%s", answer);
    (void)snprintf(manner_variable, sizeof(manner_variable), "MANNER=%s", manner);
    container_setenv(&container, answer_variable);
    container_setenv(&container, manner_variable);
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "no start:\n%s",
                  container.log);
}

static void expect(const char *const *words, int code, const char *text)
{
    char output[4096];
    struct container_process probe = container_exec_start(&container, 0, false, words);
    const int got = container_exec_wait(&probe, output, sizeof(output));
    ck_assert_msg(got == code && strstr(output, text) != NULL, "%d, not %d with `%s`: %s", got,
                  code, text, output);
    ck_assert_msg(strchr(output, '\n') == output + strlen(output) - 1, "not one line: %s", output);
    ck_assert_ptr_null(strstr(output, PASSWORD));
}

struct case_of {
    const char *answer;
    const char *manner;
    int alive; /* exit code of ping */
    int ready; /* of ping --ready; -1: not tried */
    const char *text;
    const char *ready_text; /* NULL: the same */
};

#define OK "+OK\r\n"
#define PONG OK "+PONG\r\n"
#define INFO(length, text) PONG "$" #length "\r\n# Replication\r\n" text "\r\n"

static const struct case_of cases[] = {
    {PONG, "hang", 0, -1, "alive: /run/redis-init/redis.sock: PONG\n", NULL},
    {INFO(28, "role:master\r\n"), "close", 0, 0,
     "alive: ", "ready: /run/redis-init/redis.sock: PONG, a primary\n"},
    {INFO(50, "role:slave\r\nmaster_link_status:up\r\n"), "close", 0, 0,
     "alive: ", "PONG, a replica whose link is up\n"},
    {INFO(52, "role:slave\r\nmaster_link_status:down\r\n"), "close", 0, 1,
     "alive: ", "not ready: /run/redis-init/redis.sock: a replica whose link is down\n"},
    {INFO(27, "role:slave\r\n"), "close", 0, 1,
     "alive: ", "does not say whether it is a replica\n"},
    {PONG "-NOPERM this user has no permissions\r\n", "close", 0, 1,
     "alive: ", "not ready: /run/redis-init/redis.sock: NOPERM"},
    {OK "-LOADING Redis is loading the dataset in memory\r\n", "close", 0, 1, "LOADING", NULL},
    {OK "-MASTERDOWN Link with MASTER is down\r\n", "close", 0, 1, "MASTERDOWN", NULL},
    {OK "-BUSY Redis is busy running a script.\r\n", "close", 0, 1, "BUSY", NULL},
    {OK "-MISCONF Redis is configured to save\r\n", "close", 0, 1, "MISCONF", NULL},
    {OK "-NOPERM this user has no permissions\r\n", "close", 0, 1, "NOPERM", NULL},
    {"-ERR max number of clients reached\r\n", "refuse", 0, 1, "maxclients", NULL},
    {"-NOAUTH Authentication required.\r\n", "close", 1, 1, "NOAUTH", NULL},
    {OK "-NOAUTH Authentication required.\r\n", "close", 1, 1, "NOAUTH", NULL},
    {"-WRONGPASS invalid username-password pair\r\n", "close", 1, 1, "WRONGPASS", NULL},
    {"-ERR invalid password\r\n+PONG\r\n", "close", 1, 1, "not the one that the server has", NULL},
    {"-ERR Client sent AUTH, but no password is set\r\n+PONG\r\n", "close", 1, 1, "no password",
     NULL},
    {"-LOADING not for AUTH\r\n+PONG\r\n", "close", 1, 1, "an error, LOADING", NULL},
    {OK "-BUSYGROUP x\r\n", "close", 1, 1, "an error, BUSYGROUP", NULL},
    {OK "-ERR unknown command\r\n", "close", 1, 1, "an error, ERR", NULL},
    {OK "+pong\r\n", "close", 1, 1, "something else", NULL},
    {OK "$4\r\nPONG\r\n", "close", 1, 1, "something else", NULL},
    {OK "*1\r\n+PONG\r\n", "close", 1, 1, "something else", NULL},
    {OK ":1\r\n", "close", 1, 1, "something else", NULL},
    {OK "$-1\r\n", "close", 1, 1, "something else", NULL},
    {"+PONG\r\n+PONG\r\n", "close", 1, 1, "something else", NULL},
    {"HTTP/1.1 400 Bad Request\r\n\r\n", "close", 1, 1, "not the protocol", NULL},
    {OK "*99999999999\r\n", "close", 1, 1, "not the protocol", NULL},
    {"", "close", 1, 1, "closed without an answer", NULL},
    {OK, "close", 1, 1, "closed without an answer", NULL},
    {OK "+PON", "close", 1, 1, "closed without an answer", NULL},
    {OK "$1000000\r\n", "flood", 1, 1, "too long", NULL},
    {"+", "flood", 1, 1, "too long", NULL},
    {"", "hang", 1, -1, "no answer within 1 s", NULL},
    {OK "+PON", "hang", 1, -1, "no answer within 1 s", NULL},
    {PONG, "hang", 0, 1, "alive: ", "no answer within 1 s"},
    {"+", "drip", 1, -1, "no answer within 1 s", NULL},
};

START_TEST(an_answer_is_judged)
{
    const struct case_of *given = &cases[_i];
    start(given->answer, given->manner);
    expect((const char *const[]){"ping", NULL}, given->alive, given->text);
    if (given->ready >= 0)
        expect((const char *const[]){"ping", "--ready", NULL}, given->ready,
               given->ready_text != NULL ? given->ready_text : given->text);
    ck_assert_ptr_null(strstr(container.log, "asked wrongly"));
}
END_TEST

START_TEST(a_longer_timeout_is_kept)
{
    start("", "hang");
    expect((const char *const[]){"ping", "--timeout", "2", NULL}, 1, "no answer within 2 s");
}
END_TEST

START_TEST(how_it_is_said)
{
    start(INFO(28, "role:master\r\n"), "close");
    expect((const char *const[]){"ping", "--ready", "--log-format", "json", NULL}, 0,
           "{\"level\":\"notice\",\"program\":\"redis-init\",\"message\":\"ready: "
           "/run/redis-init/redis.sock: PONG, a primary\"}\n");
    char output[256];
    struct container_process quiet =
        container_exec_start(&container, 0, false, (const char *const[]){"ping", "-q", NULL});
    ck_assert_int_eq(container_exec_wait(&quiet, output, sizeof(output)), 0);
    ck_assert_str_eq(output, "");
}
END_TEST

static void expect_absent(pid_t pid, const char *file)
{
    static char bytes[1 << 16];
    const ssize_t length = sandbox_proc_file(pid, file, bytes, sizeof(bytes));
    if (length < 0 && errno == EACCES && geteuid() != 0)
        return; /* nobody but root may look at a process that can't be dumped */
    ck_assert_int_gt(length, 0);
    ck_assert_msg(memmem(bytes, (size_t)length, PASSWORD, strlen(PASSWORD)) == NULL,
                  "%s of the probe has the password", file);
}

/* While it waits for the answer: who it is, and what it shows. */
START_TEST(a_waiting_probe_has_no_root_and_shows_nothing)
{
    char output[256];
    start("", "hang");
    struct container_process probe = container_exec_start(
        &container, 0, false, (const char *const[]){"ping", "--timeout", "60", NULL});
    ck_assert_msg(container_await_line(&container, "asked"), "%s", container.log);
    const pid_t pid = container_exec_pid(&probe);
    ck_assert_int_gt(pid, 0);
    expect_absent(pid, "cmdline");
    expect_absent(pid, "environ");
    ck_assert_int_eq(sandbox_status_number(pid, "CapEff", 16), 0);
    ck_assert_int_eq(sandbox_status_number(pid, "CapPrm", 16), 0);
    ck_assert_int_eq(sandbox_status_number(pid, "NoNewPrivs", 10), 1);
    if (geteuid() == 0)
        ck_assert_int_eq(sandbox_status_number(pid, "Uid", 10), container_uid());
    ck_assert_int_eq(kill(container.pid, SIGKILL), 0);
    (void)container_exec_wait(&probe, output, sizeof(output));
}
END_TEST

static const int stops[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};

START_TEST(a_waiting_probe_can_be_stopped)
{
    char output[256];
    start("", "hang");
    struct container_process probe = container_exec_start(
        &container, 0, false, (const char *const[]){"ping", "--timeout", "3600", NULL});
    ck_assert_msg(container_await_line(&container, "asked"), "%s", container.log);
    ck_assert_int_eq(kill(container_exec_pid(&probe), stops[_i]), 0);
    ck_assert_int_eq(container_exec_wait(&probe, output, sizeof(output)), 128 + stops[_i]);
    ck_assert_str_eq(output, "");
}
END_TEST

int main(int argc, char **argv)
{
    (void)argc;
    if (strcmp(argv[0], FAKE) == 0)
        return play_server();
    TCase *tests = tcase_create("ping answers");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, an_answer_is_judged, 0, (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_test(tests, a_longer_timeout_is_kept);
    tcase_add_test(tests, how_it_is_said);
    tcase_add_test(tests, a_waiting_probe_has_no_root_and_shows_nothing);
    tcase_add_loop_test(tests, a_waiting_probe_can_be_stopped, 0,
                        (int)(sizeof(stops) / sizeof(stops[0])));
    return container_main(tests);
}
