// SPDX-License-Identifier: Apache-2.0

/* What redis-server, which the tests need anyway, knows of the rules. */

#include "acl_server.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct failure failure;

static bool check_with(const char *server, const char *rules,
                       const struct server_features *features, bool loads_modules)
{
    char path[PATH_MAX];
    char ini[512];
    char *const none[] = {NULL};
    static struct settings settings;
    const struct acl_base base = {.count = 0};
    failure = (struct failure){0};
    (void)snprintf(path, sizeof(path), "%s/x.ini", unit_folder());
    (void)snprintf(ini, sizeof(ini), "[user app]\nenabled = no\nrules = %s\n", rules);
    unit_write(path, ini, strlen(ini), 0600);
    const struct settings_sources sources = {.ini_option = path, .environment = none};
    ck_assert_msg(settings_load(&settings, &sources, &failure), "%s", failure.text);
    const struct acl_server what = {
        .path = server, .features = features, .loads_modules = loads_modules};
    const bool ok = acl_server_check(&what, &settings, &base, &failure);
    settings_free(&settings);
    return ok;
}

/* `features` are the server's own where they are NULL. */
static bool check(const char *rules, const struct server_features *features, bool loads_modules)
{
    char server[PATH_MAX];
    ck_assert(server_find("redis-server", server, &failure));
    const struct server_features own = server_features_of(server);
    ck_assert(own.acl);
    return check_with(server, rules, features != NULL ? features : &own, loads_modules);
}

/* As Redis 8 has VADD; this program is the server. */
START_TEST(a_name_in_capitals)
{
    static const struct server_features features = {.acl = true};
    const char *volatile name = "VECTORADD"; /* so that the program has it */
    ck_assert_uint_eq(strlen(name), 9);
    ck_assert_msg(check_with("/proc/self/exe", "+Vectoradd", &features, false), "%s", failure.text);
    ck_assert(!check_with("/proc/self/exe", "+Vectorsub", &features, false));
}
END_TEST

START_TEST(what_the_server_knows)
{
    ck_assert_msg(
        check("~a +get +SET +config|set -@dangerous +@all +@SortedSet +xautoclaim", NULL, false),
        "%s", failure.text);
}
END_TEST

START_TEST(what_it_does_not_know)
{
    ck_assert(!check("~a +nosuchcmd", NULL, false));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_ptr_nonnull(
        strstr(failure.text, "/x.ini:3: this server knows no command `nosuchcmd`"));
    ck_assert(!check("+get +@sortdset", NULL, false));
    ck_assert_ptr_nonnull(strstr(failure.text, "knows no category `sortdset`, did you mean "
                                               "`sortedset`?"));
    ck_assert(!check("-json.get", NULL, false));
    ck_assert(!check("+get +CONFIG|Rewritte", NULL, false));
    ck_assert_msg(strstr(failure.text, "/x.ini:3: this server knows no command `config|rewritte`"),
                  "%s", failure.text);
    ck_assert_msg(check("+select|0 +get|nosuch +config|GET", NULL, false), "%s", failure.text);
    ck_assert_msg(check("-json.get +@json", NULL, true), "a module may bring it: %s", failure.text);
}
END_TEST

START_TEST(what_an_older_one_lacks)
{
    static const struct server_features none;
    static const struct server_features old = {.acl = true};
    ck_assert(!check("+get", &none, false));
    ck_assert_ptr_nonnull(strstr(failure.text, "/x.ini:1: [user app]: "));
    ck_assert_ptr_nonnull(strstr(failure.text, "knows no users, which Redis 6.2 and later do"));
    ck_assert(check("~a +get", &old, false));
    ck_assert(check("+config|gett", &old, false)); /* any first argument */
    ck_assert(!check("%R~a", &old, false));
    ck_assert_ptr_nonnull(strstr(failure.text, "`%R~a` needs Redis 7.0 or later"));
    ck_assert(!check("-config|set", &old, false));
    ck_assert(!check("(~a +get)", &old, false));
    ck_assert(!check("db=1", &old, false));
    ck_assert_ptr_nonnull(strstr(failure.text, "Valkey 9.1 or later"));
}
END_TEST

static bool check_base(char *text, bool opens_channels)
{
    static const struct server_features old = {.acl = true};
    static const struct settings settings = {.aclfile = "x.acl"};
    struct acl_base base;
    const size_t length = strlen(text);
    char *copy = strdup(text);
    ck_assert_ptr_nonnull(copy);
    failure = (struct failure){0};
    ck_assert_msg(acl_base_parse(&base, copy, length, &settings, &failure), "%s", failure.text);
    const struct acl_server what = {"/proc/self/exe", &old, false, opens_channels};
    const bool ok = acl_server_check(&what, &settings, &base, &failure);
    acl_base_free(&base);
    return ok;
}

START_TEST(a_channel_behind_all_channels)
{
    char line[] = "# 6.2\nuser a on &news\n";
    char reset[] = "user a on resetchannels &news\n";
    char none[] = "user a on ~*\n";
    ck_assert_msg(check_base(line, false), "%s", failure.text);
    ck_assert(!check_base(line, true));
    ck_assert_msg(strncmp(failure.text, "x.acl:2: user `a`: rule 2 `&news`: behind", 41) == 0, "%s",
                  failure.text);
    ck_assert_msg(check_base(reset, true), "%s", failure.text);
    ck_assert_msg(check_base(none, true), "%s", failure.text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("acl_server");
    tcase_add_test(tests, a_name_in_capitals);
    tcase_add_test(tests, what_the_server_knows);
    tcase_add_test(tests, what_it_does_not_know);
    tcase_add_test(tests, what_an_older_one_lacks);
    tcase_add_test(tests, a_channel_behind_all_channels);
    return unit_main("acl_server", tests);
}
