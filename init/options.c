// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "supervise_options.h"
#include "supervise_signals.h"

struct reader {
    struct options *options;
    struct supervise_options
        checked; /* the supervisor's options are tried here before they are passed on */
    struct failure *failure;
};

struct option {
    const char *name; /* with its dashes; first, so that nearest_name() can walk the table */
    int letter;
    const char *argument; /* its name in --help, NULL when there is none */
    const char *help;
    bool (*take)(struct reader *reader, const char *value);
};

/* Signals and numbers are shown in an error; what cannot be one may be a password (-requirepass=...
 * is read as -r). */
static int shown_length(const char *value)
{
    static const char of_signals[] =
        "0123456789:+-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (value == NULL)
        return 0;
    const size_t length = strlen(value);
    return length <= (size_t)2 * SIGNAL_NAME_SIZE && strspn(value, of_signals) == length
               ? (int)length
               : 0;
}

static bool take_config(struct reader *reader, const char *value)
{
    reader->options->config_file = value;
    return true;
}

static bool take_verbose(struct reader *reader, const char *value)
{
    reader->options->report.level = REPORT_DETAIL;
    return value == NULL;
}

static bool take_quiet(struct reader *reader, const char *value)
{
    reader->options->report.level = REPORT_WARNING;
    return value == NULL;
}

static bool take_log_format(struct reader *reader, const char *value)
{
    reader->options->report.format = strcmp(value, "json") == 0 ? REPORT_JSON : REPORT_TEXT;
    return true;
}

static bool take_help(struct reader *reader, const char *value)
{
    reader->options->command = COMMAND_HELP;
    return value == NULL;
}

static bool take_version(struct reader *reader, const char *value)
{
    reader->options->command = COMMAND_VERSION;
    return value == NULL;
}

static bool take_ready(struct reader *reader, const char *value)
{
    reader->options->ping_ready = true;
    return value == NULL;
}

static bool take_timeout(struct reader *reader, const char *value)
{
    char *end;
    const unsigned long seconds = strtoul(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end != '\0' || seconds < 1 ||
        seconds > PING_TIMEOUT_MAX)
        return failure_set(reader->failure, EX_USAGE, 0,
                           "--timeout: `%.*s` must be seconds from 1 to %d", shown_length(value),
                           value, PING_TIMEOUT_MAX);
    reader->options->ping_timeout = (unsigned)seconds;
    return true;
}

static bool take_environment(struct reader *reader, const char *value)
{
    reader->options->environment_file = value;
    return true;
}

static bool take_passwords(struct reader *reader, const char *value)
{
    reader->options->passwords = true;
    return value == NULL;
}

static bool take_certificates(struct reader *reader, const char *value)
{
    reader->options->certificates = true;
    return value == NULL;
}

#define LONG_ONLY 0

/* The rows without `take` are the supervisor's alone; its table gives their letters, values and
 * help. */
static const struct option table[] = {
    {"--config", 'c', "FILE", "read FILE instead of /etc/redis-init.ini", take_config},
    {"--verbose", 'v', NULL, NULL, take_verbose},
    {"--quiet", 'q', NULL, NULL, take_quiet},
    {"--log-format", LONG_ONLY, NULL, NULL, take_log_format},
    {"--kill-group", 'g', NULL, NULL, NULL},
    {"--rewrite", 'r', NULL, NULL, NULL},
    {"--parent-death-signal", 'p', NULL, NULL, NULL},
    {"--remap-exit", 'e', NULL, NULL, NULL},
    {"--warn-on-reap", 'w', NULL, NULL, NULL},
    {"--help", 'h', NULL, "print this help and exit", take_help},
    {"--version", LONG_ONLY, NULL, "print the version and exit", take_version},
};

#define OPTION_COUNT (sizeof(table) / sizeof(table[0]))

/* They are behind `ping` alone: the server has a --timeout, too. */
static const struct option ping_table[] = {
    {"--ready", LONG_ONLY, NULL, "exit 0 only if it is ready to serve", take_ready},
    {"--timeout", LONG_ONLY, "SECONDS", "give up after SECONDS instead of 1", take_timeout},
};

