// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <string.h>

#include "data_names.h"
#include "unit.h"

static struct settings settings;
static struct server_args args;

static void begin(void)
{
    memset(&settings, 0, sizeof(settings));
    memset(&args, 0, sizeof(args));
}

static void add_directive(char *name, char *value)
{
    settings.directives[settings.directive_count++] = (struct directive_line){name, value};
}

static void add_argument(const char *name, const char *rest, char *const *values, size_t count)
{
    args.list[args.count++] = (struct server_arg){name, strlen(name), rest, values, count};
}

struct name {
    const char *name;
    bool redis;
};

static const struct name names_known[] = {
    {"dump.rdb", true},
    {"temp-1.2.rdb", true},
    {"appendonly.aof", true},
    {"a.aof.1.incr.aof", true},
    {"a.manifest", true},
    {"nodes.conf", true},
    {"nodes-6379.conf", true},
    {"appendonlydir", true},
    {"dump.rdb.bak", false},
    {"dump.RDB", false},
    {"rdb", false},
    {"nodes.conf.old", false},
    {"mynodes.conf", false},
    {"appendonlydir2", false},
    {"redis.conf", false},
    {"notes", false},
    {"", false},
    {"users.acl", false},
};

START_TEST(the_names_that_redis_has)
{
    const struct data_names names = data_names_of(&settings, &args);
    ck_assert_uint_eq(names.count, 0);
    ck_assert_msg(data_names_has(&names, names_known[_i].name) == names_known[_i].redis, "%s",
                  names_known[_i].name);
}
END_TEST

START_TEST(the_users_names_count)
{
    char *const values[] = {"folder", NULL};
    add_directive("dbfilename", "orders");
    add_directive("AppendFileName", "log");
    add_directive("maxmemory", "64mb");
    add_argument("appenddirname", "", values, 1);
    add_argument("Cluster-Config-File", "cluster", NULL, 0);
    add_argument("save", "900", NULL, 0);
    const struct data_names names = data_names_of(&settings, &args);
    ck_assert_uint_eq(names.count, 4);
    ck_assert(data_names_has(&names, "orders") && data_names_has(&names, "log"));
    ck_assert(data_names_has(&names, "folder") && data_names_has(&names, "cluster"));
    ck_assert(!data_names_has(&names, "64mb") && !data_names_has(&names, "900"));
    ck_assert(!data_names_has(&names, "order") && !data_names_has(&names, "orders2"));
}
END_TEST

START_TEST(a_name_may_be_quoted)
{
    add_directive("dbfilename", "\"my orders\"");
    add_directive("appendfilename", "'log'");
    add_directive("appenddirname", "\"unbalanced");
    add_argument("cluster-config-file", "\"\\x63luster\"", NULL, 0);
    const struct data_names names = data_names_of(&settings, &args);
    ck_assert_uint_eq(names.count, 3);
    ck_assert(data_names_has(&names, "my orders") && data_names_has(&names, "log"));
    ck_assert(data_names_has(&names, "cluster"));
}
END_TEST

START_TEST(a_name_that_no_file_system_takes_is_left_out)
{
    char longest[NAME_MAX + 2];
    memset(longest, 'a', sizeof(longest));
    longest[NAME_MAX + 1] = '\0';
    add_directive("dbfilename", longest);
    ck_assert_uint_eq(data_names_of(&settings, &args).count, 0);
    longest[NAME_MAX] = '\0';
    const struct data_names names = data_names_of(&settings, &args);
    ck_assert(data_names_has(&names, longest));
}
END_TEST

START_TEST(a_path_is_no_name)
{
    char *paths[] = {"/etc/passwd", "../x", "a/b", "/", "..", "."};
    add_directive("dbfilename", paths[_i]);
    add_argument("dbfilename", paths[_i], NULL, 0);
    const struct data_names names = data_names_of(&settings, &args);
    ck_assert_uint_eq(names.count, 0);
    ck_assert(!data_names_has(&names, paths[_i]));
}
END_TEST

START_TEST(too_many_names_are_left_out)
{
    char text[DATA_NAMES_MAX + 1][2] = {{0}};
    for (size_t i = 0; i <= DATA_NAMES_MAX; i++) {
        text[i][0] = (char)('A' + (int)i);
        add_directive("dbfilename", text[i]);
    }
    const struct data_names names = data_names_of(&settings, &args);
    ck_assert_uint_eq(names.count, DATA_NAMES_MAX);
    ck_assert(data_names_has(&names, text[DATA_NAMES_MAX - 1]));
    ck_assert(!data_names_has(&names, text[DATA_NAMES_MAX]));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("data names");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, the_names_that_redis_has, 0,
                        (int)(sizeof(names_known) / sizeof(names_known[0])));
    tcase_add_test(tests, the_users_names_count);
    tcase_add_test(tests, a_name_may_be_quoted);
    tcase_add_test(tests, a_name_that_no_file_system_takes_is_left_out);
    tcase_add_loop_test(tests, a_path_is_no_name, 0, 6);
    tcase_add_test(tests, too_many_names_are_left_out);
    return unit_main("data names", tests);
}
