// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "option_table.h"

static const struct option_group *group_of(const struct options *options)
{
    for (size_t i = 0; i < option_group_count; i++)
        if (option_groups[i].command == options->command)
            return &option_groups[i];
    return NULL;
}

static bool pass_on(struct option_reader *reader, const struct option *option,
                    const struct supervise_option *row, const char *value)
{
    struct options *options = reader->options;
    const char *problem = supervise_option_set(&reader->checked, row->letter, value);
    if (problem != NULL)
        return failure_set(reader->failure, EX_USAGE, 0, "%s: `%.*s` %s", option->name,
                           option_shown_length(value), value != NULL ? value : "", problem);
    if (options->supervisor_count + 2 > SUPERVISOR_WORDS_MAX)
        return failure_set(reader->failure, EX_USAGE, 0, "too many options for the supervisor");
    options->supervisor[options->supervisor_count++] = option->name;
    if (value != NULL)
        options->supervisor[options->supervisor_count++] = value;
    return true;
}

static bool take(struct option_reader *reader, const struct option *option, const char *value)
{
    const struct supervise_option *row = option_supervisor_row(option);
    if (row != NULL && !pass_on(reader, option, row, value))
        return false;
    return option->take == NULL || option->take(reader, value);
}

static const struct option *find_in(const struct option *rows, size_t count, const char *name,
                                    size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i].name) == length && memcmp(rows[i].name, name, length) == 0)
            return &rows[i];
    return NULL;
}

static const struct option *find_name(const struct options *options, const char *name,
                                      size_t length)
{
    const struct option *found = find_in(option_rows, option_row_count, name, length);
    const struct option_group *group = group_of(options);
    return found == NULL && group != NULL ? find_in(group->rows, group->count, name, length)
                                          : found;
}

static const struct option *find_letter(char letter)
{
    for (size_t i = 0; i < option_row_count; i++)
        if (option_rows[i].letter != LONG_ONLY && option_rows[i].letter == letter)
            return &option_rows[i];
    return NULL;
}

static bool fail_no_value(struct option_reader *reader, const struct option *option)
{
    return failure_set(reader->failure, EX_USAGE, 0, "%s needs a value: %s", option->name,
                       option_argument(option));
}

/* --name, --name VALUE or --name=VALUE at *argv; moves *argv behind it. */
static bool read_long(struct option_reader *reader, const struct option *option, char ***argv)
{
    const char *equals = strchr(**argv, '=');
    const char *value = equals != NULL ? equals + 1 : NULL;
    (*argv)++;
    if (option_argument(option) == NULL && value != NULL)
        return failure_set(reader->failure, EX_USAGE, 0, "%s takes no value", option->name);
    if (option_argument(option) != NULL && value == NULL) {
        if (**argv == NULL)
            return fail_no_value(reader, option);
        value = *(*argv)++;
    }
    return take(reader, option, value);
}

/* -v, -vg, -cFILE or -c FILE at *argv; moves *argv behind it. */
static bool read_letters(struct option_reader *reader, char ***argv)
{
    const char *letters = *(*argv)++ + 1;
    for (; *letters != '\0'; letters++) {
        const struct option *option = find_letter(*letters);
        if (option == NULL)
            return failure_set(reader->failure, EX_USAGE, 0,
                               "unknown option -%.1s, see `redis-init --help`", letters);
        if (option_argument(option) == NULL) {
            if (!take(reader, option, NULL))
                return false;
            continue;
        }
        if (letters[1] != '\0')
            return take(reader, option, letters + 1);
        if (**argv == NULL)
            return fail_no_value(reader, option);
        return take(reader, option, *(*argv)++);
    }
    return true;
}

static bool check_typo(const struct options *options, const char *word, struct failure *failure)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
    const char *meant =
        nearest_name(name, &option_rows[0].name, option_row_count, sizeof(option_rows[0]));
    const struct option_group *group = group_of(options);
    if (meant == NULL && group != NULL)
        meant = nearest_name(name, &group->rows[0].name, group->count, sizeof(group->rows[0]));
    if (meant == NULL)
        return true;
    return failure_set(failure, EX_USAGE, 0, "unknown option %s, did you mean %s?", name, meant);
}

static bool read_options(struct option_reader *reader, char **argv)
{
    while (*argv != NULL && (*argv)[0] == '-' && (*argv)[1] != '\0') {
        if (strcmp(*argv, "--") == 0) {
            argv++;
            break;
        }
        if ((*argv)[1] != '-') {
            if (!read_letters(reader, &argv))
                return false;
            continue;
        }
        const struct option *option = find_name(reader->options, *argv, strcspn(*argv, "="));
        if (option == NULL && !check_typo(reader->options, *argv, reader->failure))
            return false;
        if (option == NULL)
            break; /* redis-server's */
        if (!read_long(reader, option, &argv))
            return false;
    }
    reader->options->arguments = argv;
    return true;
}

struct tool {
    const char *name; /* first, so that nearest_name() can walk the table */
    enum command command;
    const char *hint;
    const char *takes_none; /* what is said to arguments, where it takes none; they may be the
                               password, and are not shown */
};

/* clang-format off */
static const struct tool tools[] = {
    {"config", COMMAND_CONFIG, ", did you mean the subcommand `config`, which comes first?", NULL},
    {"checkpass", COMMAND_CHECKPASS, ", did you mean the subcommand `checkpass`, which comes first?",
     "checkpass takes no arguments, the password goes to standard input"},
    {"genpass", COMMAND_GENPASS, ", did you mean the subcommand `genpass`, which comes first?",
     "genpass takes no arguments, it prints a password"},
    {"ping", COMMAND_PING, ", did you mean the subcommand `ping`, which comes first?",
     "ping takes no arguments but --ready and --timeout"},
    {"reload", COMMAND_RELOAD, ", did you mean the subcommand `reload`, which comes first?",
     "reload takes no arguments but --passwords, --certificates and --environment"},
    {"audit", COMMAND_AUDIT, ", did you mean the subcommand `audit`, which comes first?",
     "audit takes no arguments but --environment"},
};
/* clang-format on */

#define TOOL_COUNT (sizeof(tools) / sizeof(tools[0]))

static enum command read_command(const char *word)
{
    for (size_t i = 0; word != NULL && i < TOOL_COUNT; i++)
        if (strcmp(word, tools[i].name) == 0)
            return tools[i].command;
    return COMMAND_START;
}

const char *options_tool_hint(const char *program)
{
    const char *meant = nearest_name(program, &tools[0].name, TOOL_COUNT, sizeof(tools[0]));
    for (size_t i = 0; i < TOOL_COUNT; i++)
        if (meant == tools[i].name)
            return tools[i].hint;
    return "";
}

static bool check_arguments(const struct options *options, struct failure *failure)
{
    for (size_t i = 0; *options->arguments != NULL && i < TOOL_COUNT; i++)
        if (tools[i].command == options->command && tools[i].takes_none != NULL)
            return failure_set(failure, EX_USAGE, 0, "%s", tools[i].takes_none);
    return true;
}

bool options_read(struct options *options, char **argv, struct failure *failure)
{
    struct option_reader reader = {
        .options = options, .checked = supervise_options_default(), .failure = failure};
    *options = (struct options){.report = {.level = REPORT_NOTICE}, .ping_timeout = PING_TIMEOUT};
    if (argv[0] != NULL)
        argv++;
    options->command = read_command(argv[0]);
    if (options->command != COMMAND_START)
        argv++;
    return read_options(&reader, argv) && check_arguments(options, failure);
}
