// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_USER_CONF_H
#define REDIS_INIT_USER_CONF_H

#include "failure.h"
#include "report.h"
#include "secret.h"
#include "server_args.h"
#include "settings.h"

/*
 * Reads the user's .conf, what it includes, and each `include` in [redis.conf] and among
 * redis-server's arguments, as the server will, and refuses what would undo the password behind
 * redis-init's back: `aclfile`, `user default`, and a `user` who is `on` and `nopass`, unless
 * allow_empty_password is set, or has `password` by its hash. A file that the server could not read
 * is refused here, with its name, and one that anybody can write, unless its file system is mounted
 * read-only; a warning says which ones a group can, and which `user` has a password in clear, which
 * nobody judges. A requirepass in it, and what [tls] sets, is said to have no effect. So that the
 * server's own complaint about a line cannot show `password` (which may be NULL), no directive of
 * the user's may hold it, wherever it stands. With settings_has_users() a line `user` is refused as
 * well, as the server would. EX_CONFIG; EX_USAGE for an argument.
 */
bool user_conf_check(const struct settings *settings, const struct server_args *args,
                     const struct secret *password, const struct report *report,
                     struct failure *failure) MUST_CHECK;

#endif
