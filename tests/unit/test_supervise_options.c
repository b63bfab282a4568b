// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

#include "supervise_options.h"
#include "unit.h"

#define ARGC(argv) ((int)(sizeof(argv) / sizeof((argv)[0])) - 1)

START_TEST(defaults_pass_every_signal_on)
{
    const struct supervise_options options = supervise_options_default();
    for (int signal = 1; signal <= SUPERVISE_SIGNAL_MAX; signal++)
        ck_assert_int_eq(options.rewrite[signal], signal);
    for (int code = 0; code < 256; code++)
        ck_assert(!options.remap_exit[code]);
    ck_assert(!options.kill_group && !options.warn_on_reap && !options.say.json);
    ck_assert_int_eq(options.parent_death_signal, 0);
    ck_assert_uint_eq(options.stop_timeout, 0);
    ck_assert_int_eq(options.say.level, SAY_NOTICE);
}
END_TEST

START_TEST(the_table_is_consistent)
{
    for (size_t i = 0; i < supervise_option_count; i++) {
        const struct supervise_option *option = &supervise_option_table[i];
        ck_assert_ptr_nonnull(option->set);
        ck_assert_uint_gt(strlen(option->name), 1);
        ck_assert_uint_gt(strlen(option->help), 8);
        ck_assert_int_ne(option->help[strlen(option->help) - 1], '.');
        for (size_t j = 0; j < i; j++) {
            ck_assert_int_ne(option->letter, supervise_option_table[j].letter);
            ck_assert_str_ne(option->name, supervise_option_table[j].name);
        }
    }
}
END_TEST

START_TEST(every_way_to_write_options)
{
    struct supervise_options options = supervise_options_default();
    struct supervise_usage usage;
    char *argv[] = {"x",    "-gw",  "-t5",    "-e",        "143",          "--remap-exit=7",
                    "-vr",  "1:2",  "-pKILL", "--rewrite", "sigterm:quit", "--log-format",
                    "json", "prog", "-g",     NULL};
    const int first = supervise_options_parse(&options, &usage, ARGC(argv), argv);
    ck_assert_int_eq(first, 13);
    ck_assert(options.kill_group && options.warn_on_reap && options.say.json);
    ck_assert_uint_eq(options.stop_timeout, 5);
    ck_assert(options.remap_exit[143] && options.remap_exit[7] && !options.remap_exit[5]);
    ck_assert_int_eq(options.rewrite[1], 2);
    ck_assert_int_eq(options.rewrite[SIGTERM], SIGQUIT);
    ck_assert_int_eq(options.parent_death_signal, SIGKILL);
    ck_assert_int_eq(options.say.level, SAY_DETAIL);
}
END_TEST

struct words {
    char *argv[4];
    int first;
};

static const struct words operands[] = {
    {{"x", "prog", "-x"}, 1}, {{"x", "--", "-x"}, 2}, {{"x", "-", "-x"}, 1},
    {{"x", "-g", "prog"}, 2}, {{"x", "-g", "--"}, 3}, {{"x"}, 1},
    {{"x", "", "y"}, 1},
};

START_TEST(the_first_operand_is_found)
{
    struct supervise_options options = supervise_options_default();
    struct supervise_usage usage;
    int argc = 0;
    while (operands[_i].argv[argc] != NULL)
        argc++;
    ck_assert_int_eq(supervise_options_parse(&options, &usage, argc, operands[_i].argv),
                     operands[_i].first);
}
END_TEST

struct bad {
    const char *value;
    int letter;
    const char *reason;
};

static const struct bad bads[] = {
    {"", 'r', "pair"},
    {"15", 'r', "pair"},
    {"15::12", 'r', "pair"},
    {":1", 'r', "pair"},
    {"1:", 'r', "pair"},
    {"0:1", 'r', "pair"},
    {"1:65", 'r', "pair"},
    {"15:derp", 'r', "pair"},
    {"9:1", 'r', "never"},
    {"STOP:1", 'r', "never"},
    {"CHLD:1", 'r', "never"},
    {"CLD:1", 'r', "never"},
    {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:1", 'r', "pair"},
    {"0", 'p', "signal"},
    {"65", 'p', "signal"},
    {"", 'p', "signal"},
    {"-1", 'e', "exit code"},
    {"256", 'e', "exit code"},
    {"", 'e', "exit code"},
    {"0x1", 'e', "exit code"},
    {" 1", 'e', "exit code"},
    {"1 ", 'e', "exit code"},
    {"99999999999999999999999999", 'e', "exit code"},
    {"86401", 't', "seconds"},
    {"1.5", 't', "seconds"},
    {"-1", 't', "seconds"},
    {NULL, 't', "needs"},
    {"1", 'g', "takes no"},
    {NULL, '?', "not an option"},
    {NULL, 0, "not an option"},
};

START_TEST(bad_values_have_a_reason_and_change_nothing)
{
    const struct supervise_options before = supervise_options_default();
    struct supervise_options options = supervise_options_default();
    const char *reason = supervise_option_set(&options, bads[_i].letter, bads[_i].value);
    ck_assert_ptr_nonnull(reason);
    ck_assert_msg(strstr(reason, bads[_i].reason) != NULL, "%s", reason);
    ck_assert_mem_eq(options.rewrite, before.rewrite, sizeof(before.rewrite));
    ck_assert_mem_eq(options.remap_exit, before.remap_exit, sizeof(before.remap_exit));
    ck_assert_int_eq(options.parent_death_signal, 0);
    ck_assert_uint_eq(options.stop_timeout, 0);
}
END_TEST

START_TEST(every_exit_code_can_be_remapped_alone)
{
    for (int code = 0; code < 256; code++) {
        struct supervise_options options = supervise_options_default();
        char text[DECIMAL_SIZE];
        ck_assert_ptr_null(supervise_option_set(&options, 'e', decimal(code, text)));
        for (int other = 0; other < 256; other++)
            ck_assert_int_eq(options.remap_exit[other], other == code);
    }
}
END_TEST

START_TEST(usage_names_the_word_and_its_value)
{
    struct supervise_options options = supervise_options_default();
    struct supervise_usage usage;
    char *argv[] = {"x", "-g", "-t", "soon", "prog", NULL};
    ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(argv), argv), -1);
    ck_assert_str_eq(usage.option, "-t");
    ck_assert_str_eq(usage.value, "soon");
    char *missing[] = {"x", "--stop-timeout", NULL};
    ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(missing), missing), -1);
    ck_assert_str_eq(usage.reason, "needs an argument");
    char *prefix[] = {"x", "--kill", "prog", NULL};
    ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(prefix), prefix), -1);
    ck_assert_str_eq(usage.reason, "is not an option");
}
END_TEST

