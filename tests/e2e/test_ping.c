// SPDX-License-Identifier: Apache-2.0

/* `redis-init ping` beside a real server, as a probe is run. */

#include <check.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"
#define OTHER_UID 1234 /* neither root nor the server's */
#define SOCKET "/run/redis-init/redis.sock"

static struct container container;

static const char *const ping[] = {"ping", NULL};
static const char *const ping_ready[] = {"ping", "--ready", NULL};

static void setup(void)
{
    container_init(&container);
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
}

static void teardown(void)
{
    container_free(&container);
}

static void start(void)
{
    container_start(&container);
    /* the beginning of the line is another one where the unix socket is all there is */
    ck_assert_msg(container_await_line(&container, "eady to accept connections"), "no start:\n%s",
                  container.log);
}

static int run_as(uid_t uid, const char *const *words, char *output, size_t size)
{
    struct container_process probe = container_exec_start(&container, uid, false, words);
    const int code = container_exec_wait(&probe, output, size);
    ck_assert_msg(strstr(output, PASSWORD) == NULL, "%s", output);
    return code;
}

static void expect_as(uid_t uid, const char *const *words, int code, const char *text)
{
    char output[4096];
    const int got = run_as(uid, words, output, sizeof(output));
    ck_assert_msg(got == code && strstr(output, text) != NULL, "%d, not %d with `%s`: %s\n%s", got,
                  code, text, output, container.log);
}

/* By whoever the engine lets do it: root, and the server's own user. */
static void expect(const char *const *words, int code, const char *text)
{
    expect_as(0, words, code, text);
    if (geteuid() == 0)
        expect_as(container_uid(), words, code, text);
}

static void expect_socket(const char *name, mode_t mode)
{
    char path[256];
    struct stat status;
    container_path(&container, name, path, sizeof(path));
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFSOCK | mode);
    if (geteuid() == 0)
        ck_assert_uint_eq(status.st_uid, container_uid());
}

START_TEST(alive_and_ready_by_a_private_socket)
{
    start();
    expect(ping, 0, "alive: " SOCKET ": PONG\n");
    expect(ping_ready, 0, "ready: " SOCKET ": PONG, a primary\n");
    expect_socket("redis-init/redis.sock", 0600);
    container_stop(&container, 0);
    ck_assert(!container_has(&container, "redis-init/redis.sock"));
}
END_TEST

/* Its folder may be root's alone, too: the private redis.conf has the password. */
START_TEST(the_secret_is_roots_alone)
{
    if (!container_is_root("the_secret_is_roots_alone"))
        return;
    container_write(&container, "secret", PASSWORD "\n", strlen(PASSWORD) + 1, 0400);
    container.environment[container.environment_count - 1] = "REDIS_PASSWORD_FILE=/run/secret";
    start();
    expect(ping_ready, 0, "ready: ");
    /* without the private redis.conf nobody but root has it */
    container_setenv(&container, "REDIS_INIT_CONF=memfd");
    container.environment[container.environment_count] = NULL;
    expect_as(0, ping_ready, 0, "ready: 127.0.0.1 port 6379");
    expect_as(container_uid(), ping, 66, "can't be opened by uid 999");
    container_stop(&container, 0);
}
END_TEST

/* What the start was told, and the probe is not. */
START_TEST(arguments_of_the_start_are_known)
{
    static const char *const arguments[] = {"redis-server", "--requirepass", PASSWORD, "--port",
                                            "0"};
    container.environment[container.environment_count - 1] = "NOTHING=";
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
        container_arg(&container, arguments[i]);
    start();
    expect(ping_ready, 0, "ready: " SOCKET);
    container_stop(&container, 0);
}
END_TEST

static const char *const odd_passwords[] = {
    "\"quotes\" 'and' \\backslashes\\x41",
    " \t# blanks at both ends; $HOME `id` %s ",
    "\x01\x02\x1b\x7f\x80\xfe\xff bytes that are none of a text",
    "*2\\r\\n$4\\r\\nPING: what looks like RESP",
    "*1\t$4\tLOADING +PONG -BUSY 17 bytes",
};

