// SPDX-License-Identifier: Apache-2.0

/* From the ini, the passwords and a base to the bytes of the aclfile. */

#include "acl.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define APP "kT9-vQ2mZ8xL4wR7pB1n"
#define OTHER "Hs5-cY3jU6dF9gN2tE8a"
/* sha256sum(1) of these two, and of no byte */
#define HASH_OF_APP "32d5fd436b12ed8f74516c44a48cf7b123ec9bec732955d72e6c6cac52444632"
#define HASH_OF_OTHER "60d246dc4b639da2bae37e8773e6829ede188b42c8126b9b13283bf0ff0ca583"
#define HASH_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static struct settings settings;
static struct server_args args;
static struct server_features features = {.acl = true, .acl_selectors = true};
static struct acl acl;
static struct secret *password;
static struct failure failure;
static char out[4096];

static const char *path_of(const char *name)
{
    static char path[2][PATH_MAX];
    static size_t turn;
    char *next = path[turn++ % 2];
    (void)snprintf(next, PATH_MAX, "%s/%s", unit_folder(), name);
    return next;
}

static void begin(void)
{
    failure = (struct failure){0};
    ck_assert(secret_memory_init(&failure));
    acl = (struct acl){.base = {0}};
    unit_write(path_of("app"), APP "\n", strlen(APP) + 1, 0600);
    unit_write(path_of("same"), APP "\n", strlen(APP) + 1, 0600);
    unit_write(path_of("other"), OTHER, strlen(OTHER), 0600);
    unit_write(path_of("weak"), "password", 8, 0600);
    unit_write(path_of("base"), "", 0, 0600);
}

static void end(void)
{
    acl_free(&acl);
    settings_free(&settings);
    secret_free(password);
    password = NULL;
}

/* `%s` in the ini is the folder. */
static const struct server_args *seen;
static const char *program = "/dev/null";

static bool load(const char *format, char *const *environment)
{
    char ini[2048];
    char *const none[] = {NULL};
    static const struct report report = {.level = REPORT_ERROR};
    size_t length = 0;
    for (; *format != '\0'; format++)
        if (strncmp(format, "%s", 2) == 0) {
            length += (size_t)sprintf(ini + length, "%s", unit_folder());
            format++;
        } else {
            ini[length++] = *format;
        }
    unit_write(path_of("x.ini"), ini, length, 0600);
    const struct settings_sources sources = {.ini_option = path_of("x.ini"), .environment = none};
    ck_assert_msg(settings_load(&settings, &sources, &failure), "%s", failure.text);
    const struct acl_sources from = {&settings, &args, seen, environment, password, &report};
    return acl_load(&acl, &from, program, &features, &failure);
}

static void give_password(const char *bytes)
{
    char copy[64];
    (void)snprintf(copy, sizeof(copy), "%s", bytes);
    password = secret_new(&failure);
    ck_assert(password != NULL && secret_take(password, copy, "x", &failure));
}

static const char *render(bool redacted)
{
    struct acl_file file = acl_file_of(&acl);
    file.internal_hash = NULL;
    file.redacted = redacted;
    const size_t length = acl_file_write(NULL, 0, &file);
    ck_assert_uint_lt(length, sizeof(out));
    ck_assert_uint_eq(acl_file_write(out, sizeof(out), &file), length);
    out[length] = '\0';
    return out;
}

/* What sha256sum(1) says. */
static const char *hash_of(const char *text)
{
    static char hash[2][SECRET_HASH_SIZE];
    static size_t turn;
    char *next = hash[turn++ % 2];
    char command[256];
    (void)snprintf(command, sizeof(command), "printf %%s '%s' | sha256sum", text);
    FILE *pipe = popen(command, "r");
    ck_assert(pipe != NULL && fread(next, 1, SECRET_HASH_SIZE - 1, pipe) == SECRET_HASH_SIZE - 1);
    next[SECRET_HASH_SIZE - 1] = '\0';
    ck_assert_int_eq(pclose(pipe), 0);
    return next;
}

