// SPDX-License-Identifier: Apache-2.0
#include "server_args.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "conf_words.h"
#include "redis_conf.h"

bool server_args_is_query(char *const *argv)
{
    static const char *const queries[] = {"-v",     "--version",     "-h",
                                          "--help", "--test-memory", "--check-system"};
    for (size_t i = 0; argv[0] != NULL && i < sizeof(queries) / sizeof(queries[0]); i++)
        if (strcmp(argv[0], queries[i]) == 0)
            return true;
    return false;
}

#define REST_WORD_MAX 4096

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] == '-';
}

static bool named(const struct server_arg *arg, const char *name)
{
    return arg->name_length == strlen(name) && strncasecmp(arg->name, name, arg->name_length) == 0;
}

/* `--save` may stand without a value: then the next option is an option (Redis 7.0.1, #10660). */
static bool may_lack_value(const struct server_arg *arg)
{
    return named(arg, "save") || named(arg, "sentinel");
}

/* The rest of the word goes into the conf word by word, so it must be words. */
static bool is_words(const char *rest)
{
    const char *end = rest + strlen(rest);
    enum conf_word found;
    size_t length;
    char none;
    do
        found = conf_next_word(&rest, end, &none, 0, &length);
    while (found == CONF_WORD && length <= REST_WORD_MAX);
    return found == CONF_WORDS_END;
}

static bool check_word(const struct server_arg *arg, struct failure *failure)
{
    int name = (int)arg->name_length;
    if (*arg->rest == '=')
        return failure_set(failure, EX_USAGE, 0, "--%.*s=...: redis-server takes `--%.*s VALUE`",
                           name, arg->name, name, arg->name);
    if (name == 0 || (*arg->rest != '\0' && !isblank((unsigned char)*arg->rest)))
        return failure_set(failure, EX_USAGE, 0,
                           "redis-server's arguments: an option has no right name");
    if (!is_words(arg->rest))
        return failure_set(failure, EX_USAGE, 0,
                           "--%.*s has unbalanced quotes or too long a word in its value", name,
                           arg->name);
    return true;
}

/* `--port --requirepass VALUE`: the server would take the second option for a value, and print it.
 */
static bool lacks_value(const struct server_arg *arg, struct failure *failure)
{
    const char *first = *arg->rest == '\0' && arg->value_count > 0 ? arg->values[0] : "";
    if (!is_option(first))
        return false;
    const size_t length = redis_conf_name_length(first + 2);
    if (redis_conf_owner(first + 2, length, "") == NULL &&
        redis_conf_secret_meant(first + 2, length) == NULL)
        return false;
    return !failure_set(failure, EX_USAGE, 0, "--%.*s lacks its value", (int)arg->name_length,
                        arg->name);
}

/*
 * Reads the option at argv[0]. Its first value may begin with `--`, as a password can; what follows
 * belongs to it until the next option. Returns the words read, 0 on failure.
 */
static size_t read_option(struct server_arg *arg, char **argv, struct failure *failure)
{
    *arg = (struct server_arg){.name = argv[0] + 2};
    arg->name_length = redis_conf_name_length(arg->name);
    arg->rest = arg->name + arg->name_length;
    if (!check_word(arg, failure))
        return 0;
    arg->rest += strspn(arg->rest, " \t");

    size_t n = 1;
    if (*arg->rest == '\0' && argv[1] != NULL && !(is_option(argv[1]) && may_lack_value(arg)))
        n++;
    while (argv[n] != NULL && !is_option(argv[n]))
        n++;
    arg->values = argv + 1;
    arg->value_count = n - 1;
    return lacks_value(arg, failure) ? 0 : n;
}

/* The one value of an option, unquoted where it stands in the option's own word; NULL for none or
 * several. */