START_TEST(a_password_of_odd_bytes)
{
    const char *password = odd_passwords[_i];
    container_write(&container, "secret", password, strlen(password), 0444);
    container.environment[container.environment_count - 1] = "REDIS_PASSWORD_FILE=/run/secret";
    container_setenv(&container, "REDIS_INIT_MIN_ENTROPY=0");
    start();
    expect(ping_ready, 0, "ready: " SOCKET);
    container_setenv(&container, "REDIS_INIT_CONF=memfd");
    container.environment[container.environment_count] = NULL;
    expect(ping_ready, 0, "ready: 127.0.0.1 port ");
    container_stop(&container, 0);
}
END_TEST

static const char *const bindings[][2] = {
    {"REDIS_INIT_BIND=* -::*", "ready: 127.0.0.1 port "},
    {"REDIS_INIT_BIND=::1", "ready: ::1 port "},
    {"REDIS_INIT_BIND=-::1 -127.0.0.3", "ready: ::1 port "},
    {"REDIS_INIT_BIND=-192.0.2.7 127.0.0.2", "ready: 127.0.0.2 port "},
};

START_TEST(without_run_dir_by_the_loopback)
{
    container_setenv(&container, "REDIS_INIT_CONF=memfd");
    container_setenv(&container, bindings[_i][0]);
    start();
    expect(ping_ready, 0, bindings[_i][1]);
    ck_assert(!container_has(&container, "redis-init/redis.sock"));
    container_stop(&container, 0);
}
END_TEST

START_TEST(without_run_dir_arguments_are_unknown)
{
    container.environment[container.environment_count - 1] = "REDIS_INIT_CONF=memfd";
    container_arg(&container, "redis-server");
    container_arg(&container, "--requirepass");
    container_arg(&container, PASSWORD);
    start();
    expect(ping, 66, "no password given");
    container_stop(&container, 0);
}
END_TEST

/* As far as the table of listeners says, the server would take a connection to any address. */
START_TEST(another_hosts_address_gets_no_password)
{
    container_setenv(&container, "REDIS_INIT_CONF=memfd");
    container_setenv(&container, "REDIS_INIT_BIND=-192.0.2.7");
    container_arg(&container, "--bind");
    container_arg(&container, "*");
    start();
    expect(ping, 1, " is no address of this host");
    container_stop(&container, 0);
}
END_TEST

START_TEST(tls_alone_without_run_dir_is_said)
{
    container_setenv(&container, "REDIS_INIT_CONF=memfd");
    container_setenv(&container, "REDIS_INIT_PORT=0");
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_arg(&container, "--unixsocket"); /* or the server would not start */
    container_arg(&container, "/run/data/own.sock");
    start();
    expect(ping, 1, "port is 0 and there is no unix socket: give redis-init a run_dir");
    container_stop(&container, 0);
}
END_TEST

struct own_socket {
    const char *ini;  /* lines of it */
    const char *conf; /* the user's .conf */
    const char *argument;
    const char *name; /* of the socket, below /run */
    const char *conf_place;
};

static const struct own_socket own_sockets[] = {
    {"unixsocket /run/data/own.sock\nunixsocketperm 770\n", "", NULL, "data/own.sock", "auto"},
    {"unixsocket /run/data/own.sock\nunixsocketperm 770\n", "", NULL, "data/own.sock", "memfd"},
    {"unixsocket own.sock\nunixsocketperm 770\n", "", NULL, "data/own.sock", "memfd"},
    {"", "unixsocket \"/run/data/own.sock\"\nunixsocketperm 770\n", NULL, "data/own.sock", "auto"},
    {"", "unixsocketperm 770\ninclude /run/more.conf\n", NULL, "data/more.sock", "auto"},
    {"unixsocketperm 770\n", "unixsocket /run/none/none\n", "own.sock", "data/own.sock", "auto"},
};

START_TEST(a_socket_of_the_users_own)
{
    static const char more[] = "UnixSocket more.sock\n"; /* in data_dir */
    static char ini[512], conf_variable[64];
    char text[128];
    const struct own_socket *own = &own_sockets[_i];
    (void)snprintf(ini, sizeof(ini), "[redis.conf]\n%s", own->ini);
    (void)snprintf(conf_variable, sizeof(conf_variable), "REDIS_INIT_CONF=%s", own->conf_place);
    container_write(&container, "own.ini", ini, strlen(ini), 0644);
    container_write(&container, "own.conf", own->conf, strlen(own->conf), 0644);
    container_write(&container, "more.conf", more, strlen(more), 0644);
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/own.ini");
    container_setenv(&container, conf_variable);
    container_arg(&container, "redis-server");
    container_arg(&container, "/run/own.conf");
    if (own->argument != NULL) {
        container_arg(&container, "--unixsocket");
        container_arg(&container, own->argument);
    }
    start();
    (void)snprintf(text, sizeof(text), "ready: /run/%s: PONG", own->name);
    expect(ping_ready, 0, text);
    expect_socket(own->name, 0770);
    ck_assert(!container_has(&container, "redis-init/redis.sock"));
    container_stop(&container, 0);
}
END_TEST

