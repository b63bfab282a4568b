// SPDX-License-Identifier: Apache-2.0
#include "audit_start.h"

static bool refuse(const char *problem, struct failure *failure)
{
    return failure_set(failure, EX_CONFIG, 0, "[audit] log needs %s, or set it to off", problem);
}

bool audit_check(const struct settings *settings, bool has_internal_user, struct failure *failure)
{
    if (settings->audit_log == AUDIT_OFF)
        return true;
    if (settings->conf == CONF_MEMFD)
        return refuse("redis.conf in run_dir: `conf = file`", failure);
    return has_internal_user ||
           refuse("a server with ACLs (Redis 6.2 or later, or Valkey) and a password", failure);
}

bool audit_arrange(struct rotation *rotation, const struct rotation_start *start,
                   struct failure *failure)
{
    if (start->settings->audit_log == AUDIT_OFF)
        return true;
    if (!start->in_run_dir)
        return refuse("a run_dir that can be written: redis.conf is in a memfd", failure);
    return rotation_add_tool(rotation, start, "--companion=", "audit", failure);
}