/* Behind `reload` alone, and the last one behind `audit`, too. */
static const struct option reload_table[] = {
    {"--passwords", LONG_ONLY, NULL, "only passwords and users", take_passwords},
    {"--certificates", LONG_ONLY, NULL, "only the files of [tls]", take_certificates},
    {"--environment", LONG_ONLY, "FILE", "read its variables, ended by NULs, instead of its own",
     take_environment},
};

#define RELOAD_COUNT (sizeof(reload_table) / sizeof(reload_table[0]))

/* Options of one subcommand. */
struct option_group {
    enum command command;
    const char *name; /* in --help; NULL: it is in another group's */
    const struct option *rows;
    size_t count;
};

static const struct option_group groups[] = {
    {COMMAND_PING, "ping", ping_table, sizeof(ping_table) / sizeof(ping_table[0])},
    {COMMAND_RELOAD, "reload; audit has the last one", reload_table, RELOAD_COUNT},
    {COMMAND_AUDIT, NULL, reload_table + RELOAD_COUNT - 1, 1},
};

#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

static const struct option_group *group_of(const struct options *options)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (groups[i].command == options->command)
            return &groups[i];
    return NULL;
}

static bool is_own(const struct option *option)
{
    return option->help != NULL;
}

static const struct supervise_option *supervisor_row(const struct option *option)
{
    for (size_t i = 0; !is_own(option) && i < supervise_option_count; i++)
        if (strcmp(supervise_option_table[i].name, option->name + 2) == 0)
            return &supervise_option_table[i];
    return NULL;
}

static const char *argument_of(const struct option *option)
{
    const struct supervise_option *row = supervisor_row(option);
    return row != NULL ? row->argument : option->argument;
}

static bool pass_on(struct reader *reader, const struct option *option,
                    const struct supervise_option *row, const char *value)
{
    struct options *options = reader->options;
    const char *problem = supervise_option_set(&reader->checked, row->letter, value);
    if (problem != NULL)
        return failure_set(reader->failure, EX_USAGE, 0, "%s: `%.*s` %s", option->name,
                           shown_length(value), value != NULL ? value : "", problem);
    if (options->supervisor_count + 2 > SUPERVISOR_WORDS_MAX)
        return failure_set(reader->failure, EX_USAGE, 0, "too many options for the supervisor");
    options->supervisor[options->supervisor_count++] = option->name;
    if (value != NULL)
        options->supervisor[options->supervisor_count++] = value;
    return true;
}

static bool take(struct reader *reader, const struct option *option, const char *value)
{
    const struct supervise_option *row = supervisor_row(option);
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
    const struct option *found = find_in(table, OPTION_COUNT, name, length);
    const struct option_group *group = group_of(options);
    return found == NULL && group != NULL ? find_in(group->rows, group->count, name, length)
                                          : found;
}

static const struct option *find_letter(char letter)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (table[i].letter != LONG_ONLY && table[i].letter == letter)
            return &table[i];
    return NULL;
}

static bool fail_no_value(struct reader *reader, const struct option *option)
{
    return failure_set(reader->failure, EX_USAGE, 0, "%s needs a value: %s", option->name,
                       argument_of(option));
}

/* --name, --name VALUE or --name=VALUE at *argv; moves *argv behind it. */
static bool read_long(struct reader *reader, const struct option *option, char ***argv)
{
    const char *equals = strchr(**argv, '=');
    const char *value = equals != NULL ? equals + 1 : NULL;
    (*argv)++;
    if (argument_of(option) == NULL && value != NULL)
        return failure_set(reader->failure, EX_USAGE, 0, "%s takes no value", option->name);
    if (argument_of(option) != NULL && value == NULL) {
        if (**argv == NULL)
            return fail_no_value(reader, option);
        value = *(*argv)++;
    }
    return take(reader, option, value);
}

