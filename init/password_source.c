// SPDX-License-Identifier: Apache-2.0
#include "password_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STANDARD_VARIABLE "REDIS_PASSWORD"
#define ALIKE_VARIABLE "VALKEY_PASSWORD"
#define FILE_SUFFIX "_FILE"
#define CREDENTIAL "redis-password" /* systemd.exec(5), LoadCredential= */

struct collector {
    struct password *password;
    bool empty_is_right;
    struct failure *failure;
};

static char *find_value(char *const *environment, const char *name, const char *suffix)
{
    size_t length = strlen(name);
    size_t suffix_length = strlen(suffix);
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, name, length) == 0 &&
            strncmp(*environment + length, suffix, suffix_length) == 0 &&
            (*environment)[length + suffix_length] == '=')
            return *environment + length + suffix_length + 1;
    return NULL;
}

/* The first source is kept; each further one must hold the same. Takes over `secret`. */
static bool keep_or_compare(struct collector *collector, struct secret *secret, const char *source)
{
    struct password *password = collector->password;
    if (password->secret == NULL) {
        password->secret = secret;
        (void)snprintf(password->source, sizeof(password->source), "%s", source);
        return true;
    }
    bool same = secret_equal(password->secret, secret);
    secret_free(secret);
    if (same)
        return true;
    return failure_set(collector->failure, EX_USAGE, 0,
                       "%s and %s give different passwords, keep one of them", password->source,
                       source);
}

static bool fail_empty(const char *name, struct failure *failure)
{
    return failure_set(failure, EX_DATAERR, 0,
                       "password refused: %s is set but empty, give one from `redis-init genpass`",
                       name);
}

/* The kernel is not asked about every password: its own log, or a file server's, would have it. */
static bool looks_like_path(const char *value)
{
    return value[0] == '/' || strncmp(value, "./", 2) == 0 || strncmp(value, "../", 3) == 0;
}

struct secret *password_of_value(char *value, const char *name, const char *by_file,
                                 struct failure *failure)
{
    if (value[0] == '\0') {
        (void)fail_empty(name, failure);
        return NULL;
    }
    if (looks_like_path(value) && access(value, F_OK) == 0) {
        failure_set(failure, EX_DATAERR, 0,
                    "password refused: %s is the path of a file, name it by %s", name, by_file);
        return NULL;
    }
    struct secret *secret = secret_new(failure);
    if (secret == NULL || secret_take(secret, value, name, failure))
        return secret;
    secret_free(secret);
    return NULL;
}

struct secret *password_of_file(const char *path, const char *name, struct failure *failure)
{
    struct secret *secret = secret_new(failure);
    if (secret == NULL || secret_read_file(secret, path, name, failure))
        return secret;
    secret_free(secret);
    return NULL;
}

/* A value that stands in memory: a variable's or an argument's. */
static bool collect_value(struct collector *collector, char *value, const char *name)
{
    if (value == NULL || (value[0] == '\0' && collector->empty_is_right))
        return true;
    struct secret *secret =
        password_of_value(value, name, STANDARD_VARIABLE FILE_SUFFIX, collector->failure);
    collector->password->by_value = true;
    return secret != NULL && keep_or_compare(collector, secret, name);
}

static bool keep_path(struct collector *collector, const char *path)
{
    char **file = &collector->password->files[collector->password->file_count];
    *file = strdup(path);
    if (*file == NULL)
        return failure_set(collector->failure, EX_OSERR, errno, "no memory for a path");
    collector->password->file_count++;
    return true;
}

static bool collect_file(struct collector *collector, const char *path, const char *name)
{
    char source[SOURCE_LABEL_MAX];
    if (path[0] == '\0')
        return failure_set(collector->failure, EX_NOINPUT, 0, "%s is set but empty, give it a path",
                           name);
    struct secret *secret = password_of_file(path, name, collector->failure);
    (void)snprintf(source, sizeof(source), "%s (%s)", name, path);
    return secret != NULL && keep_or_compare(collector, secret, source) &&
           keep_path(collector, path);
}

char *password_variable(char *const *environment, const char *name)
{
    return find_value(environment, name, "");
}

static bool collect_variable(struct collector *collector, char *const *environment,
                             const char *name, bool *has_file)
{
    char file_name[SOURCE_LABEL_MAX];
    (void)snprintf(file_name, sizeof(file_name), "%s" FILE_SUFFIX, name);
    const char *path = find_value(environment, name, FILE_SUFFIX);
    *has_file = *has_file || path != NULL;
    return collect_value(collector, find_value(environment, name, ""), name) &&
           (path == NULL || collect_file(collector, path, file_name));
}

