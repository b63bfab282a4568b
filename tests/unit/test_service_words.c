// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service_words.h"
#include "unit.h"

static struct settings settings;
static struct service_words words;

static void begin(void)
{
    settings = (struct settings){.data_dir = "/", .run_dir = "/", .server = "-"};
    memset(&words, '#', sizeof(words)); /* what stood there before does not matter */
    ck_assert_int_eq(unsetenv("USER"), 0);
    ck_assert_int_eq(unsetenv("LOGNAME"), 0);
}

static bool has(const char *word)
{
    for (size_t i = 0; i < words.count; i++)
        if (strcmp(words.list[i], word) == 0)
            return true;
    return false;
}

static void collect(void)
{
    service_words_collect(&words, &settings);
    ck_assert_uint_le(words.count, SERVICE_WORDS_MAX);
    ck_assert_uint_le(words.used, sizeof(words.text));
    ck_assert_ptr_null(words.list[words.count]);
    for (size_t i = 0; i < words.count; i++) {
        ck_assert_uint_ge(strlen(words.list[i]), 3);
        ck_assert(words.list[i] >= words.text && words.list[i] < words.text + words.used);
        for (const char *p = words.list[i]; *p != '\0'; p++)
            ck_assert(isalnum((unsigned char)*p) && !isupper((unsigned char)*p));
    }
}

START_TEST(every_place_gives_its_words)
{
    settings.data_dir = "/srv/Orders-db/data.1";
    settings.run_dir = "/run/warehouse_x";
    settings.server = "/opt/Valkey8/valkey-server";
    ck_assert_int_eq(setenv("USER", "Alice", 1), 0);
    ck_assert_int_eq(setenv("LOGNAME", "svc.redis", 1), 0);
    collect();
    static const char *const expected[] = {"srv",       "orders", "data",    "run",
                                           "warehouse", "opt",    "valkey8", "valkey",
                                           "alice",     "server", "redis",   "svc"};
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        ck_assert_msg(has(expected[i]), "%s", expected[i]);
    ck_assert(!has("db") && !has("x") && !has("1") && !has("orders-db") && !has("Alice"));
}
END_TEST

/* The parts of the host's name, in lower case, and nothing besides it. */
START_TEST(the_host_gives_its_words)
{
    char host[HOST_NAME_MAX + 1] = "";
    ck_assert_int_eq(gethostname(host, sizeof(host) - 1), 0);
    collect();
    size_t expected = 0;
    for (char *p = host; *p != '\0'; p++)
        *p = (char)(isalnum((unsigned char)*p) ? tolower((unsigned char)*p) : ' ');
    char *state;
    for (char *part = strtok_r(host, " ", &state); part; part = strtok_r(NULL, " ", &state))
        if (strlen(part) >= 3) {
            ck_assert_msg(has(part), "%s", part);
            expected++;
        }
    ck_assert_uint_eq(words.count, expected);
}
END_TEST

START_TEST(too_many_words_are_left_out)
{
    char folder[1024] = "";
    for (int i = 0; i < 100; i++)
        (void)snprintf(folder + strlen(folder), 8, "/w%03d", i);
    settings.data_dir = folder;
    settings.server = "lastword";
    collect();
    ck_assert_uint_eq(words.count, SERVICE_WORDS_MAX);
    ck_assert(has("w000") && !has("w099") && !has("lastword"));
}
END_TEST

/* A word that does not fit whole is no word; shorter ones behind it still have room. */
START_TEST(too_long_words_are_left_out)
{
    char folder[2048];
    const size_t longest = sizeof(words.text);
    memset(folder, 'a', sizeof(folder));
    folder[0] = '/';
    (void)snprintf(folder + 1 + longest, sizeof(folder) - 1 - longest, "/behind");
    settings.data_dir = folder;
    settings.server = "redis-server";
    collect();
    ck_assert(has("behind") && has("redis") && has("server"));
    for (size_t i = 0; i < words.count; i++)
        ck_assert_uint_lt(strlen(words.list[i]), longest);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("service words");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, every_place_gives_its_words);
    tcase_add_test(tests, the_host_gives_its_words);
    tcase_add_test(tests, too_many_words_are_left_out);
    tcase_add_test(tests, too_long_words_are_left_out);
    return unit_main("service words", tests);
}
