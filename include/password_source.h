// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_PASSWORD_SOURCE_H
#define REDIS_INIT_PASSWORD_SOURCE_H

#include "secret.h"
#include "settings.h"

#define SOURCE_LABEL_MAX 320

/* The two variables, or [password] file, and systemd's. */
#define PASSWORD_FILES_MAX 4

/* The password and where it came from, for the one line of the log. */
struct password {
    struct secret *secret;         /* owned; NULL: none was given and none is asked for */
    char source[SOURCE_LABEL_MAX]; /* "REDIS_PASSWORD_FILE (/run/secrets/x)" */
    char
        *files[PASSWORD_FILES_MAX]; /* owned: the files that gave it, where it is asked for again */
    size_t file_count;
    bool by_value; /* a variable or an argument gave it, as well or alone */
};

/*
 * Collects the password from every place that gives one: the variable of [password] env and its
 * _FILE (for the standard name VALKEY_PASSWORD as well), [password] file,
 * $CREDENTIALS_DIRECTORY/redis-password and `requirepass`, the argument's value, or NULL. Values in
 * memory are overwritten with zeros. EX_NOINPUT: none given, or a file can't be read. EX_DATAERR:
 * empty or unfit, or a path given as the password. EX_USAGE: two of them differ. With
 * allow_empty_password none and empty are right, unless there are users; none is right with
 * default_user=off.
 */
bool password_load(struct password *password, const struct settings *settings,
                   char *const *environment, char *requirepass, struct failure *failure) MUST_CHECK;

void password_free(struct password *password);

/*
 * One password from one place. Of `value` (a variable's or an argument's, overwritten with zeros)
 * EX_DATAERR also when it is the path of a file, which belongs to `by_file`; of a file as
 * secret_read_file(). `name` is what errors call the place. NULL on failure; the caller frees.
 */
struct secret *password_of_value(char *value, const char *name, const char *by_file,
                                 struct failure *failure) MUST_CHECK;
struct secret *password_of_file(const char *path, const char *name,
                                struct failure *failure) MUST_CHECK;

/* The value of a variable in the environment, or NULL. */
char *password_variable(char *const *environment, const char *name);

/* Overwrites the values of the password's variables with zeros, for a process that has the password
 * from elsewhere. */
void password_wipe_variables(const struct settings *settings, char *const *environment);

/* Whether `variable` (NAME=VALUE) is one of the password's variables, which no child shall see. */
bool password_is_variable(const struct settings *settings, const char *variable);

#endif
