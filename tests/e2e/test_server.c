// SPDX-License-Identifier: Apache-2.0

/* What a running server makes of its redis.conf: gates, and a replica of the same Secret. */

#include <check.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"
#define GIVEN "REDIS_PASSWORD=" PASSWORD

static struct container container;
static struct container replica;

static void setup(void)
{
    container_init(&container);
    container_setenv(&container, GIVEN);
}

static void teardown(void)
{
    container_free(&container);
}

static struct container_client *log_in(const struct container *to, const char *address)
{
    struct container_client *client = container_connect(to, address);
    container_expect(client, "OK", "AUTH", PASSWORD, NULL);
    return client;
}

/* A client that knows the password gets no further than the data; not even where the user's conf
 * opens the gates. */
START_TEST(the_gates_are_shut)
{
    static const char open[] = "enable-debug-command yes\nenable-module-command yes\n"
                               "enable-protected-configs yes\n";
    if (_i == 1) {
        container_write(&container, "user.conf", open, strlen(open), 0644);
        container_arg(&container, "/run/user.conf");
    }
    container_start_guarded(&container, PASSWORD);
    struct container_client *client = log_in(&container, "127.0.0.1");
    container_expect(client, "ERR DEBUG command not allowed", "DEBUG", "SLEEP", "0", NULL);
    container_expect(client, "ERR MODULE command not allowed", "MODULE", "LOAD", "/x.so", NULL);
    container_expect(client,
                     "ERR CONFIG SET failed (possibly related to argument 'dir') - can't "
                     "set protected config",
                     "CONFIG", "SET", "dir", "/tmp", NULL);
    container_expect(client,
                     "ERR CONFIG SET failed (possibly related to argument 'dbfilename') - "
                     "can't set protected config",
                     "CONFIG", "SET", "dbfilename", "x.so", NULL);
    container_expect(client, "OK", "CONFIG", "SET", "maxmemory", "1gb", NULL);
    container_disconnect(client);
    container_stop(&container, 0);
}
END_TEST

/* A second container of the same pod. */
static bool join_network(void *argument)
{
    const int *net = argument;
    return *net < 0 || setns(*net, CLONE_NEWNET) == 0;
}

static int open_network(void)
{
    char path[64];
    if (geteuid() != 0)
        return -1; /* all share the host's */
    (void)snprintf(path, sizeof(path), "/proc/%d/ns/net", container.pid);
    const int net = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(net, 0);
    return net;
}

static void start_replica(void)
{
    static int net;
    static char port[16];
    net = open_network();
    (void)snprintf(port, sizeof(port), "%d", container.port);
    container_init(&replica);
    replica.before_exec = join_network;
    replica.before_exec_arg = &net;
    container_setenv(&replica, GIVEN);
    container_setenv(&replica, "REDIS_INIT_BIND=127.0.0.2");
    container_arg(&replica, "--replicaof");
    container_arg(&replica, "127.0.0.1");
    container_arg(&replica, port);
    container_start(&replica);
    ck_assert_msg(container_await_line(&replica, CONTAINER_READY), "no start:\n%s", replica.log);
}

static bool has_in_info(struct container_client *client, const char *line)
{
    char answer[8192];
    container_command(client, answer, sizeof(answer), 2,
                      (const char *const[]){"INFO", "replication"}, NULL);
    return strstr(answer, line) != NULL;
}

static bool await_in_info(struct container_client *client, const char *line)
{
    const time_t end = time(NULL) + SANDBOX_DEADLINE_MS / 1000;
    while (time(NULL) < end) {
        if (has_in_info(client, line))
            return true;
        (void)sched_yield();
    }
    return false;
}

static void expect_ready(const struct container *asked, int code, const char *text)
{
    char output[1024];
    struct container_process probe =
        container_exec_start(asked, 0, false, (const char *const[]){"ping", "--ready", NULL});
    const int got = container_exec_wait(&probe, output, sizeof(output));
    ck_assert_msg(got == code && strstr(output, text) != NULL, "%d: %s", got, output);
}

START_TEST(a_replica_of_the_same_secret_is_let_in)
{
    container_setenv(&container, "REDIS_INIT_BIND=127.0.0.1");
    container_start_guarded(&container, PASSWORD);
    start_replica();
    struct container_client *first = log_in(&container, "127.0.0.1");
    struct container_client *second = log_in(&replica, "127.0.0.2");
    ck_assert_msg(await_in_info(second, "master_link_status:up\r\n"), "%s", replica.log);
    ck_assert(has_in_info(first, "connected_slaves:1\r\n"));
    container_expect(first, "OK", "SET", "key", "value", NULL);
    container_expect(first, "1", "WAIT", "1", "60000", NULL);
    container_expect(second, "value", "GET", "key", NULL);
    container_expect(second, "READONLY", "SET", "key", "other", NULL);
    expect_ready(&container, 0, "ready: /run/redis-init/redis.sock: PONG, a primary\n");
    expect_ready(&replica, 0,
                 "ready: /run/redis-init/redis.sock: PONG, a replica whose link is up\n");
    container_disconnect(first);
    container_disconnect(second);
    container_stop(&replica, 0);
    ck_assert_ptr_null(strstr(replica.log, PASSWORD));
    container_free(&replica);
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("server");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, the_gates_are_shut, 0, 2);
    tcase_add_test(tests, a_replica_of_the_same_secret_is_let_in);
    return container_main(tests);
}
