// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define NOWHERE "/nonexistent/x.ini"

static struct settings settings;
static struct failure failure;

/* A file in this process's folder; the caller frees the path. */
static char *new_ini(const char *name, const char *ini)
{
    char *path;
    ck_assert_int_gt(asprintf(&path, "%s/%s", unit_folder(), name), 0);
    unit_write(path, ini, strlen(ini), 0600);
    return path;
}

static bool load(const char *ini_option, const char *ini_default, char *const *environment)
{
    const struct settings_sources sources = {ini_option, ini_default, environment};
    failure = (struct failure){0};
    return settings_load(&settings, &sources, &failure);
}

START_TEST(the_later_source_wins)
{
    char *path = new_ini("a.ini", "[redis]\nport = 1\nbind = 127.0.0.1\n[process]\nuid = 5\n");
    char *const environment[] = {"REDIS_INIT_PORT=2", "REDIS_INIT_UID=6", NULL};
    ck_assert_msg(load(path, NOWHERE, environment), "%s", failure.text);
    ck_assert_uint_eq(settings.port, 2);
    ck_assert_uint_eq(settings.uid, 6);
    ck_assert_uint_eq(settings.gid, 999);
    ck_assert_str_eq(settings.bind, "127.0.0.1");
    ck_assert_str_eq(settings.data_dir, "/data");
    ck_assert(settings_override(&settings, "port", "3", "argument --port", &failure));
    ck_assert(settings_override(&settings, "bind", "::1", "argument --bind", &failure));
    ck_assert_uint_eq(settings.port, 3);
    ck_assert_str_eq(settings.bind, "::1");
    settings_free(&settings);
    free(path);
}
END_TEST

START_TEST(the_first_of_option_variable_and_default_is_read)
{
    char *option = new_ini("option.ini", "[redis]\nport = 1\n");
    char *variable = new_ini("variable.ini", "[redis]\nport = 2\n");
    char *standard = new_ini("default.ini", "[redis]\nport = 3\n");
    char config[PATH_MAX];
    (void)snprintf(config, sizeof(config), "REDIS_INIT_CONFIG=%s", variable);
    char *const environment[] = {config, NULL};
    char *const none[] = {NULL};
    ck_assert(load(option, standard, environment));
    ck_assert_uint_eq(settings.port, 1);
    ck_assert_str_eq(settings.config_file, option);
    settings_free(&settings);
    ck_assert(load(NULL, standard, environment));
    ck_assert_uint_eq(settings.port, 2);
    ck_assert_str_eq(settings.config_file, variable);
    settings_free(&settings);
    ck_assert(load(NULL, standard, none));
    ck_assert_uint_eq(settings.port, 3);
    ck_assert_str_eq(settings.config_file, standard);
    settings_free(&settings);
    free(option);
    free(variable);
    free(standard);
}
END_TEST

START_TEST(a_named_ini_must_be_there)
{
    char *const none[] = {NULL};
    char *const named[] = {"REDIS_INIT_CONFIG=" NOWHERE, NULL};
    char *path = new_ini("b.ini", "");
    ck_assert(load(NULL, NOWHERE, none));
    ck_assert_ptr_null(settings.config_file);
    settings_free(&settings);
    ck_assert(!load(NOWHERE, path, none));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_ptr_nonnull(strstr(failure.text, NOWHERE));
    settings_free(&settings);
    ck_assert(!load(NULL, path, named));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_ptr_nonnull(strstr(failure.text, NOWHERE));
    settings_free(&settings);
    free(path);
}
END_TEST

struct ignored {
    char *variable;
};

/* What Kubernetes puts there for Services named redis-init, redis and others. */
static const struct ignored ignored[] = {
    {"REDIS_INIT_PORT=tcp://10.0.0.11:6379"},
    {"REDIS_INIT_SERVICE_HOST=10.0.0.11"},
    {"REDIS_INIT_SERVICE_PORT=7000"},
    {"REDIS_INIT_SERVICE_PORT_REDIS=7000"},
    {"REDIS_INIT_PORT_7000_TCP=tcp://10.0.0.11:7000"},
    {"REDIS_INIT_PORT_7000_TCP_PROTO=tcp"},
    {"REDIS_INIT_PORT_7000_TCP_PORT=7000"},
    {"REDIS_INIT_PORT_7000_TCP_ADDR=10.0.0.11"},
    {"REDIS_PORT=tcp://10.0.0.11:7000"},
    {"REDIS_PORT=7000"},
    {"PORT=7000"},
    {"redis_init_port=7000"},
    {"REDIS_INIT=7000"},
    {"XREDIS_INIT_PORT=7000"},
    {"REDIS_INIT_PORT"}, /* no `=` at all */
    {""},
};

START_TEST(what_is_no_setting_is_passed_over)
{
    char *const environment[] = {ignored[_i].variable, "REDIS_INIT_UID=7", NULL};
    ck_assert_msg(load(NULL, NOWHERE, environment), "%s", failure.text);
    ck_assert_uint_eq(settings.port, 6379);
    ck_assert_uint_eq(settings.uid, 7);
    ck_assert_str_eq(settings.bind, "* -::*");
    settings_free(&settings);
}
END_TEST