START_TEST(no_socket_where_the_user_wants_none)
{
    container_arg(&container, "--unixsocket");
    container_arg(&container, "");
    start();
    expect(ping_ready, 0, "ready: 127.0.0.1 port ");
    ck_assert(!container_has(&container, "redis-init/redis.sock"));
    container_stop(&container, 0);
}
END_TEST

/* The crashed server's socket is there, and nobody listens: the next start works, and a probe
 * before it says what is wrong. */
START_TEST(a_stale_socket_is_no_hindrance)
{
    start();
    ck_assert_int_eq(kill(container_server(&container), SIGKILL), 0);
    ck_assert_int_eq(container_wait(&container), 137);
    expect_socket("redis-init/redis.sock", 0600);
    (void)close(container.output);
    start();
    expect(ping_ready, 0, "ready: " SOCKET);
    container_stop(&container, 0);
}
END_TEST

/* A server that can still be connected to. */
START_TEST(a_stopped_server_does_not_answer)
{
    start();
    const pid_t server = container_server(&container);
    ck_assert_int_eq(kill(server, SIGSTOP), 0);
    ck_assert(sandbox_await_state(server, 'T'));
    expect_as(0, ping, 1, SOCKET ": no answer within 1 s");
    ck_assert_int_eq(kill(server, SIGCONT), 0);
    expect(ping, 0, "alive: ");
    container_stop(&container, 0);
}
END_TEST

static struct container_client *log_in(void)
{
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", PASSWORD, NULL);
    return client;
}

START_TEST(what_was_changed_at_run_time)
{
    start();
    struct container_client *client = log_in();
    container_expect(client, "OK", "REPLICAOF", "127.0.0.1", "1", NULL);
    expect(ping, 0, "alive: " SOCKET ": PONG\n");
    expect(ping_ready, 1, "not ready: " SOCKET ": a replica whose link is down");
    container_expect(client, "OK", "CONFIG", "SET", "replica-serve-stale-data", "no", NULL);
    expect(ping, 0, "MASTERDOWN");
    expect(ping_ready, 1, "not ready: " SOCKET ": MASTERDOWN");
    container_expect(client, "OK", "REPLICAOF", "NO", "ONE", NULL);
    expect(ping_ready, 0, "a primary");
    /* the probe's user is its own */
    container_expect(client, "OK", "CONFIG", "SET", "requirepass", "another", NULL);
    container_expect(client, "OK", "ACL", "SETUSER", "default", "-ping", NULL);
    expect(ping_ready, 0, "a primary");
    container_expect(client, "OK", "ACL", "SETUSER", "redis-init", "-ping", NULL);
    expect(ping, 0, "NOPERM");
    container_expect(client, "1", "ACL", "DELUSER", "redis-init", NULL);
    expect(ping, 1, "WRONGPASS");
    container_disconnect(client);
    container_stop(&container, 0);
}
END_TEST

/* The script runs until it is killed; another client sees that it does. */
START_TEST(a_busy_server_is_alive)
{
    start();
    struct container_client *client = log_in();
    container_expect(client, "OK", "CONFIG", "SET", "lua-time-limit", "1", NULL);
    const pid_t script = fork();
    ck_assert_int_ge(script, 0);
    if (script == 0) {
        container_expect(client, "", "EVAL", "while true do end", "0", NULL);
        _exit(0);
    }
    struct container_client *other = NULL;
    char answer[256] = "";
    while (strncmp(answer, "BUSY", 4) != 0) {
        if (other != NULL)
            container_disconnect(other);
        other = log_in();
        container_command(other, answer, sizeof(answer), 1, (const char *const[]){"PING"}, NULL);
    }
    expect(ping, 0, "alive: " SOCKET ": BUSY");
    expect(ping_ready, 1, "not ready: " SOCKET ": BUSY");
    container_expect(other, "OK", "SCRIPT", "KILL", NULL);
    ck_assert_int_eq(sandbox_exit_code(script), 0);
    expect(ping_ready, 0, "ready: ");
    container_disconnect(other);
    container_disconnect(client);
    container_stop(&container, 0);
}
END_TEST

