// SPDX-License-Identifier: Apache-2.0
#include "server_args.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define WORDS 6

static struct settings settings;
static struct server_args args;
static struct failure failure;
static const struct report report = {.level = REPORT_WARNING};

static void set_up(void)
{
    char *const none[] = {NULL};
    const struct settings_sources sources = {NULL, "/nonexistent/x.ini", none};
    failure = (struct failure){0};
    ck_assert(settings_load(&settings, &sources, &failure));
}

static void tear_down(void)
{
    settings_free(&settings);
}

/* argv of copies, as the kernel gives it: writable. Freed by free_words(). */
static void copy_words(char *argv[WORDS + 1], const char *const words[WORDS])
{
    memset(argv, 0, (WORDS + 1) * sizeof(argv[0]));
    for (size_t i = 0; i < WORDS && words[i] != NULL; i++)
        ck_assert_ptr_nonnull(argv[i] = strdup(words[i]));
}

static void free_words(char *argv[WORDS + 1])
{
    for (size_t i = 0; argv[i] != NULL; i++)
        free(argv[i]);
}

/* The options kept, as "name|rest|value|value\n". */
static const char *kept(void)
{
    static char text[1024];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < args.count; i++) {
        const struct server_arg *arg = &args.list[i];
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%.*s|%s", (int)arg->name_length,
                                 arg->name, arg->rest);
        for (size_t j = 0; j < arg->value_count; j++)
            used += (size_t)snprintf(text + used, sizeof(text) - used, "|%s", arg->values[j]);
        used += (size_t)snprintf(text + used, sizeof(text) - used, "\n");
    }
    return text;
}

struct right {
    const char *words[WORDS];
    const char *kept;
};

static const struct right rights[] = {
    {{NULL}, ""},
    {{"--maxmemory", "1mb"}, "maxmemory||1mb\n"},
    {{"--maxmemory 1mb"}, "maxmemory|1mb\n"},
    {{"--maxmemory  \t1mb"}, "maxmemory|1mb\n"},
    {{"--maxmemory"}, "maxmemory|\n"},
    {{"--save", "60", "1", "--hz", "10"}, "save||60|1\nhz||10\n"},
    {{"--save", "--hz", "10"}, "save|\nhz||10\n"},
    {{"--save", "", "--hz", "10"}, "save||\nhz||10\n"},
    {{"--tls-key-file-pass", "--x", "--hz", "1"}, "tls-key-file-pass||--x\nhz||1\n"},
    {{"--user", "bob", "on", "+@all"}, "user||bob|on|+@all\n"},
    {{"--user bob", "on"}, "user|bob|on\n"},
    {{"--masterauth", "x"}, "masterauth||x\n"},
    {{"--primaryauth", "x"}, "primaryauth||x\n"},
    {{"--x.y_z-1", "-"}, "x.y_z-1||-\n"},
    {{"--appendonly", "yes", "--requirepass", "p", "--hz", "1"}, "appendonly||yes\nhz||1\n"},
    {{"--port", "1", "--bind", "::1", "--dir", "/d"}, ""},
    {{"--hz", "1", "--hz", "2"}, "hz||1\nhz||2\n"},
    {{"--a \"b c\" 'd'"}, "a|\"b c\" 'd'\n"},
};

START_TEST(options_are_read_as_redis_does)
{
    char *argv[WORDS + 1];
    copy_words(argv, rights[_i].words);
    ck_assert_msg(server_args_read(&args, argv, &settings, &report, &failure), "%s", failure.text);
    ck_assert_str_eq(kept(), rights[_i].kept);
    ck_assert(!args.has_conf_file);
    free_words(argv);
}
END_TEST

struct wrong {
    const char *words[WORDS];
    int exit_code;
    const char *text;
};

