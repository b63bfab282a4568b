// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_PASSWORD_SOURCE_H
#define REDIS_INIT_PASSWORD_SOURCE_H

#include "secret.h"
#include "settings.h"

#define SOURCE_LABEL_MAX 320

/* The password and where it came from, for the one line of the log. */
struct password {
    struct secret *secret;         /* owned; NULL: none was given and none is asked for */
    char source[SOURCE_LABEL_MAX]; /* "REDIS_PASSWORD_FILE (/run/secrets/x)" */
};

/*
 * Collects the password from every place that gives one: the variable of [password] env and its
 * _FILE (for the standard name VALKEY_PASSWORD as well), [password] file,
 * $CREDENTIALS_DIRECTORY/redis-password and `requirepass`, the argument's value, or NULL. Values in
 * memory are overwritten with zeros. EX_NOINPUT: none given, or a file can't be read. EX_DATAERR:
 * empty or unfit, or a path given as the password. EX_USAGE: two of them differ. With
 * allow_empty_password none and empty are right.
 */
bool password_load(struct password *password, const struct settings *settings,
                   char *const *environment, char *requirepass, struct failure *failure) MUST_CHECK;

void password_free(struct password *password);

/* Overwrites the values of the password's variables with zeros, for a process that has the password
 * from elsewhere. */
void password_wipe_variables(const struct settings *settings, char *const *environment);

/* Whether `variable` (NAME=VALUE) is one of the password's variables, which no child shall see. */
bool password_is_variable(const struct settings *settings, const char *variable);

#endif
