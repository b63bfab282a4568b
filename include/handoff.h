// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_HANDOFF_H
#define REDIS_INIT_HANDOFF_H

#include <limits.h>

#include "failure.h"
#include "secret.h"
#include "settings.h"

/*
 * Finds redis-init-supervise in the folder of this program (/proc/self/exe). EX_OSERR when it is
 * missing.
 */
bool handoff_find_supervisor(char path[PATH_MAX], struct failure *failure) MUST_CHECK;

/* The same of another program of redis-init's, `name`. */
bool handoff_find_beside(const char *name, char path[PATH_MAX], struct failure *failure) MUST_CHECK;

/* As the uid that will execute it: whether it may. EX_NOPERM. */
bool handoff_check_supervisor(const char *path, struct failure *failure) MUST_CHECK;

/*
 * Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that no secret file gets
 * one of these numbers. EX_OSERR.
 */
bool handoff_keep_standard_fds(struct failure *failure) MUST_CHECK;

/*
 * A new NULL-ended environment of pointers into the old one: without the settings and password
 * variables of redis-init, and without any whose value holds `secret` (may be NULL;
 * secret_is_in()); each of the latter is named in a warning. The caller frees the array. NULL on
 * failure (EX_OSERR).
 */
char **handoff_environment(char *const *environment, const struct settings *settings,
                           const struct secret *secret, const struct report *report,
                           struct failure *failure) MUST_CHECK;

/*
 * Overwrites each variable whose value holds `secret` (secret_is_in()) with zeros, and names it in
 * a warning; the settings and password variables of redis-init aside, which no child gets.
 */
void handoff_forget(char *const *environment, const struct settings *settings,
                    const struct secret *secret, const struct report *report);

/* The files that the server reads by descriptor: its redis.conf and its aclfile, or -1. */
#define HANDOFF_KEPT_MAX 2

/*
 * Closes all descriptors but 0 to 2 and those of `kept` (-1: none) and becomes argv[0]. Returns
 * only on failure (EX_OSERR).
 */
bool handoff_exec(char *const *argv, char *const *environment, const int kept[HANDOFF_KEPT_MAX],
                  struct failure *failure) MUST_CHECK;

#endif