/* A second start with data that takes long to read; for that the server has a setting of its own
 * tests. */
START_TEST(a_loading_server_is_alive)
{
    start();
    struct container_client *client = log_in();
    container_expect(client, "", "EVAL",
                     "for i = 1, 1000 do redis.call('SET', i, string.rep('x', 4096)) end", "0",
                     NULL);
    container_disconnect(client);
    container_stop(&container, 0);
    (void)close(container.output);
    container_arg(&container, "--key-load-delay");
    container_arg(&container, "20000"); /* microseconds for each key */
    container_arg(&container, "--loading-process-events-interval-bytes");
    container_arg(&container, "1024");
    container_start(&container);
    ck_assert_msg(container_await_line(&container, "Loading RDB"), "%s", container.log);
    expect(ping, 0, "alive: " SOCKET ": LOADING");
    expect(ping_ready, 1, "not ready: " SOCKET ": LOADING");
    ck_assert_int_eq(kill(container.pid, SIGKILL), 0);
    (void)container_wait(&container);
}
END_TEST

struct trap {
    pid_t pid;
    int heard; /* what came, to read */
};

/* Passes on what comes from each client, for ever. */
static _Noreturn void hear(int listener, int heard)
{
    for (;;) {
        char bytes[512];
        const int client = accept(listener, NULL, NULL);
        const ssize_t n = read(client, bytes, sizeof(bytes));
        if (client < 0 || (n > 0 && write(heard, bytes, (size_t)n) != n))
            _exit(1);
        (void)close(client);
    }
}

/* Another user's process, which listens in the container and says what it hears. */
static struct trap set_trap(bool (*listen_there)(int *))
{
    int ready[2], heard[2], listener = -1;
    char c;
    ck_assert_int_eq(pipe(ready) | pipe(heard), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        (void)close(heard[0]);
        if (!container_enter(&container) || setresgid(OTHER_UID, OTHER_UID, OTHER_UID) != 0 ||
            setresuid(OTHER_UID, OTHER_UID, OTHER_UID) != 0 || !listen_there(&listener) ||
            write(ready[1], "r", 1) != 1)
            _exit(1);
        hear(listener, heard[1]);
    }
    (void)close(ready[1]);
    (void)close(heard[1]);
    ck_assert_msg(read(ready[0], &c, 1) == 1, "no trap could be set");
    (void)close(ready[0]);
    return (struct trap){pid, heard[0]};
}

/* Whether it was connected to or not. */
static void expect_heard_nothing(struct trap *trap)
{
    char bytes[512];
    (void)kill(trap->pid, SIGTERM);
    ck_assert_int_eq(read(trap->heard, bytes, sizeof(bytes)), 0);
    (void)close(trap->heard);
    (void)sandbox_wait(trap->pid);
}

static bool listen_on_socket(int *listener)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
    *listener = socket(AF_UNIX, SOCK_STREAM, 0);
    return (unlink(SOCKET) == 0 || true) &&
           bind(*listener, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
           chmod(SOCKET, 0777) == 0 && listen(*listener, 1) == 0;
}

static bool listen_on_port(int *listener)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(CONTAINER_PORT),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *listener = socket(AF_INET, SOCK_STREAM, 0);
    return bind(*listener, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
           listen(*listener, 1) == 0;
}

static void share_run_dir(void)
{
    char path[256];
    container_path(&container, "redis-init", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0700), 0);
    container_write(&container, "redis-init/kept", "", 0, 0644); /* so that it is not taken over */
    ck_assert_int_eq(chmod(path, 0777), 0);
}

/* The folder is an emptyDir's: whoever is in the pod may write there. */
START_TEST(another_users_socket_gets_no_password)
{
    if (!container_is_root("another_users_socket_gets_no_password"))
        return;
    share_run_dir();
    start();
    expect(ping_ready, 0, "ready: " SOCKET);
    struct trap trap = set_trap(listen_on_socket);
    expect(ping, 1, SOCKET " is uid 1234's, not the server's (999): it gets no password");
    expect_heard_nothing(&trap);
    container_stop(&container, 0);
}
END_TEST

