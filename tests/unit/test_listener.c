// SPDX-License-Identifier: Apache-2.0
#include "listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define HEADER                                                                                     \
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "  \
    "inode\n"
/* The words of an address are in the machine's order: all but the mapped one here have one byte
 * four times. */
#define ROW(local, state, uid)                                                                     \
    "   0: " local " 00000000:0000 " state " 00000000:00000000 00:00000000 00000000 " uid          \
    "        0 20543 1 0000000000000000 100 0 0 10 0\n"
#define ANY_6 "00000000000000000000000000000000"
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define MAPPED "0000000000000000FFFF000011111111"
#else
#define MAPPED "00000000000000000000FFFF11111111"
#endif

static union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

static void use(const char *text, in_port_t port)
{
    memset(&address, 0, sizeof(address));
    if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        return;
    }
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(port);
    ck_assert_int_eq(inet_pton(AF_INET6, text, &address.v6.sin6_addr), 1);
}

struct table {
    const char *rows;
    const char *address;
    enum listener found;
};

/* Port 6379 is 18EB; the tests are uid 999. */
static const struct table tables[] = {
    {HEADER, "17.17.17.17", LISTENER_NONE},
    {HEADER ROW("11111111:18EB", "0A", "999"), "17.17.17.17", LISTENER_OURS},
    {HEADER ROW("00000000:18EB", "0A", "999"), "17.17.17.17", LISTENER_OURS},
    {HEADER ROW("00000000:18EB", "0A", "  0"), "17.17.17.17", LISTENER_FOREIGN},
    {HEADER ROW("11111111:18EB", "0A", "9990"), "17.17.17.17", LISTENER_FOREIGN},
    {HEADER ROW("11111111:18EC", "0A", "999"), "17.17.17.17", LISTENER_NONE},
    {HEADER ROW("22222222:18EB", "0A", "  0"), "17.17.17.17", LISTENER_NONE},
    {HEADER ROW("11111111:18EB", "01", "999"), "17.17.17.17", LISTENER_NONE},
    /* both of a port that is shared must be ours */
    {HEADER ROW("11111111:18EB", "0A", "999") ROW("11111111:18EB", "0A", "998"), "17.17.17.17",
     LISTENER_FOREIGN},
    /* those that listen come first: what is behind a connection is not looked at */
    {HEADER ROW("11111111:18EB", "0A", "999") ROW("11111111:18EB", "01", "0")
         ROW("11111111:18EB", "0A", "998"),
     "17.17.17.17", LISTENER_OURS},
    {HEADER ROW(ANY_6 ":18EB", "0A", "999"), "::1", LISTENER_OURS},
    {HEADER ROW(ANY_6 ":18EB", "0A", "999"), "17.17.17.17", LISTENER_OURS},
    {HEADER ROW(MAPPED ":18EB", "0A", "998"), "17.17.17.17", LISTENER_FOREIGN},
    {HEADER ROW(MAPPED ":18EB", "0A", "998"), "34.34.34.34", LISTENER_NONE},
    {HEADER ROW("11111111111111111111111111111111:18EB", "0A", "998"), "::1", LISTENER_NONE},
    {HEADER ROW("11111111111111111111111111111111:18EB", "0A", "999"),
     "1111:1111:1111:1111:1111:1111:1111:1111", LISTENER_OURS},
    {"", "17.17.17.17", LISTENER_UNKNOWN},
    {HEADER "something else\n", "17.17.17.17", LISTENER_UNKNOWN},
    {HEADER "   0: 11111111:18EB 00000000:0000 0A\n", "17.17.17.17", LISTENER_UNKNOWN},
};

START_TEST(a_table_says_whose_it_is)
{
    FILE *table = tmpfile();
    ck_assert_ptr_nonnull(table);
    ck_assert_int_ge(fputs(tables[_i].rows, table), 0);
    rewind(table);
    use(tables[_i].address, 6379);
    ck_assert_int_eq(listener_in_table(table, &address.any, 999), tables[_i].found);
    ck_assert_int_eq(fclose(table), 0);
}
END_TEST

/* The kernel's own tables, for a socket of this process. */
START_TEST(a_real_socket_is_found)
{
    socklen_t length = sizeof(address);
    use("127.0.0.1", 0);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, &address.any, sizeof(address.v4)), 0);
    ck_assert_int_eq(getsockname(fd, &address.any, &length), 0);
    ck_assert_int_eq(listener_of(&address.any, geteuid()), LISTENER_NONE);
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_int_eq(listener_of(&address.any, geteuid()), LISTENER_OURS);
    ck_assert_int_eq(listener_of(&address.any, geteuid() + 1), LISTENER_FOREIGN);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(listener_of(&address.any, geteuid()), LISTENER_NONE);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("listener");
    tcase_add_loop_test(tests, a_table_says_whose_it_is, 0, COUNT(tables));
    tcase_add_test(tests, a_real_socket_is_found);
    return unit_main("listener", tests);
}
