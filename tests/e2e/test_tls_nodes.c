// SPDX-License-Identifier: Apache-2.0

/* Servers that speak TLS to each other: [tls] replication and cluster. */

#include <check.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "container.h"
#include "tls_case.h"

#define BUS 10000          /* of a cluster's node, above its port */
#define CLIENTS_PORT 32768 /* the first one that is given to clients: ip(7) */

/* The second is in the network of the first. */
struct node {
    struct container container;
    char port_variable[48];
    int port; /* of TLS; there is no other */
    int net;  /* of the first, as root */
};

static struct node nodes[2];

static bool join_net(void *argument)
{
    const struct node *node = argument;
    return node->net < 0 || setns(node->net, CLONE_NEWNET) == 0;
}

static void init(struct node *node, const struct container *authority)
{
    struct container *container = &node->container;
    container_init(container);
    tls_case_make(container, authority);
    tls_case_shell(container, "pair next; publish server.crt server.key ca.crt");
    node->net = -1;
    node->port = container->port < CLIENTS_PORT - BUS ? container->port : container->port - BUS;
    container_write(container, "password", TLS_CASE_PASSWORD, strlen(TLS_CASE_PASSWORD), 0444);
    container_setenv(container, "REDIS_PASSWORD_FILE=/run/password");
    container_setenv(container, "REDIS_INIT_PORT=0");
    container_setenv(container, "REDIS_INIT_TLS_CERT_FILE=/run/tls/live/tls.crt");
    container_setenv(container, "REDIS_INIT_TLS_KEY_FILE=/run/tls/live/tls.key");
    container_setenv(container, "REDIS_INIT_TLS_CA_FILE=/run/tls/live/ca.crt");
}

static void start(struct node *node)
{
    (void)snprintf(node->port_variable, sizeof(node->port_variable), "REDIS_INIT_TLS_PORT=%d",
                   node->port);
    container_setenv(&node->container, node->port_variable);
    container_start(&node->container);
    ck_assert_msg(container_await_line(&node->container, CONTAINER_READY), "%s",
                  node->container.log);
}

static void setup(void)
{
    init(&nodes[0], NULL);
}

/* They share a network, as a normal user that of the host. */
static void init_second(void)
{
    char path[64];
    init(&nodes[1], &nodes[0].container);
    nodes[1].port = nodes[0].port + 1;
    if (geteuid() != 0)
        return;
    (void)snprintf(path, sizeof(path), "/proc/%d/ns/net", nodes[0].container.pid);
    nodes[1].net = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(nodes[1].net, 0);
    nodes[1].container.before_exec = join_net;
    nodes[1].container.before_exec_arg = &nodes[1];
}

static void teardown(void)
{
    container_free(&nodes[1].container);
    container_free(&nodes[0].container);
}

static const char *ask(const struct node *node, const char *words)
{
    char command[512];
    (void)snprintf(command, sizeof(command), "redis-cli -p %d " TLS_CASE_CLIENT " %s", node->port,
                   words);
    return tls_case_output(&nodes[0].container, command);
}

/* Asks until it is so; the deadline of the test ends it otherwise. */
static void await_answer(const struct node *node, const char *words, const char *part)
{
    while (strstr(ask(node, words), part) == NULL)
        continue;
}

static void expect_rotated(struct node *node)
{
    tls_case_shell(&node->container, "publish next.crt next.key ca.crt");
    ck_assert_msg(container_await_line(&node->container, "rotated: new certificate, serial "), "%s",
                  node->container.log);
}

/* The link of before stays, and the next one is made by the new pairs. */
START_TEST(a_replica_stays_linked)
{
    char primary[64];
    container_setenv(&nodes[0].container, "REDIS_INIT_TLS_REPLICATION=yes");
    start(&nodes[0]);
    init_second();
    (void)snprintf(primary, sizeof(primary), "[redis.conf]\nreplicaof 127.0.0.1 %d\n",
                   nodes[0].port);
    container_write(&nodes[1].container, "x.ini", primary, strlen(primary), 0444);
    container_setenv(&nodes[1].container, "REDIS_INIT_CONFIG=/run/x.ini");
    container_setenv(&nodes[1].container, "REDIS_INIT_TLS_REPLICATION=yes");
    start(&nodes[1]);
    await_answer(&nodes[1], "INFO replication", "master_link_status:up");
    expect_rotated(&nodes[0]);
    expect_rotated(&nodes[1]);
    ck_assert_ptr_nonnull(strstr(ask(&nodes[0], "SET a b"), "OK"));
    ck_assert_ptr_nonnull(strstr(ask(&nodes[0], "INFO stats"), "sync_full:1"));
    ck_assert_ptr_nonnull(strstr(ask(&nodes[0], "INFO stats"), "sync_partial_ok:0"));
    await_answer(&nodes[1], "GET a", "b");
    ck_assert_ptr_nonnull(strstr(ask(&nodes[0], "CLIENT KILL TYPE replica"), "1"));
    await_answer(&nodes[0], "INFO stats", "sync_partial_ok:1");
    await_answer(&nodes[1], "INFO replication", "master_link_status:up");
    container_stop(&nodes[1].container, 0);
    container_stop(&nodes[0].container, 0);
}
END_TEST

static void start_in_cluster(struct node *node)
{
    static const char ini[] = "[redis.conf]\ncluster-enabled yes\n";
    container_write(&node->container, "x.ini", ini, strlen(ini), 0444);
    container_setenv(&node->container, "REDIS_INIT_CONFIG=/run/x.ini");
    container_setenv(&node->container, "REDIS_INIT_TLS_CLUSTER=yes");
    start(node);
}

START_TEST(nodes_meet)
{
    char meet[64];
    start_in_cluster(&nodes[0]);
    init_second();
    start_in_cluster(&nodes[1]);
    expect_rotated(&nodes[0]);
    (void)snprintf(meet, sizeof(meet), "CLUSTER MEET 127.0.0.1 %d", nodes[1].port);
    ck_assert_ptr_nonnull(strstr(ask(&nodes[0], meet), "OK"));
    for (size_t i = 0; i < 2; i++) {
        await_answer(&nodes[i], "CLUSTER INFO", "cluster_known_nodes:2");
        await_answer(&nodes[i], "CLUSTER INFO", "messages_pong_received");
    }
    container_stop(&nodes[1].container, 0);
    container_stop(&nodes[0].container, 0);
}
END_TEST

int main(void)
{
    if (access("./redis-init-tls", X_OK) != 0) {
        (void)printf("SKIP: test_tls_nodes needs a build with OpenSSL\n");
        return 77;
    }
    TCase *tests = tcase_create("tls nodes");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_replica_stays_linked);
    tcase_add_test(tests, nodes_meet);
    return container_main(tests);
}
