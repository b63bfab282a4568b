// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "password_source.h"
#include "unit.h"

#define GOOD "k7#Vq9!xZp2&LmR4"
#define OTHER "tB8$Wn3?yQf6+Hc1"

static struct settings settings;
static struct password password;
static struct failure failure;
static char argument[64];
static char variables[4][PATH_MAX + 64]; /* what /proc/PID/environ would show */
static char *environment[5];

static void begin(void)
{
    failure = (struct failure){0};
    settings =
        (struct settings){.password_env = "REDIS_PASSWORD", .password_file = "", .aclfile = ""};
    password = (struct password){0};
    memset(environment, 0, sizeof(environment));
    ck_assert(secret_memory_init(&failure));
}

static void end(void)
{
    password_free(&password);
    ck_assert_ptr_null(password.secret);
    password_free(&password);
}

static void set(size_t n, const char *name, const char *value)
{
    const size_t size = sizeof(variables[n]);
    ck_assert_int_lt(snprintf(variables[n], size, "%s=%s", name, value), (int)size);
    environment[n] = variables[n];
}

/* A file of the test's folder, with these bytes. */
static const char *file(const char *name, const char *bytes)
{
    static char path[2][PATH_MAX];
    static size_t turn;
    char *next = path[turn++ % 2];
    ck_assert_int_lt(snprintf(next, PATH_MAX, "%s/%s", unit_folder(), name), PATH_MAX);
    unit_write(next, bytes, strlen(bytes), 0400);
    return next;
}

static char *argue(const char *value)
{
    (void)snprintf(argument, sizeof(argument), "%s", value);
    return argument;
}

static bool load(char *requirepass)
{
    return password_load(&password, &settings, environment, requirepass, &failure);
}

static void assert_password(const char *expected, const char *source)
{
    size_t length;
    ck_assert_ptr_nonnull(password.secret);
    const char *bytes = secret_bytes(password.secret, &length);
    ck_assert_uint_eq(length, strlen(expected));
    ck_assert_mem_eq(bytes, expected, length);
    ck_assert_msg(strstr(password.source, source) == password.source, "%s", password.source);
}

static void assert_failure(int exit_code, const char *part)
{
    ck_assert_int_eq(failure.exit_code, exit_code);
    ck_assert_msg(strstr(failure.text, part) != NULL, "%s", failure.text);
    ck_assert_ptr_null(strstr(failure.text, "Vq9"));
    ck_assert_ptr_null(strstr(failure.text, "Wn3"));
}

/* Behind the name nothing but zeros, so that no tool shows the value. */
static void assert_wiped(size_t n, const char *value)
{
    const char *at = strchr(variables[n], '=') + 1;
    for (size_t i = 0; i < strlen(value); i++)
        ck_assert_int_eq(at[i], '\0');
}

START_TEST(a_variable_is_taken_and_wiped)
{
    static const char *const names[] = {"REDIS_PASSWORD", "VALKEY_PASSWORD"};
    set(0, "REDIS_PASSWORDS", OTHER);
    set(1, names[_i], GOOD);
    ck_assert(load(NULL));
    assert_password(GOOD, names[_i]);
    ck_assert_str_eq(password.source, names[_i]);
    assert_wiped(1, GOOD);
    ck_assert_str_eq(variables[0], "REDIS_PASSWORDS=" OTHER);
}
END_TEST

START_TEST(a_variable_names_a_file)
{
    static const char *const names[] = {"REDIS_PASSWORD_FILE", "VALKEY_PASSWORD_FILE"};
    char source[PATH_MAX + 64];
    const char *path = file("password", GOOD "\n");
    set(0, names[_i], path);
    ck_assert(load(NULL));
    assert_password(GOOD, names[_i]);
    (void)snprintf(source, sizeof(source), "%s (%s)", names[_i], path);
    ck_assert_str_eq(password.source, source);
}
END_TEST

START_TEST(the_settings_name_variable_and_file)
{
    settings.password_env = "MY_SECRET";
    set(0, "MY_SECRET", GOOD);
    set(1, "REDIS_PASSWORD", OTHER); /* not asked for, and so is VALKEY_PASSWORD */
    set(2, "VALKEY_PASSWORD", OTHER);
    settings.password_file = file("password", GOOD);
    ck_assert(load(NULL));
    assert_password(GOOD, "MY_SECRET");
    ck_assert_str_eq(variables[1], "REDIS_PASSWORD=" OTHER);
}
END_TEST

START_TEST(the_setting_file_is_read)
{
    settings.password_file = file("password", GOOD);
    ck_assert(load(NULL));
    assert_password(GOOD, "[password] file (/");
}
END_TEST