static bool collect_credential(struct collector *collector, char *const *environment)
{
    const char *folder = find_value(environment, "CREDENTIALS_DIRECTORY", "");
    char path[4096];
    if (folder == NULL || folder[0] == '\0')
        return true;
    int n = snprintf(path, sizeof(path), "%s/" CREDENTIAL, folder);
    if (n < 0 || (size_t)n >= sizeof(path))
        return failure_set(collector->failure, EX_NOINPUT, ENAMETOOLONG, "CREDENTIALS_DIRECTORY");
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return true;
    return collect_file(collector, path, "CREDENTIALS_DIRECTORY");
}

static bool has_alike(const struct settings *settings)
{
    return strcmp(settings->password_env, STANDARD_VARIABLE) == 0;
}

static bool collect_all(struct collector *collector, const struct settings *settings,
                        char *const *environment, char *requirepass)
{
    bool has_file = false;
    if (!collect_variable(collector, environment, settings->password_env, &has_file))
        return false;
    if (has_alike(settings) && !collect_variable(collector, environment, ALIKE_VARIABLE, &has_file))
        return false;
    if (!has_file && settings->password_file[0] != '\0' &&
        !collect_file(collector, settings->password_file, "[password] file"))
        return false;
    return collect_credential(collector, environment) &&
           collect_value(collector, requirepass, "--requirepass");
}

/* Whether it can be shown: a name that is none may be the password by mistake. */
static bool is_usual_name(const char *name)
{
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(name);
}

static bool fail_none(const struct settings *settings, struct failure *failure)
{
    const char *name = settings->password_env;
    if (!is_usual_name(name))
        return failure_set(failure, EX_NOINPUT, 0,
                           "no password given: the variable that [password] env names is not set");
    return failure_set(failure, EX_NOINPUT, 0,
                       "no password given: mount a Secret and name its file by %s" FILE_SUFFIX
                       ", or set %s (make one with `redis-init genpass`)",
                       name, name);
}

bool password_load(struct password *password, const struct settings *settings,
                   char *const *environment, char *requirepass, struct failure *failure)
{
    struct collector collector = {
        .password = password,
        .empty_is_right = settings->allow_empty_password,
        .failure = failure,
    };
    *password = (struct password){0};
    if (!collect_all(&collector, settings, environment, requirepass))
        return false;
    if (password->secret != NULL || settings->default_user == DEFAULT_USER_OFF)
        return true;
    if (!settings->allow_empty_password)
        return fail_none(settings, failure);
    return !settings_has_users(settings) ||
           failure_set(failure, EX_NOINPUT, 0,
                       "no password given: where there are users, `default` has one, also with "
                       "allow_empty_password; or set `default_user = off`");
}

void password_free(struct password *password)
{
    secret_free(password->secret);
    password->secret = NULL;
    for (size_t i = 0; i < password->file_count; i++)
        free(password->files[i]);
    password->file_count = 0;
}

static bool is_variable_of(const char *variable, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(variable, name, length) != 0)
        return false;
    const char *rest = variable + length;
    if (strncmp(rest, FILE_SUFFIX, strlen(FILE_SUFFIX)) == 0)
        rest += strlen(FILE_SUFFIX);
    return *rest == '=';
}

void password_wipe_variables(const struct settings *settings, char *const *environment)
{
    for (; *environment != NULL; environment++)
        if (password_is_variable(settings, *environment)) {
            char *value = strchr(*environment, '=') + 1;
            explicit_bzero(value, strlen(value));
        }
}

/* Of a user: that name alone, which has no `_FILE` beside it. */
static bool is_variable_of_user(const char *variable, const struct user_settings *user)
{
    const size_t length = strcspn(variable, "=");
    for (size_t i = 0; i < user->variable_count; i++)
        if (strlen(user->variables[i].value) == length &&
            memcmp(user->variables[i].value, variable, length) == 0)
            return true;
    return false;
}

bool password_is_variable(const struct settings *settings, const char *variable)
{
    for (size_t i = 0; i < settings->users.count; i++)
        if (is_variable_of_user(variable, settings->users.list[i]))
            return true;
    return is_variable_of(variable, settings->password_env) ||
           is_variable_of(variable, STANDARD_VARIABLE) || is_variable_of(variable, ALIKE_VARIABLE);
}