static const struct wrong wrongs[] = {
    {{"--hz=10"}, EX_USAGE, "--hz=...: redis-server takes `--hz VALUE`"},
    {{"--requirepass=hush"}, EX_USAGE, "--requirepass=..."},
    {{"--"}, EX_USAGE, "no right name"},
    {{"-- x"}, EX_USAGE, "no right name"},
    {{"--h\xc3\xa4"}, EX_USAGE, "no right name"},
    {{"--hz!"}, EX_USAGE, "no right name"},
    {{"--hz\n1"}, EX_USAGE, "no right name"},
    {{"--a \"b"}, EX_USAGE, "--a has unbalanced quotes"},
    {{"--requirepass 'hush"}, EX_USAGE, "--requirepass has unbalanced quotes"},
    {{"--a 'b'c"}, EX_USAGE, "--a has unbalanced quotes"},
    {{"-p", "1"}, EX_USAGE, "stands without its --option"},
    {{"-"}, EX_USAGE, "standard input"},
    {{"x.conf", "-"}, EX_USAGE, "standard input"},
    {{"x.conf", "y.conf"}, EX_USAGE, "stands without its --option"},
    {{""}, EX_USAGE, "must be one plain name"},
    {{"hush"}, EX_USAGE, "no .conf file"}, /* a password without its option */
    {{"--port", "--requirepass", "hush"}, EX_USAGE, "--port lacks its value"},
    {{"/etc/*.conf"}, EX_USAGE, "`/etc/*.conf` must be one plain name"},
    {{"a?.conf"}, EX_USAGE, "must be one plain name"},
    {{"a[b].conf"}, EX_USAGE, "must be one plain name"},
    {{"--sentinel"}, EX_USAGE, "--sentinel needs"},
    {{"--sentinel", "--hz", "1"}, EX_USAGE, "--sentinel needs"},
    {{"--Check-RDB", "x"}, EX_USAGE, "--check-rdb is"},
    {{"--requirepass", "hush", "--requirepass", "hush"}, EX_USAGE, "given twice"},
    {{"--requirepass hush", "--REQUIREPASS", "hush2"}, EX_USAGE, "given twice"},
    {{"--requirepass"}, EX_USAGE, "--requirepass takes one value"},
    {{"--requirepass", "hush", "hush"}, EX_USAGE, "--requirepass takes one value"},
    {{"--requirepass hush hush"}, EX_USAGE, "--requirepass takes one value"},
    {{"--requirepass hush", "hush"}, EX_USAGE, "--requirepass takes one value"},
    {{"--port", "65536"}, EX_CONFIG, "argument --port: port is `65536`, it must be"},
    {{"--port", "70000"}, EX_CONFIG, "`70000`"},
    {{"--port", "-1"}, EX_CONFIG, "`-1`"},
    {{"--port 1", "hush"}, EX_CONFIG, "argument --port takes one value"},
    {{"--port"}, EX_CONFIG, "argument --port"},
    {{"--dir", "data"}, EX_CONFIG, "argument --dir: data_dir is `data`"},
    {{"--bind", ""}, EX_CONFIG, "argument --bind"},
    {{"--aclfile", "/x"}, EX_CONFIG, "argument --aclfile is refused"},
    {{"--ACLFILE /x"}, EX_CONFIG, "argument --aclfile is refused"},
    {{"--user", "default", "on", "nopass"}, EX_CONFIG, "argument --user default is refused"},
    {{"--user default on nopass"}, EX_CONFIG, "argument --user default is refused"},
    {{"--user default", "on", "nopass"}, EX_CONFIG, "argument --user default is refused"},
    {{"--user \"default\""}, EX_CONFIG, "argument --user default is refused"},
};

START_TEST(what_redis_would_not_take_is_refused)
{
    char *argv[WORDS + 1];
    copy_words(argv, wrongs[_i].words);
    ck_assert_msg(!server_args_read(&args, argv, &settings, &report, &failure), "%s",
                  wrongs[_i].words[0]);
    ck_assert_msg(failure.exit_code == wrongs[_i].exit_code, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, wrongs[_i].text) != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, "hush") == NULL, "%s", failure.text);
    free_words(argv);
}
END_TEST