struct unknown {
    char *variable;
    const char *text;
};

static const struct unknown unknowns[] = {
    {"REDIS_INIT_PROT=1",
     "REDIS_INIT_PROT: unknown key `prot` in the environment, did you mean `port`?"},
    {"REDIS_INIT_MIN_LENGHT=1", "did you mean `min_length`?"},
    {"REDIS_INIT_=1", "REDIS_INIT_: unknown key"},
    {"REDIS_INIT_PASSWORD=hush-hush-very-secret", "REDIS_INIT_PASSWORD: unknown key `password`"},
    {"REDIS_INIT_REQUIREPASS=hush-hush-very-secret", "unknown key `requirepass`"},
    {"REDIS_INIT_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"
     "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX=1",
     "REDIS_INIT_XXXXXXXXXX"},
};

START_TEST(an_unknown_variable_is_an_error)
{
    char *const environment[] = {unknowns[_i].variable, NULL};
    ck_assert(!load(NULL, NOWHERE, environment));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_msg(strstr(failure.text, unknowns[_i].text) != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, "hush") == NULL, "%s", failure.text);
    settings_free(&settings);
}
END_TEST

START_TEST(directives_are_kept_in_order)
{
    char *const none[] = {NULL};
    char *path = new_ini("c.ini", "[redis.conf]\nsave 60 1\nsave = 300 10\nuser bob on\n"
                                  "rename-command FLUSHALL \"\"\n");
    static const struct directive_line expected[] = {{"save", "60 1"},
                                                     {"save", "300 10"},
                                                     {"user", "bob on"},
                                                     {"rename-command", "FLUSHALL \"\""}};
    ck_assert_msg(load(path, NOWHERE, none), "%s", failure.text);
    ck_assert_uint_eq(settings.directive_count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        ck_assert_str_eq(settings.directives[i].name, expected[i].name);
        ck_assert_str_eq(settings.directives[i].value, expected[i].value);
    }
    settings_free(&settings);
    ck_assert_uint_eq(settings.directive_count, 0);
    free(path);
}
END_TEST

START_TEST(directives_have_a_limit)
{
    char *const none[] = {NULL};
    static char ini[] = "[redis.conf]\n";
    static char text[sizeof(ini) + (DIRECTIVES_MAX + 1) * 4];
    strcpy(text, ini);
    for (int i = 0; i < DIRECTIVES_MAX; i++)
        strcat(text, "a 1\n");
    char *path = new_ini("d.ini", text);
    ck_assert_msg(load(path, NOWHERE, none), "%s", failure.text);
    ck_assert_uint_eq(settings.directive_count, DIRECTIVES_MAX);
    settings_free(&settings);
    free(path);
    path = new_ini("d.ini", strcat(text, "a 1\n"));
    ck_assert(!load(path, NOWHERE, none));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_ptr_nonnull(strstr(failure.text, "d.ini:1026: more than 1024 lines"));
    settings_free(&settings);
    free(path);
}
END_TEST

/* The strings given in may go away or change. */
START_TEST(the_struct_owns_copies)
{
    char variable[] = "REDIS_INIT_BIND=10.0.0.1";
    char *const environment[] = {variable, NULL};
    char bind[] = "10.0.0.2";
    ck_assert(load(NULL, NOWHERE, environment));
    memset(variable, '#', strlen(variable));
    ck_assert_str_eq(settings.bind, "10.0.0.1");
    ck_assert(settings_override(&settings, "bind", bind, "x", &failure));
    memset(bind, '#', strlen(bind));
    ck_assert_str_eq(settings.bind, "10.0.0.2");
    settings_free(&settings);
}
END_TEST

START_TEST(own_variables_are_known)
{
    ck_assert(settings_is_variable("REDIS_INIT_PORT=1"));
    ck_assert(settings_is_variable("REDIS_INIT_CONFIG=/x"));
    ck_assert(settings_is_variable("REDIS_INIT_SERVICE_HOST=10.0.0.1"));
    ck_assert(!settings_is_variable("REDIS_PORT=1"));
    ck_assert(!settings_is_variable("REDIS_INIT=1"));
    ck_assert(!settings_is_variable("PATH=/x:REDIS_INIT_PORT"));
    ck_assert(!settings_is_variable(""));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("settings sources");
    tcase_add_test(tests, the_later_source_wins);
    tcase_add_test(tests, the_first_of_option_variable_and_default_is_read);
    tcase_add_test(tests, a_named_ini_must_be_there);
    tcase_add_loop_test(tests, what_is_no_setting_is_passed_over, 0, COUNT(ignored));
    tcase_add_loop_test(tests, an_unknown_variable_is_an_error, 0, COUNT(unknowns));
    tcase_add_test(tests, directives_are_kept_in_order);
    tcase_add_test(tests, directives_have_a_limit);
    tcase_add_test(tests, the_struct_owns_copies);
    tcase_add_test(tests, own_variables_are_known);
    return unit_main("settings_sources", tests);
}
