// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "supervise_options.h"
#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define WORDS 12

/* "COMMAND LEVEL FORMAT CONFIG | supervisor's words | arguments" */
struct right {
    char *argv[WORDS];
    const char *read;
};

static const struct right rights[] = {
    {{NULL}, "0 2 0 - | | "},
    {{"x"}, "0 2 0 - | | "},
    {{"x", "redis-server", "-v"}, "0 2 0 - | | redis-server -v "},
    {{"x", "config"}, "1 2 0 - | | "},
    {{"x", "config", "-v", "--", "--port", "1"}, "1 3 0 - | --verbose | --port 1 "},
    {{"x", "checkpass", "-q"}, "2 1 0 - | --quiet | "},
    {{"x", "genpass"}, "3 2 0 - | | "},
    {{"x", "ping"}, "4 2 0 - | | "},
    {{"x", "ping", "-c", "/a", "--log-format=json"}, "4 2 1 /a | --log-format json | "},
    {{"x", "reload"}, "5 2 0 - | | "},
    {{"x", "reload", "--environment=/a", "-q"}, "5 1 0 - | --quiet | "},
    {{"x", "-v", "config"}, "0 3 0 - | --verbose | config "},
    {{"x", "--", "config"}, "0 2 0 - | | config "},
    {{"x", "configs"}, "0 2 0 - | | configs "},
    {{"x", "audit", "--environment=/a"}, "6 2 0 - | | "},
    {{"x", "--help"}, "7 2 0 - | | "},
    {{"x", "-h"}, "7 2 0 - | | "},
    {{"x", "config", "--help"}, "7 2 0 - | | "},
    {{"x", "--version"}, "8 2 0 - | | "},
    {{"x", "-c", "/a"}, "0 2 0 /a | | "},
    {{"x", "-c/a", "-v"}, "0 3 0 /a | --verbose | "},
    {{"x", "--config", "/a", "y"}, "0 2 0 /a | | y "},
    {{"x", "--config=/a=b", "y"}, "0 2 0 /a=b | | y "},
    {{"x", "--config=", "y"}, "0 2 0  | | y "},
    {{"x", "-c", "-v"}, "0 2 0 -v | | "},
    {{"x", "-vc", "/a", "y"}, "0 3 0 /a | --verbose | y "},
    {{"x", "-c", "/a", "-c", "/b"}, "0 2 0 /b | | "},
    {{"x", "-qv"}, "0 3 0 - | --quiet --verbose | "},
    {{"x", "--log-format", "json"}, "0 2 1 - | --log-format json | "},
    {{"x", "--log-format=text"}, "0 2 0 - | --log-format text | "},
    {{"x", "-gw", "-r15:2", "-e", "143", "-pKILL", "y"},
     "0 2 0 - | --kill-group --warn-on-reap --rewrite 15:2 --remap-exit 143 "
     "--parent-death-signal KILL | y "},
    {{"x", "-gr", "1:2", "--rewrite=HUP:0"},
     "0 2 0 - | --kill-group --rewrite 1:2 --rewrite HUP:0 | "},
    {{"x", "--kill-group", "--remap-exit", "0"}, "0 2 0 - | --kill-group --remap-exit 0 | "},
    /* a long option that is not ours begins the server's */
    {{"x", "--port", "1", "-v"}, "0 2 0 - | | --port 1 -v "},
    {{"x", "-v", "--maxmemory=1mb"}, "0 3 0 - | --verbose | --maxmemory=1mb "},
    {{"x", "--requirepass", "--config"}, "0 2 0 - | | --requirepass --config "},
    {{"x", "--save", "", "y"}, "0 2 0 - | | --save  y "},
    {{"x", "--", "--config", "/a"}, "0 2 0 - | | --config /a "},
    {{"x", "--timeout", "0", "y"}, "0 2 0 - | | --timeout 0 y "},
    {{"x", "--environment", "/a"}, "0 2 0 - | | --environment /a "},
    {{"x", "--ready"}, "0 2 0 - | | --ready "},
    {{"x", "--", "ping"}, "0 2 0 - | | ping "},
    {{"x", "--", "--confg"}, "0 2 0 - | | --confg "},
    {{"x", "--", "--", "-v"}, "0 2 0 - | | -- -v "},
    {{"x", "-", "-v"}, "0 2 0 - | | - -v "},
    {{"x", "/etc/x.conf", "--port", "1"}, "0 2 0 - | | /etc/x.conf --port 1 "},
    {{"x", "", "-v"}, "0 2 0 - | |  -v "},
};