START_TEST(too_many_options)
{
    static char *argv[SERVER_ARGS_MAX + 2];
    for (size_t i = 0; i < SERVER_ARGS_MAX; i++)
        argv[i] = "--hz 1";
    ck_assert(server_args_read(&args, argv, &settings, &report, &failure));
    ck_assert_uint_eq(args.count, SERVER_ARGS_MAX);
    argv[SERVER_ARGS_MAX] = "--hz 1";
    ck_assert(!server_args_read(&args, argv, &settings, &report, &failure));
    ck_assert_int_eq(failure.exit_code, EX_USAGE);
    ck_assert_ptr_nonnull(strstr(failure.text, "more than 512"));
}
END_TEST

START_TEST(settings_are_overridden)
{
    char *argv[] = {"--port", "0", "--bind 127.0.0.1", "-::1", "--dir", "/x", NULL};
    ck_assert_msg(server_args_read(&args, argv, &settings, &report, &failure), "%s", failure.text);
    ck_assert_uint_eq(settings.port, 0);
    ck_assert_str_eq(settings.bind, "127.0.0.1 -::1");
    ck_assert_str_eq(settings.data_dir, "/x");
    char *last[] = {"--port", "65535", "--PORT", "1", "--bind", "::1", "10.0.0.1", NULL};
    ck_assert_msg(server_args_read(&args, last, &settings, &report, &failure), "%s", failure.text);
    ck_assert_uint_eq(settings.port, 1);
    ck_assert_str_eq(settings.bind, "::1 10.0.0.1");
    ck_assert_uint_eq(args.count, 0);
}
END_TEST

struct password {
    const char *words[WORDS];
    const char *password;
    size_t word; /* of argv, that it is in */
};

static const struct password passwords[] = {
    {{"--requirepass", "hush hush"}, "hush hush", 1},
    {{"--RequirePass", "hush"}, "hush", 1},
    {{"--requirepass", "--hush"}, "--hush", 1},
    {{"--requirepass", "\"hush\""}, "\"hush\"", 1},
    {{"--requirepass", ""}, "", 1},
    {{"--requirepass hush"}, "hush", 0},
    {{"--requirepass \t hush  "}, "hush", 0},
    {{"--requirepass \"hu\\x73h hush\" "}, "hush hush", 0},
    {{"--requirepass 'hu\\'sh'"}, "hu'sh", 0},
    {{"--hz", "1", "--requirepass", "hush", "--hz", "2"}, "hush", 3},
};

/* It stands where it was in argv, so that wiping it there leaves no copy. */
START_TEST(the_password_is_in_argv_and_nowhere_else)
{
    const struct password *p = &passwords[_i];
    char *argv[WORDS + 1];
    copy_words(argv, p->words);
    const size_t size = strlen(p->words[p->word]) + 1;
    ck_assert_msg(server_args_read(&args, argv, &settings, &report, &failure), "%s", failure.text);
    ck_assert_pstr_eq(args.requirepass, p->password);
    ck_assert(args.requirepass >= argv[p->word] && args.requirepass < argv[p->word] + size);
    explicit_bzero(args.requirepass, strlen(args.requirepass));
    for (size_t i = 0; argv[i] != NULL; i++)
        ck_assert_ptr_null(memmem(argv[i], strlen(p->words[i]) + 1, "sh", 2));
    ck_assert_ptr_null(strstr(kept(), "requirepass"));
    free_words(argv);
}
END_TEST

START_TEST(what_is_given_is_noted)
{
    char *argv[] = {"--save", "", "--MasterAuth", "x", NULL};
    char *other[] = {"--primaryauth x", NULL};
    char *none[] = {"--hz", "1", NULL};
    ck_assert(server_args_read(&args, argv, &settings, &report, &failure));
    ck_assert(args.has_save && args.has_primary_auth && args.requirepass == NULL);
    ck_assert(server_args_read(&args, other, &settings, &report, &failure));
    ck_assert(!args.has_save && args.has_primary_auth);
    ck_assert(server_args_read(&args, none, &settings, &report, &failure));
    ck_assert(!args.has_save && !args.has_primary_auth);
}
END_TEST