START_TEST(a_variables_file_takes_the_place_of_the_settings)
{
    settings.password_file = "/nonexistent/password";
    set(0, "REDIS_PASSWORD_FILE", file("password", GOOD));
    ck_assert(load(NULL));
    assert_password(GOOD, "REDIS_PASSWORD_FILE");
}
END_TEST

START_TEST(a_credential_of_systemd_is_read)
{
    (void)file("redis-password", GOOD);
    set(0, "CREDENTIALS_DIRECTORY", unit_folder());
    ck_assert(load(NULL));
    assert_password(GOOD, "CREDENTIALS_DIRECTORY (/");
}
END_TEST

START_TEST(credentials_of_others_are_none_of_ours)
{
    set(0, "CREDENTIALS_DIRECTORY", _i == 0 ? "/nonexistent" : "");
    set(1, "REDIS_PASSWORD", GOOD);
    ck_assert(load(NULL));
    assert_password(GOOD, "REDIS_PASSWORD");
}
END_TEST

START_TEST(the_argument_is_taken_and_wiped)
{
    const char zeros[sizeof(GOOD)] = "";
    ck_assert(load(argue(GOOD)));
    assert_password(GOOD, "--requirepass");
    ck_assert_mem_eq(argument, zeros, sizeof(zeros));
}
END_TEST

START_TEST(none_is_given)
{
    ck_assert(!load(NULL));
    assert_failure(EX_NOINPUT, "no password given");
    assert_failure(EX_NOINPUT, "REDIS_PASSWORD_FILE");
    assert_failure(EX_NOINPUT, "redis-init genpass");
    settings.password_env = "MY_SECRET";
    ck_assert(!load(NULL));
    assert_failure(EX_NOINPUT, "MY_SECRET_FILE");
    settings.password_env = "f0e1d2c3b4a5968778695a4b3c2d1e0f"; /* by mistake */
    ck_assert(!load(NULL));
    assert_failure(EX_NOINPUT, "[password] env");
    ck_assert_ptr_null(strstr(failure.text, settings.password_env));
}
END_TEST

START_TEST(none_and_empty_are_right_when_allowed)
{
    settings.allow_empty_password = true;
    ck_assert(load(NULL));
    ck_assert_ptr_null(password.secret);
    set(0, "REDIS_PASSWORD", "");
    ck_assert(load(argue("")));
    ck_assert_ptr_null(password.secret);
    ck_assert(load(argue(GOOD)));
    assert_password(GOOD, "--requirepass");
}
END_TEST

START_TEST(empty_is_refused)
{
    static const char *const names[] = {"REDIS_PASSWORD", "VALKEY_PASSWORD"};
    set(0, names[_i], "");
    ck_assert(!load(NULL));
    assert_failure(EX_DATAERR, "is set but empty");
    assert_failure(EX_DATAERR, names[_i]);
    environment[0] = NULL;
    ck_assert(!load(argue("")));
    assert_failure(EX_DATAERR, "--requirepass is set but empty");
}
END_TEST

START_TEST(an_empty_path_is_refused)
{
    static const char *const names[] = {"REDIS_PASSWORD_FILE", "VALKEY_PASSWORD_FILE"};
    set(0, names[_i], "");
    settings.password_file = file("password", GOOD);
    ck_assert(!load(NULL));
    assert_failure(EX_NOINPUT, "is set but empty, give it a path");
    assert_failure(EX_NOINPUT, names[_i]);
}
END_TEST

START_TEST(an_empty_file_is_refused)
{
    set(0, "REDIS_PASSWORD_FILE", file("password", "\n"));
    ck_assert(!load(NULL));
    assert_failure(EX_DATAERR, "is empty");
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_named)
{
    set(0, "REDIS_PASSWORD_FILE", "/nonexistent/password");
    set(1, "REDIS_PASSWORD", GOOD);
    ck_assert(!load(NULL));
    assert_failure(EX_NOINPUT, "REDIS_PASSWORD_FILE (/nonexistent/password)");
}
END_TEST

START_TEST(an_unfit_value_is_refused)
{
    set(0, "REDIS_PASSWORD", GOOD "\n" GOOD);
    ck_assert(!load(NULL));
    assert_failure(EX_DATAERR, "REDIS_PASSWORD has a line break");
    assert_wiped(0, GOOD "\n" GOOD);
}
END_TEST

START_TEST(a_path_is_no_password)
{
    const char *path = file("password", GOOD);
    set(0, "REDIS_PASSWORD", path);
    ck_assert(!load(NULL));
    assert_failure(EX_DATAERR, "REDIS_PASSWORD is the path of a file");
    assert_failure(EX_DATAERR, "REDIS_PASSWORD_FILE");
    ck_assert_ptr_null(strstr(failure.text, path));
    environment[0] = NULL;
    ck_assert(!load(argue(path)));
    assert_failure(EX_DATAERR, "--requirepass is the path of a file");
}
END_TEST

