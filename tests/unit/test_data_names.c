// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <stdio.h>
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
    {"temp-1.rdb", true},
    {"temp-rewriteaof-bg-1.aof", true},
    {"nodes.conf", true},
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
    {"dump-2026-01-01.rdb", false}, /* a backup is the user's */
    {"temp-notes", false},
    {"temp.rdb", false},
};

START_TEST(the_names_that_redis_has)
{
    const struct data_names names = data_names_of(&settings, &args);
    ck_assert_uint_eq(names.count, 0);
    ck_assert_msg(data_names_has(&names, names_known[_i].name) == names_known[_i].redis, "%s",
                  names_known[_i].name);
}
END_TEST

struct inside {
    const char *name;
    bool redis;
};

static const struct inside inside_known[] = {
    {"appendonly.aof.1.base.rdb", true},
    {"appendonly.aof.2.incr.aof", true},
    {"appendonly.aof.manifest", true},
    {"temp-appendonly.aof.manifest", true},
    {"appendonly.aof.manifest.old", false},
    {"notes", false},
    {"", false},
};

START_TEST(the_names_inside_appendonlydir)
{
    ck_assert_msg(data_names_has_inside(inside_known[_i].name) == inside_known[_i].redis, "%s",
                  inside_known[_i].name);
}
END_TEST

static void set_conf(const char *text)
{
    args.has_conf_file = true;
    (void)snprintf(args.conf_file, sizeof(args.conf_file), "%s/x.conf", unit_folder());
    unit_write(args.conf_file, text, strlen(text), 0600);
}

START_TEST(names_in_the_users_conf_count)
{
    char text[PATH_MAX + 64];
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/more.conf", unit_folder());
    unit_write(path, "cluster-config-file nodes-1.conf\n", 33, 0600);
    (void)snprintf(text, sizeof(text), "DbFilename \"my orders\"\ninclude %s\nport 1\n", path);
    set_conf(text);
    (void)snprintf(path, sizeof(path), "%s/third.conf", unit_folder());
    unit_write(path, "appenddirname log\n", 18, 0600);
    add_directive("include", path);
    const struct data_names names = data_names_of(&settings, &args);
    ck_assert_uint_eq(names.count, 3);
    ck_assert(data_names_has(&names, "my orders") && data_names_has(&names, "nodes-1.conf"));
    ck_assert(data_names_has_folder(&names, "log"));
}
END_TEST

START_TEST(a_conf_that_cannot_be_read_has_no_names)
{
    set_conf("dbfilename ../x\ninclude /nonexistent\n");
    ck_assert_uint_eq(data_names_of(&settings, &args).count, 0);
    args.conf_file[1] = '?';
    ck_assert_uint_eq(data_names_of(&settings, &args).count, 0);
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
    tcase_add_loop_test(tests, the_names_inside_appendonlydir, 0,
                        (int)(sizeof(inside_known) / sizeof(inside_known[0])));
    tcase_add_test(tests, names_in_the_users_conf_count);
    tcase_add_test(tests, a_conf_that_cannot_be_read_has_no_names);
    tcase_add_test(tests, the_users_names_count);
    tcase_add_test(tests, a_name_may_be_quoted);
    tcase_add_test(tests, a_name_that_no_file_system_takes_is_left_out);
    tcase_add_loop_test(tests, a_path_is_no_name, 0, 6);
    tcase_add_test(tests, too_many_names_are_left_out);
    return unit_main("data names", tests);
}
