// SPDX-License-Identifier: Apache-2.0
#include "user_conf.h"

#include <string.h>

#include "conf_walk.h"
#include "redis_conf.h"

struct check {
    const struct report *report;
    const struct secret *password;
};

/* The server prints the whole line of what it refuses, and it would refuse these. */
static bool judge_secret(const struct conf_directive *directive, enum directive_rule rule,
                         const struct check *check, struct failure *failure)
{
    if ((rule == DIRECTIVE_PASSWORD || rule == DIRECTIVE_PRIMARY) && directive->value_count != 1)
        return failure_set(failure, EX_CONFIG, 0, "%s: `%.*s` takes one value, put it into \"...\"",
                           directive->where, (int)directive->name_length, directive->name);
    if (rule != DIRECTIVE_FREE)
        return true;
    const bool in_name = secret_is_in(check->password, directive->name, directive->name_length);
    if (!in_name && secret_is_in(check->password, directive->value, strlen(directive->value)))
        return failure_set(failure, EX_CONFIG, 0, "%s: `%.*s` holds the password, take it out",
                           directive->where, (int)directive->name_length, directive->name);
    /* the name may be the beginning of the password */
    if (in_name || secret_is_in(check->password, directive->line, directive->line_length))
        return failure_set(failure, EX_CONFIG, 0, "%s: the line holds the password, take it out",
                           directive->where);
    return true;
}

static bool check(const struct conf_directive *directive, void *context, struct failure *failure)
{
    const struct check *check = context;
    const struct directive_owner *owner =
        directive->value_count > 0
            ? redis_conf_owner(directive->name, directive->name_length, directive->value)
            : NULL; /* the server refuses it */
    const enum directive_rule rule = owner != NULL ? owner->rule : DIRECTIVE_FREE;
    if (!judge_secret(directive, rule, check, failure))
        return false;
    if (owner == NULL)
        return true;
    if (rule == DIRECTIVE_REFUSED)
        return failure_set(failure, EX_CONFIG, 0, "%s: `%s` is refused, %s", directive->where,
                           owner->name, owner->instead);
    report_line(check->report, rule == DIRECTIVE_PASSWORD ? REPORT_WARNING : REPORT_DETAIL,
                "%s: `%s` has no effect, %s", directive->where, owner->name, owner->instead);
    return true;
}

/* The server prints a line that it refuses: no line of the user's may hold the password. */
static bool check_lines(const struct settings *settings, const struct server_args *args,
                        const struct secret *secret, struct failure *failure)
{
    for (size_t i = 0; i < args->count; i++) {
        const struct server_arg *arg = &args->list[i];
        bool holds = secret_is_in(secret, arg->rest, strlen(arg->rest));
        for (size_t j = 0; j < arg->value_count; j++)
            holds = holds || secret_is_in(secret, arg->values[j], strlen(arg->values[j]));
        if (holds && redis_conf_owner(arg->name, arg->name_length, "") == NULL)
            return failure_set(failure, EX_USAGE, 0, "--%.*s holds the password, take it out",
                               (int)arg->name_length, arg->name);
    }
    for (size_t i = 0; i < settings->directive_count; i++) {
        const struct directive_line *line = &settings->directives[i];
        if (secret_is_in(secret, line->value, strlen(line->value)))
            return failure_set(failure, EX_CONFIG, 0,
                               "[redis.conf] `%s` holds the password, take it out", line->name);
    }
    return true;
}

bool user_conf_check(const struct settings *settings, const struct server_args *args,
                     const struct secret *password, const struct report *report,
                     struct failure *failure)
{
    struct check context = {report, password};
    const struct conf_visitor visitor = {check, &context};
    return check_lines(settings, args, password, failure) &&
           conf_walk(settings, args, &visitor, failure);
}
