// SPDX-License-Identifier: Apache-2.0
#include "bind.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct setting {
    const char *bind;
    const char *resolved;
    const char *old_server; /* without `optional` */
};

static const struct setting settings[] = {
    {"* -::*", "* -::*", "0.0.0.0 ::"},
    {"*", "*", "0.0.0.0"},
    {"-*", "-*", "0.0.0.0"},
    {"::*", "::*", "::"},
    {"loopback", "127.0.0.1 -::1", "127.0.0.1 ::1"},
    {"-loopback", "-127.0.0.1 -::1", "127.0.0.1 ::1"},
    {"127.0.0.1", "127.0.0.1", "127.0.0.1"},
    {"-10.1.2.3", "-10.1.2.3", "10.1.2.3"},
    {"0.0.0.0 ::", "0.0.0.0 ::", "0.0.0.0 ::"},
    {"-fd00::1 ::1", "-fd00::1 ::1", "fd00::1 ::1"},
    {"fe80::1", "fe80::1", "fe80::1"},
    {"::ffff:10.0.0.1", "::ffff:10.0.0.1", "::ffff:10.0.0.1"},
    {"  10.0.0.1 \t 10.0.0.2\t", "10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2"},
    {"loopback 10.0.0.1 -::*", "127.0.0.1 -::1 10.0.0.1 -::*", "127.0.0.1 ::1 10.0.0.1 ::"},
    {"0000:0000:0000:0000:0000:0000:0000:0001", "0000:0000:0000:0000:0000:0000:0000:0001",
     "0000:0000:0000:0000:0000:0000:0000:0001"},
};

START_TEST(addresses_as_redis_conf_takes_them)
{
    char out[BIND_MAX];
    struct failure failure = {0};
    ck_assert_msg(bind_resolve(settings[_i].bind, true, out, &failure), "%s", failure.text);
    ck_assert_str_eq(out, settings[_i].resolved);
    ck_assert_msg(bind_resolve(settings[_i].bind, false, out, &failure), "%s", failure.text);
    ck_assert_str_eq(out, settings[_i].old_server);
}
END_TEST

struct wrong {
    const char *bind;
    const char *text;
};

static const struct wrong wrongs[] = {
    {"", "bind is empty"},
    {" \t ", "bind is empty"},
    {"nosuch0", "`nosuch0` is neither an address nor an interface"},
    {"-nosuch0", "`nosuch0` is neither"},
    {"127.0.0.1 nosuch0", "`nosuch0` is neither"},
    {"-", "`` is neither"},
    {"--::1", "`-::1` is neither"},
    {"256.0.0.1", "`256.0.0.1` is neither"},
    {"10.0.0", "`10.0.0` is neither"},
    {"10.0.0.1:6379", "`10.0.0.1:6379` is neither"},
    {"10.0.0.0/8", "`10.0.0.0/8` is neither"},
    {"[::1]", "`[::1]` is neither"},
    {":::1", "`:::1` is neither"},
    {"fe80::1%nosuch0", "is neither"},
    {"localhost", "`localhost` is neither"},
    {"Loopback", "`Loopback` is neither"},
    {"**", "`**` is neither"},
    {"10.0.0.1,10.0.0.2", "is neither"},
    {"10.0.0.1\n10.0.0.2", "is neither"},
    {"\"10.0.0.1\"", "is neither"},
    {"a23456789b23456789c23456789d23456789e23456789f23456789g2345678_", "is neither"},
    {"a23456789b23456789c23456789d23456789e23456789f23456789g2345678__", "too long for an address"},
};

struct local {
    const char *resolved;
    const char *addresses; /* with a blank behind each */
};

static const struct local locals[] = {
    {"* -::*", "127.0.0.1 ::1 "},
    {"0.0.0.0 ::", "127.0.0.1 ::1 "},
    {"::*", "::1 "},
    {"127.0.0.1 -::1", "127.0.0.1 ::1 "},
    {"-::1 127.0.0.7", "::1 127.0.0.7 "},
    {"192.0.2.1 -127.0.0.7", "127.0.0.7 "}, /* not by an address that a proxy may have */
    {"192.0.2.1 -2001:db8::1", "192.0.2.1 2001:db8::1 "},
    {" \t192.0.2.1\t", "192.0.2.1 "},
    {"", ""},
    {"- -- nonsense 1.2.3 0123456789012345678901234567890123456789012345678901234567890", ""},
};

START_TEST(addresses_to_reach_it_at)
{
    char text[512] = "";
    const struct bind_local local = bind_local_of(locals[_i].resolved);
    for (size_t i = 0; i < local.count; i++)
        strcat(strcat(text, local.address[i]), " ");
    ck_assert_str_eq(text, locals[_i].addresses);
}
END_TEST