static const char *describe(const struct options *options)
{
    static char text[1024];
    size_t n = (size_t)snprintf(text, sizeof(text), "%d %d %d %s | ", (int)options->command,
                                (int)options->report.level, (int)options->report.format,
                                options->config_file != NULL ? options->config_file : "-");
    for (size_t i = 0; i < options->supervisor_count; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s ", options->supervisor[i]);
    n += (size_t)snprintf(text + n, sizeof(text) - n, "| ");
    for (char *const *word = options->arguments; *word != NULL; word++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s ", *word);
    return text;
}

START_TEST(the_command_line)
{
    char *argv[WORDS];
    struct options options;
    struct failure failure = {0};
    memcpy(argv, rights[_i].argv, sizeof(argv));
    ck_assert_msg(options_read(&options, argv, &failure), "%s", failure.text);
    ck_assert_str_eq(describe(&options), rights[_i].read);
}
END_TEST

struct wrong {
    char *argv[WORDS];
    const char *text;
};

static const struct wrong wrongs[] = {
    {{"x", "--confg", "/a"}, "unknown option --confg, did you mean --config?"},
    {{"x", "--confg=/a"}, "unknown option --confg, did you mean --config?"},
    {{"x", "--kill-gruop"}, "did you mean --kill-group?"},
    {{"x", "--log_format", "json"}, "did you mean --log-format?"},
    {{"x", "--quite"}, "did you mean --quiet?"},
    {{"x", "config", "--verbos"}, "did you mean --verbose?"},
    {{"x", "-x"}, "unknown option -x, see `redis-init --help`"},
    {{"x", "-vx"}, "unknown option -x"},
    {{"x", "-0"}, "unknown option -0"},
    {{"x", "-c"}, "--config needs a value: FILE"},
    {{"x", "-vc"}, "--config needs a value"},
    {{"x", "--config"}, "--config needs a value"},
    {{"x", "--rewrite"}, "--rewrite needs a value"},
    {{"x", "--verbose=1"}, "--verbose takes no value"},
    {{"x", "--help="}, "--help takes no value"},
    {{"x", "--log-format", "xml"}, "--log-format: `xml`"},
    {{"x", "-r", "15"}, "--rewrite: `15`"},
    {{"x", "-r", "9:1"}, "--rewrite: `9:1`"},
    {{"x", "-p", "derp"}, "--parent-death-signal: `derp`"},
    {{"x", "-e256"}, "--remap-exit: `256`"},
    {{"x", "-e", ""}, "--remap-exit: ``"},
    {{"x", "ping", "localhost"}, "ping takes no arguments"},
    {{"x", "ping", "--port", "1"}, "ping takes no arguments"},
    {{"x", "ping", "--redy"}, "unknown option --redy, did you mean --ready?"},
    {{"x", "ping", "--ready=1"}, "--ready takes no value"},
    {{"x", "ping", "--timeout"}, "--timeout needs a value: SECONDS"},
    {{"x", "ping", "--timeout", "0"}, "--timeout: `0` must be seconds from 1 to 3600"},
    {{"x", "ping", "--timeout=3601"}, "--timeout: `3601` must be"},
    {{"x", "ping", "--timeout", "-1"}, "--timeout: `-1` must be"},
    {{"x", "ping", "--timeout", "1s"}, "--timeout: `1s` must be"},
    {{"x", "ping", "--timeout="}, "--timeout: `` must be"},
    {{"x", "ping", "--timeout", "99999999999999999999"}, "must be seconds"},
};

START_TEST(a_wrong_option_is_named)
{
    char *argv[WORDS];
    struct options options;
    struct failure failure = {0};
    memcpy(argv, wrongs[_i].argv, sizeof(argv));
    ck_assert(!options_read(&options, argv, &failure));
    ck_assert_int_eq(failure.exit_code, EX_USAGE);
    ck_assert_msg(strstr(failure.text, wrongs[_i].text) != NULL, "%s", failure.text);
}
END_TEST

START_TEST(options_of_ping)
{
    char *plain[] = {"x", "ping", NULL};
    char *argv[] = {"x", "ping", "-q", "--timeout", "3600", "--ready", NULL};
    struct options options;
    struct failure failure = {0};
    ck_assert_msg(options_read(&options, plain, &failure), "%s", failure.text);
    ck_assert(!options.ping_ready);
    ck_assert_uint_eq(options.ping_timeout, 1);
    ck_assert_msg(options_read(&options, argv, &failure), "%s", failure.text);
    ck_assert(options.ping_ready);
    ck_assert_uint_eq(options.ping_timeout, 3600);
    ck_assert_int_eq(options.report.level, REPORT_WARNING);
}
END_TEST

START_TEST(options_of_reload)
{
    char *plain[] = {"x", "reload", NULL};
    char *argv[] = {"x", "reload", "--certificates", NULL};
    char *both[] = {"x", "reload", "--passwords", "--certificates", NULL};
    struct options options;
    struct failure failure = {0};
    ck_assert_msg(options_read(&options, plain, &failure), "%s", failure.text);
    ck_assert(!options.passwords && !options.certificates);
    ck_assert_msg(options_read(&options, argv, &failure), "%s", failure.text);
    ck_assert(!options.passwords && options.certificates);
    ck_assert_msg(options_read(&options, both, &failure), "%s", failure.text);
    ck_assert(options.passwords && options.certificates);
}
END_TEST

START_TEST(the_supervisors_words_have_a_limit)
{
    char *argv[SUPERVISOR_WORDS_MAX + 4] = {"x"};
    struct options options;
    struct failure failure = {0};
    for (size_t i = 0; i < SUPERVISOR_WORDS_MAX / 2; i++)
        argv[i + 1] = "-e1";
    ck_assert_msg(options_read(&options, argv, &failure), "%s", failure.text);
    ck_assert_uint_eq(options.supervisor_count, SUPERVISOR_WORDS_MAX);
    argv[SUPERVISOR_WORDS_MAX / 2 + 1] = "-e1";
    ck_assert(!options_read(&options, argv, &failure));
    ck_assert_int_eq(failure.exit_code, EX_USAGE);
}
END_TEST

/* What is passed on is read by the supervisor as it was meant. */
START_TEST(the_supervisor_understands_its_words)
{
    char *argv[] = {"x", "-gwv", "-r15:2", "-e143", "-pKILL", "--log-format=json", NULL};
    struct options options;
    struct failure failure = {0};
    struct supervise_options supervise = supervise_options_default();
    struct supervise_usage usage;
    char *words[SUPERVISOR_WORDS_MAX + 3] = {"supervise"};
    ck_assert_msg(options_read(&options, argv, &failure), "%s", failure.text);
    const int count = (int)options.supervisor_count + 1;
    memcpy(words + 1, options.supervisor, options.supervisor_count * sizeof(words[0]));
    words[count] = "prog";
    ck_assert_int_eq(supervise_options_parse(&supervise, &usage, count + 1, words), count);
    ck_assert(supervise.kill_group && supervise.warn_on_reap && supervise.say.json);
    ck_assert_int_eq(supervise.say.level, SAY_DETAIL);
    ck_assert_int_eq(supervise.rewrite[15], 2);
    ck_assert(supervise.remap_exit[143]);
    ck_assert_int_eq(supervise.parent_death_signal, 9);
}
END_TEST

/* Prints the help into `path`. */
static bool print_help(const char *path, struct failure *failure)
{
    ck_assert_int_eq(fflush(stdout), 0);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const int before = dup(STDOUT_FILENO);
    ck_assert_int_eq(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
    const bool ok = options_print_help(failure);
    ck_assert_int_eq(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
    ck_assert_int_eq(close(fd) + close(before), 0);
    return ok;
}

static const char *const mentioned[] = {
    "Usage: redis-init ",
    "-c, --config FILE",
    "-v, --verbose",
    "-q, --quiet",
    "--log-format ",
    "-g, --kill-group",
    "-r, --rewrite ",
    "-p, --parent-death-signal ",
    "-e, --remap-exit ",
    "-w, --warn-on-reap",
    "-h, --help",
    "--version",
    "config  ",
    "checkpass  ",
    "genpass  ",
    "redis-init.ini(5)",
    "ping  ",
    "--ready",
    "--timeout SECONDS",
};

START_TEST(the_help_names_every_option)
{
    char path[PATH_MAX];
    static char text[8192];
    struct failure failure = {0};
    (void)snprintf(path, sizeof(path), "%s/help", unit_folder());
    ck_assert_msg(print_help(path, &failure), "%s", failure.text);
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 500);
    ck_assert_int_eq(fclose(file), 0);
    for (size_t i = 0; i < COUNT(mentioned); i++)
        ck_assert_msg(strstr(text, mentioned[i]) != NULL, "%s", mentioned[i]);
    ck_assert_ptr_null(strstr(text, "(null)"));
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        ck_assert_msg(strcspn(line, "\n") <= 100, "%s", line);
}
END_TEST

START_TEST(a_full_output_is_a_failure)
{
    struct failure failure = {0};
    ck_assert(!print_help("/dev/full", &failure));
    ck_assert_int_eq(failure.exit_code, EX_OSERR);
    ck_assert_ptr_nonnull(strstr(failure.text, "standard output"));
    clearerr(stdout);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("options");
    tcase_add_loop_test(tests, the_command_line, 0, COUNT(rights));
    tcase_add_loop_test(tests, a_wrong_option_is_named, 0, COUNT(wrongs));
    tcase_add_test(tests, options_of_ping);
    tcase_add_test(tests, options_of_reload);
    tcase_add_test(tests, the_supervisors_words_have_a_limit);
    tcase_add_test(tests, the_supervisor_understands_its_words);
    tcase_add_test(tests, the_help_names_every_option);
    tcase_add_test(tests, a_full_output_is_a_failure);
    return unit_main("options", tests);
}