START_TEST(the_conf_file_becomes_absolute)
{
    char *absolute[] = {"/etc/x.conf", "--hz", "1", NULL};
    char *relative[] = {"a b/x.conf", NULL};
    char expected[PATH_MAX + 16];
    ck_assert(server_args_read(&args, absolute, &settings, &report, &failure));
    ck_assert(args.has_conf_file);
    ck_assert_str_eq(args.conf_file, "/etc/x.conf");
    ck_assert_str_eq(kept(), "hz||1\n");
    ck_assert_int_eq(chdir(unit_folder()), 0);
    ck_assert(server_args_read(&args, relative, &settings, &report, &failure));
    (void)snprintf(expected, sizeof(expected), "%s/a b/x.conf", unit_folder());
    ck_assert_str_eq(args.conf_file, expected);
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

static const char *const ours[] = {
    "protected-mode",
    "daemonize",
    "logfile",
    "pidfile",
    "enable-debug-command",
    "enable-module-command",
    "enable-protected-configs",
};

START_TEST(what_is_ours_is_left_out_with_a_warning)
{
    char path[PATH_MAX];
    char said[512] = "";
    char word[64];
    char *argv[] = {word, "yes", "--hz", "1", NULL};
    (void)snprintf(word, sizeof(word), "--%s", ours[_i]);
    (void)snprintf(path, sizeof(path), "%s/stderr", unit_folder());
    unit_write(path, "", 0, 0600);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    const int before = dup(STDERR_FILENO);
    ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    const bool ok = server_args_read(&args, argv, &settings, &report, &failure);
    ck_assert_int_eq(dup2(before, STDERR_FILENO), STDERR_FILENO);
    ck_assert_int_gt(pread(fd, said, sizeof(said) - 1, 0), 0);
    ck_assert_msg(ok, "%s", failure.text);
    ck_assert_str_eq(kept(), "hz||1\n");
    (void)snprintf(path, sizeof(path), "redis-init: warning: argument --%s is left out", ours[_i]);
    ck_assert_msg(strstr(said, path) != NULL, "%s", said);
    ck_assert_int_eq(close(before) + close(fd), 0);
}
END_TEST

static const struct {
    char *words[3];
    bool is_query;
} queries[] = {
    {{"--version"}, true},
    {{"-v"}, true},
    {{"--help"}, true},
    {{"-h"}, true},
    {{"--test-memory", "8"}, true},
    {{"--check-system"}, true},
    {{NULL}, false},
    {{"--hz", "--version"}, false},
    {{"--versions"}, false},
    {{"x.conf", "-v"}, false},
    {{"--VERSION"}, false},
    {{""}, false},
};

START_TEST(only_a_first_word_asks)
{
    ck_assert(server_args_is_query(queries[_i].words) == queries[_i].is_query);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("server_args");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, options_are_read_as_redis_does, 0, COUNT(rights));
    tcase_add_loop_test(tests, what_redis_would_not_take_is_refused, 0, COUNT(wrongs));
    tcase_add_test(tests, too_many_options);
    tcase_add_test(tests, settings_are_overridden);
    tcase_add_loop_test(tests, the_password_is_in_argv_and_nowhere_else, 0, COUNT(passwords));
    tcase_add_test(tests, what_is_given_is_noted);
    tcase_add_test(tests, the_conf_file_becomes_absolute);
    tcase_add_loop_test(tests, what_is_ours_is_left_out_with_a_warning, 0, COUNT(ours));
    tcase_add_loop_test(tests, only_a_first_word_asks, 0, COUNT(queries));
    return unit_main("server_args", tests);
}
