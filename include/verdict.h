// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VERDICT_H
#define REDIS_INIT_VERDICT_H

#include "password_source.h"
#include "policy.h"
#include "secret.h"
#include "settings.h"

/* Judges a secret by the settings' limits and this service's words. */
struct verdict verdict_of(const struct secret *secret, const struct settings *settings);

/*
 * The refusal as a failure (EX_DATAERR): the reason, the estimate, the limits and `redis-init
 * genpass`, never a part of the password. `source` says where it came from.
 */
bool verdict_failure(const struct verdict *verdict, const struct settings *settings,
                     const char *source, struct failure *failure);

/* Judges the password where there is one; *bits is its estimate, or 0. EX_DATAERR. */
bool verdict_check(const struct password *password, const struct settings *settings, double *bits,
                   struct failure *failure) MUST_CHECK;

#endif