START_TEST(no_more_addresses_than_there_is_room_for)
{
    char text[1024] = "";
    for (int i = 0; i < 2 * BIND_LOCAL_MAX; i++)
        strcat(text, "-127.0.0.1 ");
    ck_assert_uint_eq(bind_local_of(text).count, BIND_LOCAL_MAX);
}
END_TEST

START_TEST(a_wrong_word_is_named)
{
    char out[BIND_MAX];
    struct failure failure = {0};
    ck_assert_msg(!bind_resolve(wrongs[_i].bind, true, out, &failure), "%s", out);
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_ptr_nonnull(strstr(failure.text, "bind"));
    ck_assert_msg(strstr(failure.text, wrongs[_i].text) != NULL, "%s", failure.text);
}
END_TEST

/* 409 times "10.0.0.10 " less one blank are 4,089 bytes, then 5 more fit with the NUL. */
START_TEST(no_more_than_the_buffer)
{
    static char setting[2 * BIND_MAX];
    char out[BIND_MAX];
    struct failure failure = {0};
    for (int i = 0; i < 409; i++)
        strcat(setting, "10.0.0.10 ");
    char *end = setting + strlen(setting);
    strcpy(end, "::fff");
    ck_assert_msg(bind_resolve(setting, true, out, &failure), "%s", failure.text);
    ck_assert_uint_eq(strlen(out), BIND_MAX - 1);
    ck_assert_str_eq(out, setting);
    strcpy(end, "::ffff");
    ck_assert(!bind_resolve(setting, true, out, &failure));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_ptr_nonnull(strstr(failure.text, "too many addresses"));
    strcpy(end, "loopback");
    ck_assert(!bind_resolve(setting, true, out, &failure));
    ck_assert_ptr_nonnull(strstr(failure.text, "too many addresses"));
}
END_TEST

static bool text_of(const struct ifaddrs *entry, char text[INET6_ADDRSTRLEN])
{
    const struct sockaddr *address = entry->ifa_addr;
    if (address != NULL && address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        return inet_ntop(AF_INET, &v4.sin_addr, text, INET6_ADDRSTRLEN) != NULL;
    }
    if (address != NULL && address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof(v6));
        return !IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr) &&
               inet_ntop(AF_INET6, &v6.sin6_addr, text, INET6_ADDRSTRLEN) != NULL;
    }
    return false;
}

/* The addresses of interface `name` in the order of getifaddrs(3), each behind `prefix`. */
static void addresses_of(const struct ifaddrs *list, const char *name, const char *prefix,
                         char out[BIND_MAX])
{
    char text[INET6_ADDRSTRLEN];
    size_t used = 0;
    out[0] = '\0';
    for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next)
        if (strcmp(entry->ifa_name, name) == 0 && text_of(entry, text))
            used += (size_t)snprintf(out + used, BIND_MAX - used, "%s%s%s", used > 0 ? " " : "",
                                     prefix, text);
}

START_TEST(an_interface_becomes_its_addresses)
{
    struct ifaddrs *list;
    char expected[BIND_MAX];
    char out[BIND_MAX];
    char setting[64];
    struct failure failure = {0};
    unsigned checked = 0;
    ck_assert_int_eq(getifaddrs(&list), 0);
    for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next) {
        addresses_of(list, entry->ifa_name, "", expected);
        ck_assert(bind_resolve(entry->ifa_name, true, out, &failure) == (*expected != '\0'));
        if (*expected == '\0')
            continue;
        checked++;
        ck_assert_str_eq(out, expected);
        (void)snprintf(setting, sizeof(setting), "-%s", entry->ifa_name);
        ck_assert(bind_resolve(setting, false, out, &failure));
        ck_assert_str_eq(out, expected);
        ck_assert(bind_resolve(setting, true, out, &failure));
        addresses_of(list, entry->ifa_name, "-", expected);
        ck_assert_str_eq(out, expected);
    }
    freeifaddrs(list);
    if (checked == 0)
        puts("SKIP: no interface has an address here");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bind");
    tcase_add_loop_test(tests, addresses_to_reach_it_at, 0,
                        (int)(sizeof(locals) / sizeof(locals[0])));
    tcase_add_test(tests, no_more_addresses_than_there_is_room_for);
    tcase_add_loop_test(tests, addresses_as_redis_conf_takes_them, 0, COUNT(settings));
    tcase_add_loop_test(tests, a_wrong_word_is_named, 0, COUNT(wrongs));
    tcase_add_test(tests, no_more_than_the_buffer);
    tcase_add_test(tests, an_interface_becomes_its_addresses);
    return unit_main("bind", tests);
}