START_TEST(users_have_their_hashes_and_rules)
{
    char expected[1024];
    char variable[] = "APP_OLD=" OTHER;
    char *const environment[] = {variable, NULL};
    give_password("Wd7-kP4hX9sC6vM3qJ1z");
    ck_assert_msg(load("[user app]\npassword_file = %s/app\npassword_env = APP_OLD\n"
                       "rules = ~a:*\t&a:*  +@all\nrules = (~b +get)\n[user gone]\nenabled = no\n",
                       environment),
                  "%s", failure.text);
    (void)snprintf(expected, sizeof(expected),
                   "user default on #%s resetkeys resetchannels -@all ~* &* +@all\n",
                   hash_of("Wd7-kP4hX9sC6vM3qJ1z"));
    const size_t used = strlen(expected);
    (void)snprintf(expected + used, sizeof(expected) - used,
                   "user app on #%s #%s resetkeys resetchannels -@all ~a:* &a:* +@all (~b +get)\n"
                   "user gone off resetkeys resetchannels -@all\n",
                   hash_of(APP), hash_of(OTHER));
    ck_assert_str_eq(render(false), expected);
    ck_assert_str_eq(environment[0], "APP_OLD=");
    ck_assert_ptr_null(strstr(render(true), hash_of(APP)));
    ck_assert_ptr_nonnull(strstr(out, "user app on #<redacted> #<redacted> resetkeys"));
    ck_assert_ptr_nonnull(acl.internal.credential);
}
END_TEST

START_TEST(default_has_rules_or_is_off)
{
    char *const none[] = {NULL};
    give_password(APP);
    ck_assert_msg(load("[user default]\nrules = ~a +get\n", none), "%s", failure.text);
    ck_assert_ptr_nonnull(strstr(render(false), " resetkeys resetchannels -@all ~a +get\n"));
    ck_assert_msg(strncmp(out, "user default on #", 17) == 0, "%s", out);
    acl_free(&acl);
    settings_free(&settings);
    ck_assert_msg(load("[redis]\ndefault_user = off\n[user app]\npassword_file = %s/app\n", none),
                  "%s", failure.text);
    ck_assert_msg(strstr(render(false), "user default off resetkeys resetchannels -@all\n") == out,
                  "%s", out);
}
END_TEST

static const char base[] =
    "# mine\n\nuser old on #" HASH "  ~old:* +get\r\n \tuser gone off nopass";

START_TEST(the_base_comes_first)
{
    char *const none[] = {NULL};
    give_password(APP);
    unit_write(path_of("base"), base, strlen(base), 0600);
    ck_assert_msg(load("[redis]\naclfile = %s/base\n", none), "%s", failure.text);
    static const char lines[] = "user old on #" HASH " ~old:* +get\nuser gone off nopass\n"
                                "user default on #";
    ck_assert_msg(strncmp(render(false), lines, strlen(lines)) == 0, "%s", out);
    ck_assert_ptr_null(strstr(render(true), HASH));
}
END_TEST

struct refused {
    const char *ini;
    const char *base; /* or NULL */
    int code;
    const char *text;
};

#define USER "[redis]\naclfile = %s/base\n[user app]\npassword_file = %s/app\n"

