// SPDX-License-Identifier: Apache-2.0
#include "renamed.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "private_file.h"
#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct failure failure;
static struct settings settings;
static struct server_args args;
static const char *command;

static const char *path_of(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", unit_folder(), name);
    return path;
}

static void begin(void)
{
    settings = (struct settings){.run_dir = unit_folder()};
    args = (struct server_args){.has_conf_file = false};
    failure = (struct failure){0};
}

static void expect(const char *renamed)
{
    ck_assert_msg(renamed_find(&command, &settings, &args, &failure), "%s", failure.text);
    ck_assert_pstr_eq(command, renamed);
}

static const struct {
    const char *line;
    const char *renamed;
} cases[] = {
    {"rename-command CONFIG \"\"\n", "CONFIG"},
    {"RENAME-command \"c\\x6fnfig\" hidden\n", "CONFIG"},
    {"rename-command acl x\n", "ACL"},
    {"rename-command AUTH x", "AUTH"},
    {"rename-command MULTI x\nrename-command keys k\n", "MULTI"},
    {"rename-command exec ''\n", "EXEC"},
    {"rename-command FLUSHALL \"\"\n", NULL},
    {"# rename-command CONFIG \"\"\n", NULL},
    {"rename-command CONFIGURE x\n", NULL},
    {"rename-command\n", NULL}, /* for the server to refuse */
};

START_TEST(in_a_conf)
{
    unit_write(path_of("user.conf"), cases[_i].line, strlen(cases[_i].line), 0600);
    args.has_conf_file = true;
    (void)snprintf(args.conf_file, sizeof(args.conf_file), "%s", path_of("user.conf"));
    expect(cases[_i].renamed);
}
END_TEST

START_TEST(in_the_ini)
{
    char name[] = "Rename-Command";
    char config[] = "'config' \"\"";
    char other[] = "FLUSHDB CONFIG";
    settings.directives[0] = (struct directive_line){.name = name, .value = config};
    settings.directive_count = 1;
    expect("CONFIG");
    settings.directives[0].value = other;
    expect(NULL);
}
END_TEST

/* In one word, and in several. */
START_TEST(among_the_arguments)
{
    char config[] = "Config";
    char empty[] = "";
    char *values[] = {config, empty};
    static const char name[] = "rename-command";
    args.count = 1;
    args.list[0] = (struct server_arg){name, strlen(name), "", values, 2};
    expect("CONFIG");
    args.list[0] = (struct server_arg){name, strlen(name), "\"ACL\" x", values, 0};
    expect("ACL");
    args.list[0] = (struct server_arg){name, strlen(name), "GET CONFIG", values, 0};
    expect(NULL);
    args.list[0] = (struct server_arg){"save", 4, "CONFIG", values, 0};
    expect(NULL);
}
END_TEST

/* The redis.conf of ours, which includes the user's. */
START_TEST(of_a_server_that_runs)
{
    char text[PATH_MAX + 16];
    ck_assert_ptr_null(renamed_in(&settings));
    (void)snprintf(text, sizeof(text), "include %s\n", path_of("theirs"));
    unit_write(path_of(CONF_NAME), text, strlen(text), 0600);
    unit_write(path_of("theirs"), cases[0].line, strlen(cases[0].line), 0600);
    ck_assert_pstr_eq(renamed_in(&settings), "CONFIG");
    unit_write(path_of("theirs"), "hz 10\n", 6, 0600);
    ck_assert_ptr_null(renamed_in(&settings));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("renamed");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, in_a_conf, 0, COUNT(cases));
    tcase_add_test(tests, in_the_ini);
    tcase_add_test(tests, among_the_arguments);
    tcase_add_test(tests, of_a_server_that_runs);
    return unit_main("renamed", tests);
}
