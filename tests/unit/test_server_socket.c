// SPDX-License-Identifier: Apache-2.0
#include "server_socket.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct settings settings;
static struct server_args args;

static void begin(void)
{
    settings = (struct settings){.run_dir = "/run/redis-init"};
    args = (struct server_args){0};
}

static void expect(const char *path, bool is_ours)
{
    const struct server_socket socket = server_socket_of(&settings, &args);
    ck_assert_str_eq(socket.path, path);
    ck_assert_int_eq(socket.is_ours, is_ours);
}

static void add_line(char *name, char *value)
{
    settings.directives[settings.directive_count++] = (struct directive_line){name, value};
}

static void add_argument(const char *name, const char *rest, char *const *values, size_t count)
{
    args.list[args.count++] = (struct server_arg){name, strlen(name), rest, values, count};
}

static void use_conf(const char *text)
{
    (void)snprintf(args.conf_file, sizeof(args.conf_file), "%s/user.conf", unit_folder());
    unit_write(args.conf_file, text, strlen(text), 0644);
    args.has_conf_file = true;
}

START_TEST(ours_is_in_run_dir)
{
    static const enum conf_place places[] = {CONF_AUTO, CONF_FILE};
    settings.conf = places[_i];
    expect("/run/redis-init/redis.sock", true);
    use_conf("maxmemory 1mb\n# unixsocket /x\nunixsocketperm 700\n");
    expect("/run/redis-init/redis.sock", true);
}
END_TEST

START_TEST(a_memfd_has_none)
{
    settings.conf = CONF_MEMFD;
    expect("", false);
}
END_TEST

/* unix(7): sun_path has 108 bytes, one of them for the NUL. */
START_TEST(a_path_may_be_too_long)
{
    static char path[256];
    static char socket[300];
    (void)snprintf(path, sizeof(path), "/%0*d", 107 - (int)strlen("/redis.sock") - 1, 0);
    (void)snprintf(socket, sizeof(socket), "%s/redis.sock", path);
    ck_assert_uint_eq(strlen(socket), 107);
    settings.run_dir = path;
    expect(socket, true);
    (void)snprintf(path, sizeof(path), "/%0*d", 108 - (int)strlen("/redis.sock") - 1, 0);
    expect("", false);
}
END_TEST

START_TEST(the_users_stays_and_the_last_one_holds)
{
    static char *values[] = {"/arg"};
    use_conf("unixsocket /first\nUNIXSOCKET \"/of conf\"\n");
    expect("/of conf", false);
    add_line("unixsocket", "'/of ini'");
    expect("/of ini", false);
    add_argument("UnixSocket", "", values, 1);
    expect("/arg", false);
    add_argument("unixsocket", "\"/in word\"", NULL, 0);
    expect("/in word", false);
    settings.conf = CONF_MEMFD;
    expect("/in word", false);
}
END_TEST

START_TEST(the_user_may_want_none)
{
    static char *values[] = {""};
    if (_i == 0)
        add_argument("unixsocket", "", values, 1);
    else
        add_line("unixsocket", "\"\"");
    expect("", false);
}
END_TEST

START_TEST(a_conf_that_cannot_be_read_is_for_its_check)
{
    use_conf("include /none/such.conf\n");
    expect("", false);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("server socket");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, ours_is_in_run_dir, 0, 2);
    tcase_add_test(tests, a_memfd_has_none);
    tcase_add_test(tests, a_path_may_be_too_long);
    tcase_add_test(tests, the_users_stays_and_the_last_one_holds);
    tcase_add_loop_test(tests, the_user_may_want_none, 0, 2);
    tcase_add_test(tests, a_conf_that_cannot_be_read_is_for_its_check);
    return unit_main("server socket", tests);
}