static const struct refused refusals[] = {
    {"[user app]\npassword_file = %s/weak\n", NULL, EX_DATAERR,
     "password refused: password_file of user `app` ("},
    {"[user app]\npassword_file = %s/none\n", NULL, EX_NOINPUT, "can't be opened"},
    {"[user app]\npassword_env = NONE\n", NULL, EX_NOINPUT, "password_env of user `app` ("},
    {"[user a]\npassword_file = %s/app\n[user b]\npassword_file = %s/same\n", NULL, EX_DATAERR,
     "of user `b` ("},
    {"[user a]\npassword_file = %s/app\n[user b]\npassword_file = %s/same\n", NULL, EX_DATAERR,
     "the user `a` has the same one"},
    {"[user a]\npassword_file = %s/other\n", NULL, EX_DATAERR,
     "the user `default` has the same one"},
    {"[user a]\npassword_env = X\n[user b]\npassword_env = Y\npassword_env = X\n", NULL, EX_DATAERR,
     "the user `a` has the same one"},
    {USER, "user app on\n", EX_CONFIG, "/base:1: the user `app` is in the ini, too"},
    {USER, "\nuser default on #" HASH "\n", EX_CONFIG, "/base:2: `user default` is not the file's"},
    {USER, "user redis-init on\n", EX_CONFIG, "/base:1: the user `redis-init` is redis-init's own"},
    {USER, "user x on nopass\n", EX_CONFIG, "/base:1: the user is `on` and `nopass`"},
    {USER, "user x nopass +get on\n", EX_CONFIG, "/base:1: the user is `on` and `nopass`"},
    {USER, "user x on\nuser x on\n", EX_CONFIG, "/base:2: a user stands here a second time"},
    {USER, "user x on >hunter2\n", EX_CONFIG, "/base:1: user `x`: rule 2 `>...`: a password in"},
    {USER, "users x\n", EX_CONFIG, "/base:1: no line of an aclfile"},
    {USER, "user  x on\n", EX_CONFIG, "/base:1: no line of an aclfile"},
    {USER, "user x on ~* ~a\n", EX_CONFIG, "/base:1: user `x`: rule 3 `~a`: behind"},
    {USER, "", EX_CONFIG, "/base has no line"},
    {USER, " \n\r\n\t", EX_CONFIG, "/base has no line"},
    {USER, "user x\v on\n", EX_CONFIG, "/base:1: no line of an aclfile"},
    {USER, "user x\rx on\n", EX_CONFIG, "/base:1: no line of an aclfile"},
    {USER, "user x\033[2J on\n", EX_CONFIG, "/base:1: no line of an aclfile"},
    {USER, "user x on #" HASH "\n\nuser y off ~a #" HASH "\n", EX_CONFIG,
     "/base:3: the user has the password of another (line 1)"},
    {USER, "user x on #" HASH_OF_NOTHING "\n", EX_CONFIG, "/base:1: the hash is of an empty"},
    {USER, "user x on #" HASH " #" HASH_OF_APP "\n", EX_DATAERR, "password_file of user `app` ("},
    {USER, "user x on #" HASH " #" HASH_OF_APP "\n", EX_DATAERR, "the user `x` has the same one"},
    {USER, "user x off #" HASH_OF_OTHER "\n", EX_DATAERR,
     "of `default`: the user `x` has the same one"},
    {"[redis]\naclfile = %s/gone\n", NULL, EX_CONFIG, "/gone can't be opened"},
    {"[redis]\naclfile = %s\n", NULL, EX_CONFIG, "is not a regular file"},
};

START_TEST(what_is_refused)
{
    const struct refused *refused = &refusals[_i];
    char first[] = "X=" APP;
    char second[] = "Y=" OTHER "q";
    char *const environment[] = {first, second, NULL};
    give_password(OTHER);
    if (refused->base != NULL)
        unit_write(path_of("base"), refused->base, strlen(refused->base), 0600);
    ck_assert(!load(refused->ini, environment));
    ck_assert_msg(failure.exit_code == refused->code, "%d: %s", failure.exit_code, failure.text);
    ck_assert_msg(strstr(failure.text, refused->text) != NULL, "%s", failure.text);
    ck_assert_ptr_null(strstr(failure.text, "hunter2"));
    ck_assert_ptr_null(strstr(failure.text, APP));
}
END_TEST

START_TEST(a_base_that_others_can_write)
{
    char *const none[] = {NULL};
    unit_write(path_of("base"), "", 0, 0620);
    ck_assert(!load("[redis]\naclfile = %s/base\n", none));
    ck_assert_ptr_nonnull(strstr(failure.text, "can be written by others (mode 0620)"));
}
END_TEST

