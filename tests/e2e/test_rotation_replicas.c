// SPDX-License-Identifier: Apache-2.0

/* A primary and two replicas, each in a network of its own, rotated in each order: they stay
 * linked, and one that loses its link finds back. */

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "container.h"
#include "rotation_case.h"
#include "sandbox.h"

#define MEMBERS 3 /* 0 is the primary */

struct member {
    struct container container;
    char password[SECRET_SIZE]; /* that it was given last */
    char source[32];            /* the primary's address, as the replica sees it */
};

static struct member members[MEMBERS];

/* With an overlap an old masterauth would do; without one it has to follow. */
struct row {
    const char *overlap;
    int code; /* of reload */
};

static const struct row rows[] = {
    {"REDIS_INIT_OVERLAP=300", EX_TEMPFAIL},
    {"REDIS_INIT_OVERLAP=0", 0},
};

static const struct row *row;

static void free_all(void)
{
    for (size_t i = 0; i < MEMBERS; i++)
        container_free(&members[i].container);
}

static void write_password(struct member *member, const char *password)
{
    container_write(&member->container, "password", password, strlen(password), 0444);
    (void)snprintf(member->password, sizeof(member->password), "%s", password);
}

static void start_member(size_t i, const char *password)
{
    struct member *member = &members[i];
    container_init(&member->container);
    write_password(member, password);
    container_setenv(&member->container, "REDIS_PASSWORD_FILE=/run/password");
    container_setenv(&member->container, row->overlap);
    (void)snprintf(member->source, sizeof(member->source), "10.77.%zu.1", i);
    if (i > 0) {
        container_arg(&member->container, "redis-server");
        container_arg(&member->container, "--replicaof");
        container_arg(&member->container, member->source);
        container_arg(&member->container, "6379");
    }
    container_start(&member->container);
    ck_assert_msg(container_await_line(&member->container, CONTAINER_READY), "no start:\n%s",
                  member->container.log);
}

static __attribute__((format(printf, 1, 2))) void run(const char *format, ...)
{
    char command[256];
    va_list words;
    va_start(words, format);
    (void)vsnprintf(command, sizeof(command), format, words);
    va_end(words);
    ck_assert_msg(system(command) == 0, "%s", command);
}

static void raise_end(pid_t pid, const char *device, size_t network, int host)
{
    run("nsenter -t %d -n ip addr add 10.77.%zu.%d/24 dev %s", pid, network, host, device);
    run("nsenter -t %d -n ip link set %s up", pid, device);
}

/* A cable from the primary's network to the replica's. */
static void connect_member(size_t i)
{
    const pid_t primary = members[0].container.pid;
    const pid_t replica = members[i].container.pid;
    char device[16];
    (void)snprintf(device, sizeof(device), "to%zu", i);
    run("ip link add %s netns %d type veth peer name eth0 netns %d", device, primary, replica);
    raise_end(primary, device, i, 1);
    raise_end(replica, "eth0", i, 2);
}

static struct container_client *log_in(const struct member *member)
{
    struct container_client *client = container_connect(&member->container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", member->password, NULL);
    return client;
}

/* Until the replica has what was written; Valkey 9 acknowledges it before, while it loads the first
 * copy. */
static void await_value(const struct member *member, const char *value)
{
    char answer[32];
    char info[8192];
    const time_t end = time(NULL) + SANDBOX_DEADLINE_MS / 1000;
    struct container_client *client = log_in(member);
    do {
        container_command(client, answer, sizeof(answer), 2, (const char *const[]){"GET", "x"},
                          NULL);
        container_command(client, info, sizeof(info), 2,
                          (const char *const[]){"INFO", "replication"}, NULL);
    } while ((strcmp(answer, value) != 0 || strstr(info, "master_link_status:up") == NULL) &&
             time(NULL) < end);
    ck_assert_str_eq(answer, value);
    ck_assert_msg(strstr(info, "master_link_status:up") != NULL, "%s", info);
    container_disconnect(client);
}

/* What is written on the primary comes to both. */
static void expect_linked(void)
{
    static unsigned writes;
    char value[32];
    (void)snprintf(value, sizeof(value), "%u", ++writes);
    struct container_client *client = log_in(&members[0]);
    container_expect(client, "OK", "SET", "x", value, NULL);
    container_expect(client, "2", "WAIT", "2", "60000", NULL);
    container_disconnect(client);
    for (size_t i = 1; i < MEMBERS; i++)
        await_value(&members[i], value);
}

static void rotate(struct member *member, const char *password)
{
    static const char *const words[] = {"reload", NULL};
    write_password(member, password);
    struct container_process process =
        container_exec_start(&member->container, container_uid(), false, words);
    const int code = container_exec_wait(&process, text, sizeof(text));
    ck_assert_msg(code == row->code && strstr(text, "rotated: ") != NULL, "%d: %s", code, text);
}

/* Cut from the one side or the other, they log in anew. */
static void cut(const struct member *member, const char *type, const char *count)
{
    struct container_client *client = log_in(member);
    container_expect(client, count, "CLIENT", "KILL", "TYPE", type, NULL);
    container_disconnect(client);
    expect_linked();
}

static const size_t orders[][MEMBERS] = {
    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0},
};

static void rotate_all(const size_t order[MEMBERS])
{
    char password[SECRET_SIZE];
    bool primary_has_it = false;
    next_secret(password);
    for (size_t i = 0; i < MEMBERS; i++) {
        rotate(&members[order[i]], password);
        expect_linked();
        primary_has_it = primary_has_it || order[i] == 0;
        if (primary_has_it && row->code != 0) /* the overlap, in which both log in, has begun */
            cut(&members[0], "replica", "2");
    }
    cut(&members[0], "replica", "2");
    cut(&members[1], "master", "1");
    cut(&members[2], "master", "1");
}

START_TEST(in_each_order)
{
    char password[SECRET_SIZE];
    if (!container_is_root("in_each_order"))
        return;
    row = &rows[_i];
    next_secret(password);
    for (size_t i = 0; i < MEMBERS; i++)
        start_member(i, password);
    for (size_t i = 1; i < MEMBERS; i++)
        connect_member(i);
    expect_linked();
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        rotate_all(orders[i]);
    for (size_t i = 0; i < MEMBERS; i++)
        container_stop(&members[i].container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rotation replicas");
    tcase_add_checked_fixture(tests, NULL, free_all);
    tcase_add_loop_test(tests, in_each_order, 0, sizeof(rows) / sizeof(rows[0]));
    return container_main(tests);
}