/* -v, -vg, -cFILE or -c FILE at *argv; moves *argv behind it. */
static bool read_letters(struct reader *reader, char ***argv)
{
    const char *letters = *(*argv)++ + 1;
    for (; *letters != '\0'; letters++) {
        const struct option *option = find_letter(*letters);
        if (option == NULL)
            return failure_set(reader->failure, EX_USAGE, 0,
                               "unknown option -%.1s, see `redis-init --help`", letters);
        if (argument_of(option) == NULL) {
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
    const char *meant = nearest_name(name, &table[0].name, OPTION_COUNT, sizeof(table[0]));
    const struct option_group *group = group_of(options);
    if (meant == NULL && group != NULL)
        meant = nearest_name(name, &group->rows[0].name, group->count, sizeof(group->rows[0]));
    if (meant == NULL)
        return true;
    return failure_set(failure, EX_USAGE, 0, "unknown option %s, did you mean %s?", name, meant);
}

static bool read_options(struct reader *reader, char **argv)
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
    struct reader reader = {
        .options = options, .checked = supervise_options_default(), .failure = failure};
    *options = (struct options){.report = {.level = REPORT_NOTICE}, .ping_timeout = PING_TIMEOUT};
    if (argv[0] != NULL)
        argv++;
    options->command = read_command(argv[0]);
    if (options->command != COMMAND_START)
        argv++;
    return read_options(&reader, argv) && check_arguments(options, failure);
}

static void print_row(const struct option *option)
{
    const struct supervise_option *row = supervisor_row(option);
    const char *argument = argument_of(option);
    char left[64];
    char letter[8] = "    ";
    if (option->letter != LONG_ONLY)
        (void)snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    (void)snprintf(left, sizeof(left), "%s%s%s%s", letter, option->name,
                   argument != NULL ? " " : "", argument != NULL ? argument : "");
    printf("  %-34s %s\n", left, row != NULL ? row->help : option->help);
}

bool options_print_help(struct failure *failure)
{
    fputs(
        "Usage: redis-init [OPTIONS] [--] [redis-server|valkey-server] [ARG...]\n"
        "       redis-init [OPTIONS] [--] PROGRAM [ARG...]\n"
        "       redis-init config [OPTIONS] [--] [ARG...]\n"
        "       redis-init checkpass|genpass [OPTIONS]\n"
        "       redis-init ping [--ready] [--timeout SECONDS] [OPTIONS]\n"
        "       redis-init reload [--passwords|--certificates] [--environment FILE] [OPTIONS]\n"
        "       redis-init audit [--environment FILE] [OPTIONS]\n"
        "       redis-init --help | --version\n"
        "\n"
        "The entrypoint that makes a Redis or Valkey container safe by default: reads and judges "
        "the\n"
        "password, drops root, writes a private redis.conf and runs the server under a real init.\n"
        "\n"
        "  config      print the settings and the redis.conf that would be written, secrets "
        "redacted\n"
        "  checkpass   judge the password on standard input: exit 0 or 65\n"
        "  genpass     print a fresh 256-bit password\n"
        "  ping        ask the running server whether it is alive: exit 0 or 1\n"
        "  reload      give the running server the passwords, users and certificates of now\n"
        "  audit       write the running server's audit log until it ends\n"
        "\n"
        "Options:\n",
        stdout);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        print_row(&table[i]);
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        if (groups[i].name == NULL)
            continue;
        printf("\nOptions of %s:\n", groups[i].name);
        for (size_t j = 0; j < groups[i].count; j++)
            print_row(&groups[i].rows[j]);
    }
    fputs("\n"
          "The password: REDIS_PASSWORD_FILE or REDIS_PASSWORD (VALKEY_... alike). Settings:\n"
          "/etc/redis-init.ini and REDIS_INIT_<KEY>, see redis-init.ini(5). Exit codes and more: "
          "redis-init(8).\n",
          stdout);
    if (fflush(stdout) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "standard output can't be written");
}