START_TEST(nopass_is_for_development)
{
    char *const none[] = {NULL};
    static const char open_base[] = "user x on nopass\nuser y on #" HASH_OF_NOTHING "\n# no more\n";
    unit_write(path_of("base"), open_base, strlen(open_base), 0600);
    ck_assert_msg(load("[redis]\nallow_empty_password = yes\naclfile = %s/base\n"
                       "default_user = off\n",
                       none),
                  "%s", failure.text);
}
END_TEST

START_TEST(the_replicas_own_password_is_masterauth)
{
    char *const none[] = {NULL};
    size_t length;
    ck_assert_msg(load("[redis]\ndefault_user = off\n[user app]\npassword_file = %s/app\n"
                       "[user replica]\npassword_file = %s/other\n"
                       "[redis.conf]\nmasteruser replica\n",
                       none),
                  "%s", failure.text);
    ck_assert_ptr_nonnull(acl.users.primary_auth);
    ck_assert_str_eq(secret_bytes(acl.users.primary_auth, &length), OTHER);
}
END_TEST

/* A reload does not know the arguments of the start, but the redis.conf that came of them. */
START_TEST(the_running_conf_says_what_is_loaded)
{
    static const char conf[] = "loadmodule /x.so\nmasteruser replica\n";
    static const char ini[] = "[redis]\ndefault_user = off\n[user replica]\n"
                              "password_file = %s/app\nrules = +no.such\n";
    static struct server_args running = {.has_conf_file = true};
    char *const none[] = {NULL};
    program = "/proc/self/exe";
    ck_assert(!load(ini, none));
    ck_assert_msg(strstr(failure.text, "knows no command `no.such`") != NULL, "%s", failure.text);
    acl_free(&acl);
    settings_free(&settings);
    unit_write(path_of("running"), conf, strlen(conf), 0600);
    (void)snprintf(running.conf_file, sizeof(running.conf_file), "%s", path_of("running"));
    seen = &running;
    ck_assert_msg(load(ini, none), "%s", failure.text);
    ck_assert_ptr_nonnull(acl.users.primary_auth);
    seen = NULL;
    program = "/dev/null";
}
END_TEST

START_TEST(a_copy_in_the_environment_is_forgotten)
{
    char variable[] = "URL=redis://app:" APP "@x";
    char kept[] = "HOME=/x";
    char *const environment[] = {variable, kept, NULL};
    ck_assert_msg(
        load("[redis]\ndefault_user = off\n[user app]\npassword_file = %s/app\n", environment),
        "%s", failure.text);
    ck_assert_str_eq(environment[0], "");
    ck_assert_str_eq(environment[1], "HOME=/x");
}
END_TEST

/* Without users nothing is read; the internal user is where there are ACLs and a password. */
START_TEST(without_users)
{
    char *const none[] = {NULL};
    ck_assert(load("", none));
    ck_assert_ptr_null(acl.internal.credential);
    settings_free(&settings);
    give_password(APP);
    ck_assert(load("", none));
    ck_assert_ptr_nonnull(acl.internal.credential);
    acl_free(&acl);
    settings_free(&settings);
    features.acl = false;
    ck_assert(load("", none));
    ck_assert_ptr_null(acl.internal.credential);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("acl_file");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, users_have_their_hashes_and_rules);
    tcase_add_test(tests, default_has_rules_or_is_off);
    tcase_add_test(tests, the_base_comes_first);
    tcase_add_loop_test(tests, what_is_refused, 0, COUNT(refusals));
    tcase_add_test(tests, a_base_that_others_can_write);
    tcase_add_test(tests, nopass_is_for_development);
    tcase_add_test(tests, the_replicas_own_password_is_masterauth);
    tcase_add_test(tests, the_running_conf_says_what_is_loaded);
    tcase_add_test(tests, a_copy_in_the_environment_is_forgotten);
    tcase_add_test(tests, without_users);
    return unit_main("acl_file", tests);
}