/* The server would not start, as it can't put its socket there. */
START_TEST(what_lies_in_the_sockets_place_keeps_nothing_from_starting)
{
    char path[256];
    if (!container_is_root("what_lies_in_the_sockets_place_keeps_nothing_from_starting"))
        return;
    share_run_dir();
    container_path(&container, "redis-init/redis.sock", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    start();
    ck_assert_ptr_nonnull(strstr(container.log, SOCKET " is in the way, and can't be removed"));
    expect(ping_ready, 0, "ready: 127.0.0.1 port ");
    container_stop(&container, 0);
}
END_TEST

/* The server is gone; PID 1 is some other program. */
START_TEST(another_users_port_gets_no_password)
{
    if (!container_is_root("another_users_port_gets_no_password"))
        return;
    container_setenv(&container, "REDIS_INIT_CONF=memfd");
    container_arg(&container, "/bin/sh");
    container_arg(&container, "-c");
    container_arg(&container, "echo started; exec sleep 1000");
    container_start(&container);
    ck_assert(container_await_line(&container, "started"));
    expect(ping, 1, "127.0.0.1 port 6379: nothing listens there");
    struct trap trap = set_trap(listen_on_port);
    expect(ping, 1, "127.0.0.1 port 6379: what listens there is not of the server's uid (999)");
    expect_heard_nothing(&trap);
}
END_TEST

static void expect_only_the_server(pid_t server)
{
    while (sandbox_only_child(container.pid) != server)
        continue;
}

static int count_descriptors(void)
{
    char path[64];
    int count = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/fd", container.pid);
    DIR *folder = opendir(path);
    ck_assert_ptr_nonnull(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

/* Each second one has lost its parent, as when the kubelet gives up: PID 1 has to reap it. */
START_TEST(five_hundred_probes_leave_nothing)
{
    char output[1024];
    start();
    const pid_t server = container_server(&container);
    expect(ping, 0, "alive: ");
    const int descriptors = count_descriptors();
    const long long memory = sandbox_status_number(container.pid, "VmData", 10);
    const long long resident = sandbox_status_number(container.pid, "VmRSS", 10);
    ck_assert(descriptors > 0 && memory > 0 && resident > 0);
    for (int i = 0; i < 500; i++) {
        struct container_process probe = container_exec_start(&container, 0, i % 2 == 1, ping);
        ck_assert_int_eq(container_exec_wait(&probe, output, sizeof(output)), 0);
        ck_assert_msg(strstr(output, "alive: ") != NULL, "%s", output);
    }
    expect_only_the_server(server);
    ck_assert_int_eq(count_descriptors(), descriptors);
    ck_assert_int_eq(sandbox_status_number(container.pid, "VmData", 10), memory);
    ck_assert_int_le(sandbox_status_number(container.pid, "VmRSS", 10), resident + 8);
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("ping");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, alive_and_ready_by_a_private_socket);
    tcase_add_test(tests, the_secret_is_roots_alone);
    tcase_add_test(tests, arguments_of_the_start_are_known);
    tcase_add_loop_test(tests, a_password_of_odd_bytes, 0,
                        (int)(sizeof(odd_passwords) / sizeof(odd_passwords[0])));
    tcase_add_loop_test(tests, without_run_dir_by_the_loopback, 0,
                        (int)(sizeof(bindings) / sizeof(bindings[0])));
    tcase_add_test(tests, without_run_dir_arguments_are_unknown);
    tcase_add_test(tests, another_hosts_address_gets_no_password);
    tcase_add_test(tests, tls_alone_without_run_dir_is_said);
    tcase_add_loop_test(tests, a_socket_of_the_users_own, 0,
                        (int)(sizeof(own_sockets) / sizeof(own_sockets[0])));
    tcase_add_test(tests, no_socket_where_the_user_wants_none);
    tcase_add_test(tests, a_stale_socket_is_no_hindrance);
    tcase_add_test(tests, a_stopped_server_does_not_answer);
    tcase_add_test(tests, what_was_changed_at_run_time);
    tcase_add_test(tests, a_busy_server_is_alive);
    tcase_add_test(tests, a_loading_server_is_alive);
    tcase_add_test(tests, another_users_socket_gets_no_password);
    tcase_add_test(tests, what_lies_in_the_sockets_place_keeps_nothing_from_starting);
    tcase_add_test(tests, another_users_port_gets_no_password);
    tcase_add_test(tests, five_hundred_probes_leave_nothing);
    return container_main(tests);
}