static char *single_value(const struct server_arg *arg, struct failure *failure)
{
    char *value = NULL;
    if (*arg->rest == '\0' && arg->value_count == 1) {
        value = arg->values[0];
    } else if (*arg->rest != '\0' && arg->value_count == 0) {
        /* unquoting only shortens, so it is done in place: rest points into a word of argv */
        const char *cursor = arg->rest;
        const char *end = cursor + strlen(cursor);
        char *word = (char *)(uintptr_t)arg->rest;
        size_t length;
        size_t more;
        char none;
        if (conf_next_word(&cursor, end, word, (size_t)(end - cursor), &length) == CONF_WORD &&
            conf_next_word(&cursor, end, &none, 0, &more) == CONF_WORDS_END) {
            memset(word + length, '\0', (size_t)(end - word) - length);
            value = word;
        }
    }
    if (value == NULL)
        failure_set(failure, EX_USAGE, 0, "--%.*s takes one value", (int)arg->name_length,
                    arg->name);
    return value;
}

/* The server prints a line that it refuses, with the password in it. */
static bool has_one_value(const struct server_arg *arg, struct failure *failure)
{
    const char *rest = arg->rest;
    size_t words = 0;
    size_t length;
    while (conf_next_word(&rest, rest + strlen(rest), NULL, 0, &length) == CONF_WORD)
        words++;
    if (words + arg->value_count == 1)
        return true;
    return failure_set(failure, EX_USAGE, 0, "--%.*s takes one value", (int)arg->name_length,
                       arg->name);
}

static bool check_typo(const struct server_arg *arg, struct failure *failure)
{
    const char *meant = redis_conf_secret_meant(arg->name, arg->name_length);
    if (meant == NULL)
        return true;
    return failure_set(failure, EX_USAGE, 0, "unknown argument --%.*s, did you mean --%s?",
                       (int)arg->name_length, arg->name, meant);
}

static bool take_password(struct server_args *args, const struct server_arg *arg,
                          struct failure *failure)
{
    if (args->requirepass != NULL)
        return failure_set(failure, EX_USAGE, 0, "--requirepass is given twice");
    args->requirepass = single_value(arg, failure);
    return args->requirepass != NULL;
}

struct joined {
    char text[4096];
    size_t length; /* at least sizeof(text) when it was too much */
};

static void join(struct joined *joined, const char *word, size_t length)
{
    const size_t space = joined->length > 0 ? 1 : 0;
    if (joined->length + space + length < sizeof(joined->text)) {
        memcpy(joined->text + joined->length, " ", space);
        memcpy(joined->text + joined->length + space, word, length);
        joined->text[joined->length + space + length] = '\0';
    }
    joined->length += space + length;
}

/* bind takes several addresses: they are joined as the setting has them. */
static bool take_setting(const struct server_arg *arg, const char *key, struct settings *settings,
                         struct failure *failure)
{
    struct joined joined = {.length = 0};
    char word[sizeof(joined.text)];
    char where[64];
    size_t length;
    const char *cursor = arg->rest, *end = cursor + strlen(cursor);
    (void)snprintf(where, sizeof(where), "argument --%.*s", (int)arg->name_length, arg->name);
    size_t words = arg->value_count;
    for (; conf_next_word(&cursor, end, word, sizeof(word), &length) == CONF_WORD; words++)
        join(&joined, word, length < sizeof(word) ? length : sizeof(word));
    for (size_t i = 0; i < arg->value_count; i++)
        join(&joined, arg->values[i], strlen(arg->values[i]));
    if (words > 1 && strcmp(key, "bind") != 0) /* what is too much may be a password */
        return failure_set(failure, EX_CONFIG, 0, "%s takes one value", where);
    if (joined.length >= sizeof(joined.text))
        return failure_set(failure, EX_CONFIG, 0, "%s is too long", where);
    return settings_override(settings, key, joined.text, where, failure);
}

static bool keep(struct server_args *args, const struct server_arg *arg, struct failure *failure)
{
    if (args->count == SERVER_ARGS_MAX)
        return failure_set(failure, EX_USAGE, 0, "more than %d arguments for redis-server",
                           SERVER_ARGS_MAX);
    args->list[args->count++] = *arg;
    return true;
}

