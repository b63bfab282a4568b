// SPDX-License-Identifier: Apache-2.0
#include "user_conf.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "conf_walk.h"
#include "conf_words.h"
#include "redis_conf.h"
#include "tls_directive.h"
#include "user_login.h"

struct check {
    const struct report *report;
    const struct secret *password;
    const struct tls_settings *tls;
    bool has_users;
    bool allow_empty_password;
    char hash[SECRET_HASH_SIZE]; /* of the password; "": there is none */
};

/* Who writes to it between this and the server's own reading configures the server. A group's is
 * often the owner's alone (umask 0002), or that of an image for OpenShift; and what is mounted
 * read-only has, from Windows, mode 0777. */
static bool judge_file(int fd, const char *path, void *context, struct failure *failure)
{
    const struct check *check = context;
    struct stat status;
    struct statvfs mounted;
    if (fstat(fd, &status) < 0 || fstatvfs(fd, &mounted) < 0)
        return failure_set(failure, EX_CONFIG, errno, "%s can't be read", path);
    if ((mounted.f_flag & ST_RDONLY) != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return true;
    if ((status.st_mode & S_IWOTH) != 0)
        return failure_set(failure, EX_CONFIG, 0,
                           "%s can be written by anybody (mode %04o), chmod o-w or mount it "
                           "read-only",
                           path, status.st_mode & 07777);
    report_line(
        check->report, REPORT_WARNING,
        "%s can be written by its group (mode %04o), who so configures the server: chmod g-w", path,
        status.st_mode & 07777);
    return true;
}

static bool fail_user(const char *where, struct failure *failure)
{
    return failure_set(failure, EX_CONFIG, 0,
                       "%s: the server takes no `user` beside an aclfile, make it a section "
                       "[user NAME]",
                       where);
}

/* As it stands, or in a word of redis.conf's quoting. */
static bool text_holds(const char *text, size_t length, const struct secret *secret)
{
    const char *end = text + length;
    char word[SECRET_MAX];
    size_t word_length;
    bool holds = secret_is_in(secret, text, length);
    while (!holds && conf_next_word(&text, end, word, sizeof(word), &word_length) == CONF_WORD)
        holds = secret_is_in(secret, word, word_length < sizeof(word) ? word_length : sizeof(word));
    explicit_bzero(word, sizeof(word));
    return holds;
}

/* The server prints the whole line of what it refuses, and it would refuse these. */
static bool judge_secret(const struct conf_directive *directive, enum directive_rule rule,
                         const struct check *check, struct failure *failure)
{
    const bool is_password = rule == DIRECTIVE_PASSWORD || rule == DIRECTIVE_PRIMARY;
    if (is_password && directive->value_count != 1)
        return failure_set(failure, EX_CONFIG, 0, "%s: `%.*s` takes one value, put it into \"...\"",
                           directive->where, (int)directive->name_length, directive->name);
    /* the name may be a part of the password */
    if (!is_password && text_holds(directive->line, directive->line_length, check->password))
        return failure_set(failure, EX_CONFIG, 0, "%s: the line holds the password, take it out",
                           directive->where);
    return true;
}

static bool judge_login(const struct user_login *login, const char *where,
                        const struct check *check, struct failure *failure)
{
    if (user_login_is_open(login) && !check->allow_empty_password)
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: the user is `on` and `nopass`, so that anybody is: take `nopass` "
                           "out, or make it a section [user NAME]",
                           where);
    if (login->has_hash)
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: the user has the password of `default`, give each his own", where);
    if (login->enabled && login->clear_password)
        report_line(check->report, REPORT_WARNING,
                    "%s: a password in clear, which may be weak: make this `user` a section "
                    "[user NAME]",
                    where);
    return true;
}

static bool judge_user_line(const struct conf_directive *directive, const struct check *check,
                            struct failure *failure)
{
    struct user_login login = {.to_skip = 2, .hash = check->hash}; /* `user` and the name */
    user_login_read(&login, directive->line, directive->line_length);
    return judge_login(&login, directive->where, check, failure);
}

static void warn_of_tls(const struct check *check, const char *where, const char *name,
                        size_t length)
{
    const char *key = tls_directive_key(check->tls, name, length);
    if (key != NULL)
        report_line(check->report, REPORT_WARNING, "%s: `%.*s` has no effect, set `%s` in [tls]",
                    where, (int)length, name, key);
}

static void warn_of_all_tls(const struct settings *settings, const struct server_args *args,
                            const struct check *check)
{
    for (size_t i = 0; i < settings->directive_count; i++) {
        const char *name = settings->directives[i].name;
        warn_of_tls(check, "[redis.conf]", name, strlen(name));
    }
    for (size_t i = 0; i < args->count; i++)
        warn_of_tls(check, "argument", args->list[i].name, args->list[i].name_length);
}

