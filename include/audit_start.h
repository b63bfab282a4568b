// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_START_H
#define REDIS_INIT_AUDIT_START_H

#include "rotation.h"

/*
 * Who wants an audit log and would get none shall know before anything is changed: whether the
 * server has the user that it is asked by. EX_CONFIG.
 */
bool audit_check(const struct settings *settings, bool has_internal_user,
                 struct failure *failure) MUST_CHECK;

/*
 * With [audit] log, when the server's files are written: has redis-init-supervise run `redis-init
 * audit` beside the server, by further words of `rotation`. EX_CONFIG where they are in a memfd;
 * EX_CANTCREAT, EX_OSERR.
 */
bool audit_arrange(struct rotation *rotation, const struct rotation_start *start,
                   struct failure *failure) MUST_CHECK;

#endif
