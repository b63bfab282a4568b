// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_ENVIRONMENT_H
#define REDIS_INIT_VAULT_ENVIRONMENT_H

/* The value of a variable in the environment (NULL-ended); NULL where it is not set, or empty. */
char *environment_value(char *const *environment, const char *name);

#endif
