// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_TLS_DIRECTIVE_H
#define REDIS_INIT_TLS_DIRECTIVE_H

#include <stddef.h>

#include "settings.h"

/* The key of [tls] that stands in redis.conf behind the user's directive of that name, which so has
 * no effect; NULL: there is none, or the key is not set. Pure. */
const char *tls_directive_key(const struct tls_settings *tls, const char *name, size_t length);

#endif
