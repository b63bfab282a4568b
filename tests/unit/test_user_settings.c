// SPDX-License-Identifier: Apache-2.0

/* The sections [user NAME], through the whole of settings_load(). */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"
#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct settings settings;
static struct failure failure;

static const char *ini_path(void)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/x.ini", unit_folder());
    return path;
}

static bool load(const char *ini)
{
    char *const none[] = {NULL};
    const struct settings_sources sources = {.ini_option = ini_path(), .environment = none};
    unit_write(ini_path(), ini, strlen(ini), 0600);
    failure = (struct failure){0};
    return settings_load(&settings, &sources, &failure);
}

struct wrong {
    const char *ini;
    const char *text; /* follows the path */
};

static const struct wrong wrongs[] = {
    {"[user app]\n", ":1: [user app] has no password, add password_file or password_env"},
    {"[redis]\nport=1\n[user app]\nrules = +get\n", ":3: [user app] has no password"},
    {"[user]\n", ":1: [user NAME] needs a name"},
    {"[user ]\n", ":1: [user NAME] needs a name"},
    {"[user a b]\n", ":1: [user NAME] needs a name"},
    {"[user a\tb]\n", ":1: [user NAME] needs a name"},
    {"[user redis-init]\n", ":1: the user `redis-init` is redis-init's own"},
    {"[user a]\nenabled=no\n[user b]\nenabled=no\n[user a]\n", ":5: [user a] stands a second time"},
    {"[user a]\npasword_file = /x\n", ":2: unknown key `pasword_file` in [user a], did you mean "
                                      "`password_file`?"},
    {"[user a]\npassword = x\n", ":2: unknown key `password` in [user a], did you mean"},
    {"[user a]\nmaxmemory = 1\n", ":2: unknown key `maxmemory` in [user a], it has password_file"},
    {"[user a]\npassword_file = hunter2\n", ":2: password_file must be the absolute path"},
    {"[user a]\npassword_file =\n", ":2: password_file must be the absolute path"},
    {"[user a]\npassword_env = 9x\n", ":2: password_env must be the name"},
    {"[user a]\npassword_env = A-B\n", ":2: password_env must be the name"},
    {"[user a]\npassword_env = REDIS_INIT_X\n", ":2: password_env can't be REDIS_INIT_X"},
    {"[user a]\nenabled = maybe\n", ":2: enabled is `maybe`, it must be yes or no"},
    {"[user a]\nenabled = no\nenabled = no\n", ":3: `enabled` is set a second time"},
    {"[user a]\nrules = ~a\nrules = ~b +gét\n", ":3: user `a`: rule 2 `+...`: a command is"},
    {"[user a]\nrules = ~*\nrules = ~b\n", ":3: user `a`: rule 1 `~b`: behind `allkeys`"},
    {"[user a]\nrules = (~a\n", ":2: user `a`: rule 1: the ( of a selector"},
    {"[user a]\nrules = >hunter2\n", ":2: user `a`: rule 1 `>...`: passwords are given by"},
    {"[user default]\npassword_file = /x\n", ":2: the password of [user default] is that of"},
    {"[user default]\nenabled = no\n", ":1: [user default] has no `enabled`"},
    {"[redis]\ndefault_user = off\n[user default]\nrules = +get\n",
     ":3: [user default] has no effect"},
};

START_TEST(what_is_wrong_is_named_with_its_line)
{
    const char *path = ini_path();
    ck_assert(!load(wrongs[_i].ini));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_msg(strncmp(failure.text, path, strlen(path)) == 0, "%s", failure.text);
    const char *rest = failure.text + strlen(path);
    ck_assert_msg(strncmp(rest, wrongs[_i].text, strlen(wrongs[_i].text)) == 0, "%s", rest);
    ck_assert_ptr_null(strstr(failure.text, "hunter2"));
    settings_free(&settings);
}
END_TEST