static bool sort_option(struct server_args *args, const struct server_arg *arg,
                        struct settings *settings, const struct report *report,
                        struct failure *failure)
{
    /* `--user default` may be one word or two, as the server reads them */
    const char *value = *arg->rest != '\0' || arg->value_count == 0 ? arg->rest : arg->values[0];
    const struct directive_owner *owner = redis_conf_owner(arg->name, arg->name_length, value);
    args->has_save = args->has_save || named(arg, "save");
    switch (owner != NULL ? owner->rule : DIRECTIVE_FREE) {
    case DIRECTIVE_FREE:
        return check_typo(arg, failure) && keep(args, arg, failure);
    case DIRECTIVE_PASSWORD:
        return take_password(args, arg, failure);
    case DIRECTIVE_SETTING:
        return take_setting(arg, owner->setting, settings, failure);
    case DIRECTIVE_PRIMARY:
        args->has_primary_auth = true;
        return has_one_value(arg, failure) && keep(args, arg, failure);
    case DIRECTIVE_OURS:
        report_line(report, REPORT_WARNING, "argument --%s is left out, %s", owner->name,
                    owner->instead);
        return true;
    case DIRECTIVE_REFUSED:
        break;
    }
    return failure_set(failure, EX_CONFIG, 0, "argument --%s is refused, %s", owner->name,
                       owner->instead);
}

struct refused_mode {
    const char *name;
    const char *instead;
};

static const struct refused_mode refused_modes[] = {
    {"sentinel", "needs a conf that it can write: run `redis-sentinel FILE`"},
    {"check-rdb", "is a program of its own: run `redis-check-rdb FILE`"},
};

static bool check_mode(const struct server_arg *arg, struct failure *failure)
{
    for (size_t i = 0; i < sizeof(refused_modes) / sizeof(refused_modes[0]); i++)
        if (named(arg, refused_modes[i].name))
            return failure_set(failure, EX_USAGE, 0, "--%s %s", refused_modes[i].name,
                               refused_modes[i].instead);
    return true;
}

/* The server would look for it from wherever `dir` has led it, and take a pattern for several
 * files. */
static bool take_conf_file(struct server_args *args, const char *name, struct failure *failure)
{
    char folder[PATH_MAX] = "";
    if (*name != '\0' &&
        strpbrk(name, "/.*?[") == NULL) /* it may be a password without its option */
        return failure_set(
            failure, EX_USAGE, 0,
            "redis-server's first argument is no option and no .conf file (./NAME is)");
    if (*name != '/' && getcwd(folder, sizeof(folder)) == NULL)
        return failure_set(failure, EX_OSERR, errno, "the working folder has no name");
    int n = snprintf(args->conf_file, sizeof(args->conf_file), "%s%s%s", folder,
                     *folder != '\0' ? "/" : "", name);
    if (n < 0 || (size_t)n >= sizeof(args->conf_file))
        return failure_set(failure, EX_USAGE, ENAMETOOLONG, "the .conf file");
    if (*name == '\0' || strpbrk(args->conf_file, "*?[") != NULL)
        return failure_set(failure, EX_USAGE, 0, "the .conf file `%.200s` must be one plain name",
                           args->conf_file);
    args->has_conf_file = true;
    return true;
}

bool server_args_read(struct server_args *args, char **argv, struct settings *settings,
                      const struct report *report, struct failure *failure)
{
    *args = (struct server_args){0};
    if (argv[0] != NULL && argv[0][0] != '-' && !take_conf_file(args, *argv++, failure))
        return false;
    while (*argv != NULL) {
        struct server_arg arg;
        if (strcmp(*argv, "-") == 0)
            return failure_set(failure, EX_USAGE, 0,
                               "`-`: a conf on standard input is not read, name a .conf file");
        if (!is_option(*argv))
            return failure_set(failure, EX_USAGE, 0,
                               "redis-server's arguments: a value stands without its --option");
        size_t words = read_option(&arg, argv, failure);
        if (words == 0 || !check_mode(&arg, failure) ||
            !sort_option(args, &arg, settings, report, failure))
            return false;
        argv += words;
    }
    return true;
}
