// SPDX-License-Identifier: Apache-2.0

/* Which addresses the server listens on. */

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"

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

static void expect_answer_on(const char *address)
{
    struct container_client *client = container_connect(&container, address);
    container_expect(client, "NOAUTH", "PING", NULL);
    container_disconnect(client);
}

/* Whether a socket listens on that local address, as /proc/net/tcp and tcp6 write it. */
static bool listens_on(const char *table, const char *address)
{
    char text[16384], wanted[128];
    /* no other end, state 0A: a client's connection has the same local address (proc_net_tcp) */
    (void)snprintf(wanted, sizeof(wanted), ": %s:%04X %0*d:0000 0A", address,
                   (unsigned)container.port, (int)strlen(address), 0);
    ck_assert_int_ge(sandbox_proc_file(container.pid, table, text, sizeof(text)), 0);
    return strstr(text, wanted) != NULL;
}

#define ANY_4 "00000000"
#define LOOPBACK_4 "0100007F"
#define ANY_6 "00000000000000000000000000000000"
#define LOOPBACK_6 "00000000000000000000000001000000"

START_TEST(all_addresses_of_both_kinds)
{
    container_start_guarded(&container, PASSWORD);
    expect_answer_on("::1");
    ck_assert(listens_on("net/tcp", ANY_4));
    ck_assert(listens_on("net/tcp6", ANY_6));
    container_stop(&container, 0);
}
END_TEST

static bool forbid_ipv6(void *argument)
{
    (void)argument;
    int fd = open("/proc/sys/net/ipv6/conf/all/disable_ipv6", O_WRONLY | O_CLOEXEC);
    return fd >= 0 && write(fd, "1", 1) == 1 && close(fd) == 0;
}

/* Needs a network of its own, which only root's tests have. */
static bool has_own_network(const char *test)
{
    if (geteuid() != 0)
        printf("SKIP: %s needs root\n", test);
    return geteuid() == 0;
}

START_TEST(host_without_ipv6)
{
    if (!has_own_network("host_without_ipv6"))
        return;
    container.before_exec = forbid_ipv6;
    container_start_guarded(&container, PASSWORD);
    ck_assert(listens_on("net/tcp", ANY_4));
    container_stop(&container, 0);
}
END_TEST

START_TEST(loopback_without_ipv6)
{
    if (!has_own_network("loopback_without_ipv6"))
        return;
    container.before_exec = forbid_ipv6;
    container_setenv(&container, "REDIS_INIT_BIND=loopback");
    container_start_guarded(&container, PASSWORD);
    container_stop(&container, 0);
}
END_TEST

struct binding {
    const char *setting;
    bool any_4, loopback_4, loopback_6;
};

static const struct binding bindings[] = {
    {"REDIS_INIT_BIND=loopback", false, true, true},
    {"REDIS_INIT_BIND=127.0.0.1", false, true, false},
    {"REDIS_INIT_BIND=lo", false, true, true},
    {"REDIS_INIT_BIND=127.0.0.1 -::1", false, true, true},
    {"REDIS_INIT_BIND=127.0.0.1 -192.0.2.7", false, true, false},
    {"REDIS_INIT_BIND=*", true, false, false},
};

START_TEST(bind_listens_there_alone)
{
    const struct binding *binding = &bindings[_i];
    container_setenv(&container, binding->setting);
    container_start_guarded(&container, PASSWORD);
    ck_assert_int_eq(listens_on("net/tcp", ANY_4), binding->any_4);
    ck_assert_int_eq(listens_on("net/tcp", LOOPBACK_4), binding->loopback_4);
    ck_assert_int_eq(listens_on("net/tcp6", LOOPBACK_6), binding->loopback_6);
    ck_assert(!listens_on("net/tcp6", ANY_6));
    container_stop(&container, 0);
}
END_TEST

/* IPv6 alone (bitnami-docker-redis#199). */
START_TEST(ipv6_alone)
{
    container_setenv(&container, "REDIS_INIT_BIND=::1");
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "no start:\n%s",
                  container.log);
    expect_answer_on("::1");
    ck_assert(!listens_on("net/tcp", LOOPBACK_4));
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("network");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, all_addresses_of_both_kinds);
    tcase_add_test(tests, host_without_ipv6);
    tcase_add_test(tests, loopback_without_ipv6);
    tcase_add_loop_test(tests, bind_listens_there_alone, 0,
                        (int)(sizeof(bindings) / sizeof(bindings[0])));
    tcase_add_test(tests, ipv6_alone);
    return container_main(tests);
}