static bool check(const struct conf_directive *directive, void *context, struct failure *failure)
{
    const struct check *check = context;
    const bool is_user = redis_conf_is_user(directive->name, directive->name_length);
    const struct directive_owner *owner =
        directive->value_count > 0
            ? redis_conf_owner(directive->name, directive->name_length, directive->value)
            : NULL; /* the server refuses it */
    const enum directive_rule rule = owner != NULL ? owner->rule : DIRECTIVE_FREE;
    if (!judge_secret(directive, rule, check, failure))
        return false;
    if (is_user && check->has_users)
        return fail_user(directive->where, failure);
    warn_of_tls(check, directive->where, directive->name, directive->name_length);
    if (owner == NULL)
        return !is_user || judge_user_line(directive, check, failure);
    if (rule == DIRECTIVE_REFUSED)
        return failure_set(failure, EX_CONFIG, 0, "%s: `%s` is refused, %s", directive->where,
                           owner->name, owner->instead);
    report_line(check->report, rule == DIRECTIVE_PASSWORD ? REPORT_WARNING : REPORT_DETAIL,
                "%s: `%s` has no effect, %s", directive->where, owner->name, owner->instead);
    return true;
}

static bool argument_holds(const struct server_arg *arg, const struct secret *secret)
{
    bool holds = text_holds(arg->name, strlen(arg->name), secret);
    for (size_t i = 0; i < arg->value_count; i++)
        holds = holds || secret_is_in(secret, arg->values[i], strlen(arg->values[i]));
    return holds && redis_conf_owner(arg->name, arg->name_length, "") == NULL;
}

/* masterauth may: it is the replica's way to the same password. */
static bool check_arguments(const struct server_args *args, const struct secret *secret,
                            struct failure *failure)
{
    bool holds =
        args->has_conf_file && secret_is_in(secret, args->conf_file, strlen(args->conf_file));
    for (size_t i = 0; !holds && i < args->count; i++)
        holds = argument_holds(&args->list[i], secret);
    if (!holds)
        return true;
    return failure_set(failure, EX_USAGE, 0,
                       "an argument for redis-server holds the password, take it out");
}

static bool check_directives(const struct settings *settings, const struct secret *secret,
                             struct failure *failure)
{
    for (size_t i = 0; i < settings->directive_count; i++) {
        const struct directive_line *line = &settings->directives[i];
        if (secret_is_in(secret, line->name, strlen(line->name)) ||
            text_holds(line->value, strlen(line->value), secret))
            return failure_set(failure, EX_CONFIG, 0,
                               "a line of [redis.conf] holds the password, take it out");
    }
    return true;
}

/* A `user` of [redis.conf]. */
static bool check_user_setting(const struct directive_line *line, const struct check *check,
                               struct failure *failure)
{
    struct user_login login = {.to_skip = 1, .hash = check->hash};
    if (check->has_users)
        return fail_user("[redis.conf]", failure);
    user_login_read(&login, line->value, strlen(line->value));
    return judge_login(&login, "[redis.conf]", check, failure);
}

static bool check_user_argument(const struct server_arg *arg, const struct check *check,
                                struct failure *failure)
{
    struct user_login login = {.to_skip = 1, .hash = check->hash};
    if (check->has_users)
        return fail_user("argument --user", failure);
    user_login_read(&login, arg->rest, strlen(arg->rest));
    for (size_t i = 0; i < arg->value_count; i++)
        user_login_take(&login, arg->values[i], strlen(arg->values[i]));
    return judge_login(&login, "argument --user", check, failure);
}

static bool check_users(const struct settings *settings, const struct server_args *args,
                        const struct check *check, struct failure *failure)
{
    bool ok = true;
    for (size_t i = 0; ok && i < settings->directive_count; i++)
        if (redis_conf_is_user(settings->directives[i].name, strlen(settings->directives[i].name)))
            ok = check_user_setting(&settings->directives[i], check, failure);
    for (size_t i = 0; ok && i < args->count; i++)
        if (redis_conf_is_user(args->list[i].name, args->list[i].name_length))
            ok = check_user_argument(&args->list[i], check, failure);
    return ok;
}

bool user_conf_check(const struct settings *settings, const struct server_args *args,
                     const struct secret *password, const struct report *report,
                     struct failure *failure)
{
    struct check context = {report,
                            password,
                            &settings->tls,
                            settings_has_users(settings),
                            settings->allow_empty_password,
                            ""};
    if (password != NULL)
        secret_hash(password, context.hash);
    const struct conf_visitor visitor = {check, &context, judge_file};
    warn_of_all_tls(settings, args, &context);
    return check_arguments(args, password, failure) &&
           check_directives(settings, password, failure) &&
           check_users(settings, args, &context, failure) &&
           conf_walk(settings, args, &visitor, failure);
}