START_TEST(nobody_is_left)
{
    ck_assert(!load("[redis]\ndefault_user = off\n"));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_ptr_nonnull(strstr(failure.text, "leaves nobody"));
    settings_free(&settings);
    ck_assert_msg(load("[redis]\ndefault_user = off\naclfile = /x\n"), "%s", failure.text);
    settings_free(&settings);
}
END_TEST

START_TEST(a_user_is_kept)
{
    ck_assert_msg(load("[user app]\npassword_file = /run/a\npassword_env = APP\n"
                       "password_file = /run/b\nrules = ~a\nrules = +get\n"
                       "[user off]\nenabled = no\n[user default]\nrules = +@read\n"),
                  "%s", failure.text);
    ck_assert(settings_has_users(&settings));
    ck_assert_uint_eq(settings.users.count, 3);
    const struct user_settings *user = user_settings_find(&settings.users, "app");
    ck_assert_ptr_nonnull(user);
    ck_assert(user->enabled);
    ck_assert_uint_eq(user->file_count, 2);
    ck_assert_str_eq(user->files[1].value, "/run/b");
    ck_assert_str_eq(user->variables[0].value, "APP");
    ck_assert_uint_eq(user->rule_count, 2);
    ck_assert_str_eq(user->rules[1].value, "+get");
    const char *where = user->rules[1].where;
    ck_assert_str_eq(where + strlen(where) - 8, "/x.ini:6");
    ck_assert(!user_settings_find(&settings.users, "off")->enabled);
    ck_assert_ptr_null(user_settings_find(&settings.users, "none"));
    settings_free(&settings);
    ck_assert_uint_eq(settings.users.count, 0);
}
END_TEST

/* What fits, and one more, is refused with these words. */
static void check_bound(const char *begin, const char *line, unsigned most, const char *problem)
{
    char *ini = malloc(INT16_MAX);
    ck_assert_ptr_nonnull(ini);
    size_t length = (size_t)sprintf(ini, "%s", begin);
    for (unsigned i = 0; i < most; i++) {
        const char *mark = strchr(line, '*');
        length +=
            (size_t)sprintf(ini + length, "%.*s%u%s\n", (int)(mark - line), line, i, mark + 1);
    }
    ck_assert_msg(load(ini), "%s", failure.text);
    settings_free(&settings);
    (void)sprintf(ini + length, "%s\n", line);
    ck_assert(!load(ini));
    ck_assert_msg(strstr(failure.text, problem) != NULL, "%s", failure.text);
    settings_free(&settings);
    free(ini);
}

START_TEST(there_are_bounds)
{
    check_bound("", "[user u*]\nenabled=no", USERS_MAX, "more than 128 users");
    check_bound("[user a]\n", "password_file=/*", USER_PASSWORDS_MAX, ":10: more than 8 lines");
    check_bound("[user a]\nenabled=no\n", "rules=~*", USER_RULES_MAX, "more than 32 lines");
}
END_TEST

static void print(const char *section, const char *key, const char *value, void *context)
{
    char *text = context;
    const size_t used = strlen(text);
    (void)snprintf(text + used, 512 - used, "%s.%s=%s;", section, key, value);
}

START_TEST(they_are_printed_as_they_were_given)
{
    char text[512] = "";
    ck_assert(load("[user app]\nrules = ~a\npassword_env = APP\npassword_file = /x\n"
                   "[user default]\nrules = +get\n"));
    user_settings_each(&settings.users, print, text);
    ck_assert_str_eq(text, "user app.password_file=/x;user app.password_env=APP;"
                           "user app.rules=~a;user app.enabled=yes;user default.rules=+get;");
    settings_free(&settings);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("user_settings");
    tcase_add_loop_test(tests, what_is_wrong_is_named_with_its_line, 0, COUNT(wrongs));
    tcase_add_test(tests, nobody_is_left);
    tcase_add_test(tests, a_user_is_kept);
    tcase_add_test(tests, there_are_bounds);
    tcase_add_test(tests, they_are_printed_as_they_were_given);
    return unit_main("user_settings", tests);
}