START_TEST(what_is_watched_and_what_runs)
{
    struct supervise_options options = supervise_options_default();
    struct supervise_usage usage;
    char *argv[] = {"x", "--watch",        "/a", "--watch=/b", "--on-change",
                    "c", "--on-change=-d", "p",  NULL};
    ck_assert_uint_eq(options.watch_poll, 60);
    ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(argv), argv), 7);
    ck_assert_uint_eq(options.watch_count, 2);
    ck_assert_str_eq(options.watch[1], "/b");
    ck_assert_str_eq(options.on_change[0], "c");
    ck_assert_str_eq(options.on_change[1], "-d");
    ck_assert_ptr_null(options.on_change[2]);
    char *companion[] = {"x", "--companion", "c", "--companion=-d", "p", NULL};
    ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(companion), companion), 4);
    ck_assert_str_eq(options.companion[0], "c");
    ck_assert_str_eq(options.companion[1], "-d");
    ck_assert_ptr_null(options.companion[2]);
    char *poll[] = {"x", "--watch-poll", "86400", "p", NULL};
    ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(poll), poll), 3);
    ck_assert_uint_eq(options.watch_poll, 86400);
}
END_TEST

static const char *const bad_watches[][2] = {
    {"--watch=a", "is not an absolute path"},
    {"--watch=", "is not an absolute path"},
    {"--watch-poll=0", "is not a number of seconds from 1 to 86400"},
    {"--watch-poll=86401", "is not a number of seconds from 1 to 86400"},
    {"--watch-poll=1m", "is not a number of seconds from 1 to 86400"},
};

START_TEST(bad_watches_have_a_reason)
{
    struct supervise_options options = supervise_options_default();
    struct supervise_usage usage;
    char *argv[] = {"x", (char *)bad_watches[_i][0], "p", NULL};
    ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(argv), argv), -1);
    ck_assert_str_eq(usage.reason, bad_watches[_i][1]);
    ck_assert_uint_eq(options.watch_count, 0);
    ck_assert_uint_eq(options.watch_poll, 60);
}
END_TEST

START_TEST(there_is_an_end_to_files_and_words)
{
    struct supervise_options options = supervise_options_default();
    struct supervise_usage usage;
    char *file[] = {"x", "--watch=/a", NULL}, *word[] = {"x", "--on-change=a", NULL};
    for (int i = 0; i < SUPERVISE_WATCH_MAX; i++)
        ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(file), file), 2);
    ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(file), file), -1);
    ck_assert_str_eq(usage.reason, "is one file too many");
    for (int i = 0; i < SUPERVISE_COMMAND_MAX; i++)
        ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(word), word), 2);
    ck_assert_int_eq(supervise_options_parse(&options, &usage, ARGC(word), word), -1);
    ck_assert_str_eq(usage.reason, "is one word too many");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("options");
    tcase_add_test(tests, defaults_pass_every_signal_on);
    tcase_add_test(tests, the_table_is_consistent);
    tcase_add_test(tests, every_way_to_write_options);
    tcase_add_loop_test(tests, the_first_operand_is_found, 0,
                        sizeof(operands) / sizeof(operands[0]));
    tcase_add_loop_test(tests, bad_values_have_a_reason_and_change_nothing, 0,
                        sizeof(bads) / sizeof(bads[0]));
    tcase_add_test(tests, what_is_watched_and_what_runs);
    tcase_add_loop_test(tests, bad_watches_have_a_reason, 0,
                        sizeof(bad_watches) / sizeof(bad_watches[0]));
    tcase_add_test(tests, there_is_an_end_to_files_and_words);
    tcase_add_test(tests, every_exit_code_can_be_remapped_alone);
    tcase_add_test(tests, usage_names_the_word_and_its_value);
    return unit_main("supervise options", tests);
}
