// SPDX-License-Identifier: Apache-2.0
#include "user_conf.h"

#include "conf_walk.h"
#include "redis_conf.h"

static bool check(const struct conf_directive *directive, void *context, struct failure *failure)
{
    const struct report *report = context;
    const struct directive_owner *owner =
        redis_conf_owner(directive->name, directive->name_length, directive->value);
    if (owner == NULL)
        return true;
    if (owner->rule == DIRECTIVE_REFUSED)
        return failure_set(failure, EX_CONFIG, 0, "%s: `%s` is refused, %s", directive->where,
                           owner->name, owner->instead);
    report_line(report, owner->rule == DIRECTIVE_PASSWORD ? REPORT_WARNING : REPORT_DETAIL,
                "%s: `%s` has no effect, %s", directive->where, owner->name, owner->instead);
    return true;
}

bool user_conf_check(const struct settings *settings, const struct server_args *args,
                     const struct report *report, struct failure *failure)
{
    struct report where_to = *report;
    const struct conf_visitor visitor = {check, &where_to};
    return (!args->has_conf_file || conf_walk_file(args->conf_file, &visitor, failure)) &&
           conf_walk_includes(settings, args, &visitor, failure);
}
