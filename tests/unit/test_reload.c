// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acl_line.h"
#include "conf_edit.h"
#include "environment_file.h"
#include "overlap.h"
#include "unit.h"

#define A "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define B "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"

static struct overlap overlap;
static struct failure failure;

static void setup(void)
{
    ck_assert(secret_memory_init(&failure));
    overlap = (struct overlap){.list = NULL};
    failure = (struct failure){0};
}

static void teardown(void)
{
    overlap_free(&overlap);
}

START_TEST(what_is_written_is_read)
{
    static const char text[] = "open\n300 " A " app\n5 " B " default\n";
    char out[512];
    ck_assert(overlap_parse(&overlap, text, strlen(text), &failure));
    ck_assert_uint_eq(overlap.count, 2);
    ck_assert(overlap.is_open);
    ck_assert_str_eq(overlap.list[0].user, "app");
    ck_assert_int_eq(overlap.list[1].until, 5);
    ck_assert_uint_eq(overlap_print(out, sizeof(out), &overlap), strlen(text));
    ck_assert_int_eq(memcmp(out, text, strlen(text)), 0);
}
END_TEST

START_TEST(the_time_of_one_stays)
{
    ck_assert(overlap_add(&overlap, "app2", 3, A, 7, &failure));
    ck_assert(overlap_add(&overlap, "app", 3, A, 9, &failure));
    ck_assert(overlap_add(&overlap, "app", 3, B, 9, &failure));
    ck_assert(overlap_add(&overlap, "ap", 2, A, 9, &failure));
    ck_assert_uint_eq(overlap.count, 3);
    ck_assert_int_eq(overlap.list[0].until, 7);
    overlap_remove(&overlap, 0);
    ck_assert_uint_eq(overlap.count, 2);
    ck_assert_str_eq(overlap.list[0].hash, B);
    ck_assert_str_eq(overlap.list[1].user, "ap");
}
END_TEST

static const char *const broken[] = {
    "300 " A " app",
    "300 " A "\n",
    "300 " A " \n",
    "x " A " app\n",
    "300 " A "0 app\n",
    "300  " A " a\n",
    "\n",
    "300\n",
    "300 short app\n",
    "open\n300",
    " 3 " A " app\n",
    "\n3 " A " app\n",
    "-3 " A " app\n",
};

START_TEST(what_is_none)
{
    ck_assert(!overlap_parse(&overlap, broken[_i], strlen(broken[_i]), &failure));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
}
END_TEST

START_TEST(lines_of_an_aclfile)
{
    static const char bytes[] = "user a on #" A " ~* +@all\n\nuser ab off\nnonsense\nuser c";
    const struct acl_text text = {bytes, strlen(bytes)};
    struct acl_line a;
    struct acl_line other;
    size_t length;
    ck_assert(acl_line_find(&text, "a", 1, &a));
    ck_assert(acl_line_has(&a, A));
    ck_assert(!acl_line_has(&a, B));
    ck_assert(acl_line_is_of(&a, "a"));
    const char *cursor = a.rules;
    const char *word = acl_line_word(&a, &cursor, &length);
    ck_assert(length == 2 && memcmp(word, "on", 2) == 0);
    ck_assert(acl_line_find(&text, "ab", 2, &other));
    ck_assert(!acl_line_is_same(&a, &other));
    ck_assert(acl_line_is_same(&a, &a));
    cursor = other.rules;
    ck_assert_ptr_null(acl_line_hash(&other, &cursor));
    ck_assert(acl_line_find(&text, "c", 1, &other));
    ck_assert_ptr_eq(other.rules, other.end);
    ck_assert(!acl_line_find(&text, "b", 1, &other));
}
END_TEST

START_TEST(what_is_no_aclfile)
{
    static const char *const texts[] = {"REDIS0009\xfa\nuser a on #" A "\n",
                                        "user a on\n# user b\nuser c on\n", "user a\nusers b\n"};
    static const char fine[] = "user a on\n\nuser b off\n";
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert(!acl_line_are_all(&(const struct acl_text){texts[i], strlen(texts[i])}));
    ck_assert(acl_line_are_all(&(const struct acl_text){fine, strlen(fine)}));
}
END_TEST

START_TEST(a_line_of_redis_conf)
{
    static const char text[] =
        "include x\nrequirepass old\n#credential \"c\"\nRequirePass \"a\\x62\"\n"
        "requirepassword x\nport 1";
    char value[] = "ab";
    char fresh[] = "q\"\n";
    char out[256];
    struct conf_line line;
    struct secret *secret = secret_new(&failure);
    ck_assert(conf_edit_find(text, strlen(text), "requirepass", &line));
    ck_assert(secret_take(secret, value, "x", &failure));
    ck_assert(conf_edit_is(text, &line, secret));
    ck_assert(!secret_take(secret, fresh, "x", &failure)); /* none, but a hard one to quote */
    ck_assert(!conf_edit_is(text, &line, secret));
    struct conf_value by = {.name = "requirepass"};
    by.bytes = secret_bytes(secret, &by.length);
    const size_t length = conf_edit_replace(out, sizeof(out), text, strlen(text), &line, &by);
    out[length] = '\0';
    ck_assert_str_eq(out, "include x\nrequirepass old\n#credential \"c\"\nrequirepass "
                          "\"q\\\"\\x0a\"\nrequirepassword x\nport 1");
    ck_assert(!conf_edit_find(text, strlen(text), "masterauth", &line));
    ck_assert(conf_edit_find(text, strlen(text), "port", &line));
    secret_free(secret);
}
END_TEST

START_TEST(an_environment)
{
    char one[] = "A=1";
    char two[] = "REDIS_INIT_CONFIG=/x y\n";
    char *const variables[] = {one, two, NULL};
    char path[4200];
    (void)snprintf(path, sizeof(path), "%s/environment", unit_folder());
    ck_assert_msg(environment_file_write(variables, unit_folder(), &failure), "%s", failure.text);
    char **read = environment_file_read(path, &failure);
    ck_assert_msg(read != NULL, "%s", failure.text);
    ck_assert_str_eq(read[0], one);
    ck_assert_str_eq(read[1], two);
    ck_assert_ptr_null(read[2]);
    free(read);
    unit_write(path, "A=1", 3, 0600); /* cut */
    ck_assert_ptr_null(environment_file_read(path, &failure));
    unit_write(path, "A=1", 4, 0622);
    ck_assert_ptr_null(environment_file_read(path, &failure));
    ck_assert_int_eq(failure.exit_code, EX_NOINPUT);
    unit_write(path, "REDIS0009\xfa\0A=1", 15, 0600); /* a dump of the server's */
    ck_assert_ptr_null(environment_file_read(path, &failure));
    unit_write(path, "A=1\0=2", 7, 0600);
    ck_assert_ptr_null(environment_file_read(path, &failure));
    unit_write(path, "", 0, 0600);
    read = environment_file_read(path, &failure);
    ck_assert_ptr_nonnull(read);
    ck_assert_ptr_null(read[0]);
    free(read);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("reload");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_is_written_is_read);
    tcase_add_test(tests, the_time_of_one_stays);
    tcase_add_loop_test(tests, what_is_none, 0, sizeof(broken) / sizeof(broken[0]));
    tcase_add_test(tests, lines_of_an_aclfile);
    tcase_add_test(tests, what_is_no_aclfile);
    tcase_add_test(tests, a_line_of_redis_conf);
    tcase_add_test(tests, an_environment);
    return unit_main("reload", tests);
}
