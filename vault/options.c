// SPDX-License-Identifier: Apache-2.0
#include "vault_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "vault_environment.h"
#include "vault_option_table.h"

struct reader {
    struct sync_options *options;
    bool given[SYNC_OPTIONS_MAX]; /* by row: a variable does not count then */
    struct failure *failure;
};

static const struct sync_option *find_name(const char *name, size_t length)
{
    for (size_t i = 0; i < sync_option_count; i++)
        if (strlen(sync_option_table[i].name) == length &&
            memcmp(sync_option_table[i].name, name, length) == 0)
            return &sync_option_table[i];
    return NULL;
}

static const struct sync_option *find_letter(char letter)
{
    for (size_t i = 0; i < sync_option_count; i++)
        if (letter != '\0' && sync_option_table[i].letter == letter)
            return &sync_option_table[i];
    return NULL;
}

static bool take(struct reader *reader, const struct sync_option *row, char *value)
{
    reader->given[row - sync_option_table] = true;
    return row->take(reader->options, row, value, reader->failure);
}

/* A word that is no option may be a secret in the wrong place, and is not shown. */
static bool fail_unknown(const char *word, struct failure *failure)
{
    char name[64];
    const char *meant = NULL;
    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
    if (strncmp(word, "--", 2) == 0)
        meant = nearest_name(name, &sync_option_table[0].name, sync_option_count,
                             sizeof(sync_option_table[0]));
    if (meant != NULL)
        return failure_set(failure, EX_USAGE, 0, "unknown option %s, did you mean %s?", name,
                           meant);
    if (word[0] == '-')
        return failure_set(failure, EX_USAGE, 0,
                           "unknown option %.20s, see `redis-vault-sync --help`", name);
    return failure_set(
        failure, EX_USAGE, 0,
        "it takes options alone, and no further words, see `redis-vault-sync --help`");
}

/* --name, --name VALUE or --name=VALUE at *argv; moves *argv behind it. */
static bool read_long(struct reader *reader, char ***argv)
{
    char *word = *(*argv)++;
    char *equals = strchr(word, '=');
    const size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct sync_option *row = find_name(word, length);
    if (row == NULL)
        return fail_unknown(word, reader->failure);
    if (row->argument == NULL && equals != NULL)
        return failure_set(reader->failure, EX_USAGE, 0, "%s takes no value", row->name);
    if (row->argument == NULL)
        return take(reader, row, NULL);
    if (equals == NULL && **argv == NULL)
        return failure_set(reader->failure, EX_USAGE, 0, "%s needs a value: %s", row->name,
                           row->argument);
    return take(reader, row, equals != NULL ? equals + 1 : *(*argv)++);
}

static bool read_letters(struct reader *reader, const char *word)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct sync_option *row = find_letter(*letter);
        if (row == NULL)
            return fail_unknown(word, reader->failure);
        if (!take(reader, row, NULL))
            return false;
    }
    return true;
}

static bool read_words(struct reader *reader, char **argv)
{
    while (*argv != NULL) {
        const char *word = *argv;
        bool ok;
        if (word[0] == '-' && word[1] == '-' && word[2] != '\0')
            ok = read_long(reader, &argv);
        else if (word[0] == '-' && word[1] != '-' && word[1] != '\0')
            ok = read_letters(reader, *argv++);
        else
            ok = fail_unknown(word, reader->failure);
        if (!ok)
            return false;
        if (reader->options->command != SYNC_RUN)
            return true;
    }
    return true;
}

static bool read_variables(struct reader *reader, char *const *environment)
{
    if (environment_value(environment, "VAULT_TOKEN") != NULL)
        return failure_set(reader->failure, EX_USAGE, 0,
                           "VAULT_TOKEN: a variable shows the token to whoever reads /proc or "
                           "describes the pod; give a file by --auth token --token-file FILE");
    for (size_t i = 0; i < sync_option_count; i++) {
        const struct sync_option *row = &sync_option_table[i];
        char *value = row->variable != NULL ? environment_value(environment, row->variable) : NULL;
        if (value != NULL && !reader->given[i] &&
            !row->take(reader->options, row, value, reader->failure))
            return false;
    }
    return true;
}

bool sync_options_read(struct sync_options *options, char **argv, char *const *environment,
                       struct failure *failure)
{
    struct reader reader = {.options = options, .failure = failure};
    *options = sync_options_default();
    if (!read_words(&reader, argv[0] != NULL ? argv + 1 : argv))
        return false;
    if (options->command != SYNC_RUN)
        return true;
    return read_variables(&reader, environment) && sync_options_check(options, failure);
}

static void print_row(const struct sync_option *row)
{
    char left[64];
    char letter[8] = "    ";
    if (row->heading != NULL)
        printf("\n%s:\n", row->heading);
    if (row->letter != '\0')
        (void)snprintf(letter, sizeof(letter), "-%c, ", row->letter);
    (void)snprintf(left, sizeof(left), "%s%s%s%s", letter, row->name,
                   row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
    printf("  %-34s %s\n", left, row->help);
}

bool sync_options_print_help(struct failure *failure)
{
    fputs("Usage: redis-vault-sync --role NAME --path PATH --secret NAME|--output FILE [OPTIONS]\n"
          "       redis-vault-sync --help | --version\n"
          "\n"
          "Reads a password of Redis from Vault or OpenBao, judges it as redis-init does, and "
          "creates or\n"
          "changes the Secret of Kubernetes that redis-init mounts, or a file.\n",
          stdout);
    for (size_t i = 0; i < sync_option_count; i++)
        print_row(&sync_option_table[i]);
    fputs("\n"
          "Variables: VAULT_ADDR, VAULT_CACERT, VAULT_TLS_SERVER_NAME, VAULT_NAMESPACE. Exit codes "
          "and more:\n"
          "redis-vault-sync(8).\n",
          stdout);
    if (fflush(stdout) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "standard output can't be written");
}