START_TEST(equal_sources_are_one)
{
    set(0, "REDIS_PASSWORD", GOOD);
    set(1, "VALKEY_PASSWORD", GOOD);
    set(2, "REDIS_PASSWORD_FILE", file("password", GOOD "\n"));
    set(3, "CREDENTIALS_DIRECTORY", unit_folder());
    (void)file("redis-password", GOOD "\r\n");
    ck_assert(load(argue(GOOD)));
    assert_password(GOOD, "REDIS_PASSWORD");
    ck_assert_str_eq(password.source, "REDIS_PASSWORD");
    assert_wiped(0, GOOD);
    assert_wiped(1, GOOD);
}
END_TEST

/* Of two sources that differ both are named; _i chooses the second. */
START_TEST(different_sources_are_refused)
{
    static const char *const second[] = {"VALKEY_PASSWORD",       "VALKEY_PASSWORD_FILE",
                                         "REDIS_PASSWORD_FILE",   "[password] file",
                                         "CREDENTIALS_DIRECTORY", "--requirepass"};
    const char *path = file("redis-password", OTHER);
    set(0, "REDIS_PASSWORD", GOOD);
    if (_i == 3)
        settings.password_file = path;
    else if (_i < 5)
        set(1, second[_i], _i == 0 ? OTHER : _i == 4 ? unit_folder() : path);
    ck_assert(!load(_i == 5 ? argue(OTHER) : NULL));
    assert_failure(EX_USAGE, "give different passwords, keep one of them");
    ck_assert_ptr_eq(strstr(failure.text, "REDIS_PASSWORD and "), failure.text);
    assert_failure(EX_USAGE, second[_i]);
}
END_TEST

START_TEST(its_variables_are_known)
{
    static const struct {
        const char *variable;
        bool known;
    } rows[] = {
        {"REDIS_PASSWORD=x", true},
        {"REDIS_PASSWORD_FILE=x", true},
        {"VALKEY_PASSWORD=", true},
        {"VALKEY_PASSWORD_FILE=x", true},
        {"MY_SECRET=x", true},
        {"MY_SECRET_FILE=x", true},
        {"REDIS_PASSWORDS=x", false},
        {"REDIS_PASSWORD_FILES=x", false},
        {"REDIS_PASSWOR=x", false},
        {"REDIS_PASSWORD", false},
        {"XREDIS_PASSWORD=x", false},
        {"redis_password=x", false},
        {"MY_SECRET_FILE_FILE=x", false},
        {"CREDENTIALS_DIRECTORY=x", false},
    };
    settings.password_env = "MY_SECRET";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(password_is_variable(&settings, rows[i].variable) == rows[i].known, "%s",
                      rows[i].variable);
}
END_TEST

START_TEST(its_variables_can_be_wiped)
{
    set(0, "REDIS_PASSWORDS", OTHER);
    set(1, "REDIS_PASSWORD", GOOD);
    set(2, "VALKEY_PASSWORD", OTHER);
    password_wipe_variables(&settings, environment);
    ck_assert_str_eq(variables[0], "REDIS_PASSWORDS=" OTHER);
    ck_assert_str_eq(variables[1], "REDIS_PASSWORD=");
    assert_wiped(1, GOOD);
    assert_wiped(2, OTHER);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("password source");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, a_variable_is_taken_and_wiped, 0, 2);
    tcase_add_loop_test(tests, a_variable_names_a_file, 0, 2);
    tcase_add_test(tests, the_settings_name_variable_and_file);
    tcase_add_test(tests, the_setting_file_is_read);
    tcase_add_test(tests, a_variables_file_takes_the_place_of_the_settings);
    tcase_add_test(tests, a_credential_of_systemd_is_read);
    tcase_add_loop_test(tests, credentials_of_others_are_none_of_ours, 0, 2);
    tcase_add_test(tests, the_argument_is_taken_and_wiped);
    tcase_add_test(tests, none_is_given);
    tcase_add_test(tests, none_and_empty_are_right_when_allowed);
    tcase_add_loop_test(tests, empty_is_refused, 0, 2);
    tcase_add_loop_test(tests, an_empty_path_is_refused, 0, 2);
    tcase_add_test(tests, an_empty_file_is_refused);
    tcase_add_test(tests, a_file_that_cannot_be_read_is_named);
    tcase_add_test(tests, an_unfit_value_is_refused);
    tcase_add_test(tests, a_path_is_no_password);
    tcase_add_test(tests, equal_sources_are_one);
    tcase_add_loop_test(tests, different_sources_are_refused, 0, 6);
    tcase_add_test(tests, its_variables_are_known);
    tcase_add_test(tests, its_variables_can_be_wiped);
    return unit_main("password source", tests);
}
