// SPDX-License-Identifier: Apache-2.0
#include "option_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "supervise_signals.h"

int option_shown_length(const char *value)
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

static bool take_config(struct option_reader *reader, const char *value)
{
    reader->options->config_file = value;
    return true;
}

static bool take_verbose(struct option_reader *reader, const char *value)
{
    reader->options->report.level = REPORT_DETAIL;
    return value == NULL;
}

static bool take_quiet(struct option_reader *reader, const char *value)
{
    reader->options->report.level = REPORT_WARNING;
    return value == NULL;
}

static bool take_log_format(struct option_reader *reader, const char *value)
{
    reader->options->report.format = strcmp(value, "json") == 0 ? REPORT_JSON : REPORT_TEXT;
    return true;
}

static bool take_help(struct option_reader *reader, const char *value)
{
    reader->options->command = COMMAND_HELP;
    return value == NULL;
}

static bool take_version(struct option_reader *reader, const char *value)
{
    reader->options->command = COMMAND_VERSION;
    return value == NULL;
}

static bool take_ready(struct option_reader *reader, const char *value)
{
    reader->options->ping_ready = true;
    return value == NULL;
}

static bool take_timeout(struct option_reader *reader, const char *value)
{
    char *end;
    const unsigned long seconds = strtoul(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end != '\0' || seconds < 1 ||
        seconds > PING_TIMEOUT_MAX)
        return failure_set(reader->failure, EX_USAGE, 0,
                           "--timeout: `%.*s` must be seconds from 1 to %d",
                           option_shown_length(value), value, PING_TIMEOUT_MAX);
    reader->options->ping_timeout = (unsigned)seconds;
    return true;
}

static bool take_environment(struct option_reader *reader, const char *value)
{
    reader->options->environment_file = value;
    return true;
}

static bool take_passwords(struct option_reader *reader, const char *value)
{
    reader->options->passwords = true;
    return value == NULL;
}

static bool take_certificates(struct option_reader *reader, const char *value)
{
    reader->options->certificates = true;
    return value == NULL;
}

/* The rows without `take` are the supervisor's alone; its table gives their letters, values and
 * help. */
const struct option option_rows[] = {
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

const size_t option_row_count = sizeof(option_rows) / sizeof(option_rows[0]);

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

const struct option_group option_groups[] = {
    {COMMAND_PING, "ping", ping_table, sizeof(ping_table) / sizeof(ping_table[0])},
    {COMMAND_RELOAD, "reload; audit has the last one", reload_table, RELOAD_COUNT},
    {COMMAND_AUDIT, NULL, reload_table + RELOAD_COUNT - 1, 1},
};

const size_t option_group_count = sizeof(option_groups) / sizeof(option_groups[0]);

static bool is_own(const struct option *option)
{
    return option->help != NULL;
}

const struct supervise_option *option_supervisor_row(const struct option *option)
{
    for (size_t i = 0; !is_own(option) && i < supervise_option_count; i++)
        if (strcmp(supervise_option_table[i].name, option->name + 2) == 0)
            return &supervise_option_table[i];
    return NULL;
}

const char *option_argument(const struct option *option)
{
    const struct supervise_option *row = option_supervisor_row(option);
    return row != NULL ? row->argument : option->argument;
}
