// SPDX-License-Identifier: Apache-2.0
#include "start.h"

#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define NO_SERVER (-1)

struct row {
    char *words[4];
    int skipped; /* words before the server's own arguments, or NO_SERVER */
    const char *server;
};

static const struct row rows[] = {
    {{NULL}, 0, "my-redis"},
    {{"-"}, 0, "my-redis"},
    {{"--port", "6380"}, 0, "my-redis"},
    {{"--version"}, 0, "my-redis"},
    {{"x.conf"}, 0, "my-redis"},
    {{"/etc/redis/redis.conf", "--port", "6380"}, 0, "my-redis"},
    {{".conf"}, 0, "my-redis"},
    {{"redis-server"}, 1, "redis-server"},
    {{"redis-server", "--port", "6380"}, 1, "redis-server"},
    {{"redis-server", "x.conf"}, 1, "redis-server"},
    {{"/opt/bin/redis-server"}, 1, "/opt/bin/redis-server"},
    {{"./redis-server"}, 1, "./redis-server"},
    {{"valkey-server"}, 1, "valkey-server"},
    {{"/usr/bin/valkey-server", "x.conf"}, 1, "/usr/bin/valkey-server"},
    {{"my-redis", "--port", "6380"}, 1, "my-redis"},
    /* these only ask the server something: no password is needed for the answer */
    {{"redis-server", "--version"}, NO_SERVER, "my-redis"},
    {{"redis-server", "-v"}, NO_SERVER, "my-redis"},
    {{"redis-server", "--help"}, NO_SERVER, "my-redis"},
    {{"valkey-server", "--test-memory", "16"}, NO_SERVER, "my-redis"},
    {{"redis-server", "--check-system"}, NO_SERVER, "my-redis"},
    /* any other program */
    {{"redis-cli"}, NO_SERVER, "my-redis"},
    {{"redis-sentinel", "x.conf"}, NO_SERVER, "my-redis"},
    {{"/bin/my-redis"}, NO_SERVER, "my-redis"},
    {{"redis-server-7"}, NO_SERVER, "my-redis"},
    {{"xredis-server"}, NO_SERVER, "my-redis"},
    {{"redis-server/"}, NO_SERVER, "my-redis"},
    {{"Redis-Server"}, NO_SERVER, "my-redis"},
    {{"conf"}, NO_SERVER, "my-redis"},
    {{"x.config"}, NO_SERVER, "my-redis"},
    {{"sh", "-c", "redis-server"}, NO_SERVER, "my-redis"},
    {{""}, NO_SERVER, "my-redis"},
};

START_TEST(the_servers_own_words)
{
    struct failure failure = {0};
    static struct settings settings;
    char *environment[] = {"REDIS_INIT_SERVER=my-redis", NULL};
    char *words[5] = {NULL};
    const struct settings_sources sources = {.ini_default = "/nonexistent/x.ini",
                                             .environment = environment};
    memcpy(words, rows[_i].words, sizeof(rows[_i].words));
    ck_assert_msg(settings_load(&settings, &sources, &failure), "%s", failure.text);
    char **own;
    ck_assert_msg(start_server_words(words, &settings, &own, &failure), "%s", failure.text);
    if (rows[_i].skipped == NO_SERVER)
        ck_assert_ptr_null(own);
    else
        ck_assert_ptr_eq(own, words + rows[_i].skipped);
    ck_assert_str_eq(settings.server, rows[_i].server);
    ck_assert_mem_eq(words, rows[_i].words, sizeof(rows[_i].words));
    settings_free(&settings);
}
END_TEST

/* Taken for another program it would run without a password. */
START_TEST(a_server_that_is_no_setting_is_refused)
{
    static struct settings settings;
    struct failure failure = {0};
    char name[] = "/opt/x\ty/redis-server";
    char *words[] = {name, NULL};
    char **own;
    const struct settings_sources sources = {.ini_default = "/nonexistent/x.ini",
                                             .environment = words + 1};
    ck_assert_msg(settings_load(&settings, &sources, &failure), "%s", failure.text);
    ck_assert(!start_server_words(words, &settings, &own, &failure));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    settings_free(&settings);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("start words");
    tcase_add_loop_test(tests, the_servers_own_words, 0, COUNT(rows));
    tcase_add_test(tests, a_server_that_is_no_setting_is_refused);
    return unit_main("start words", tests);
}
