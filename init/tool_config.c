// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acl.h"
#include "bind.h"
#include "password_source.h"
#include "private_file.h"
#include "redis_conf.h"
#include "start.h"
#include "tls_check.h"
#include "tool.h"
#include "user_conf.h"
#include "verdict.h"

/* A settings_visitor; context is the section that was printed last. */
static void print_setting(const char *section, const char *key, const char *value, void *context)
{
    const char **last = context;
    if (*last == NULL || strcmp(*last, section) != 0)
        printf("%s[%s]\n", *last != NULL ? "\n" : "", section);
    *last = section;
    printf("%s = %s\n", key, value);
}

static void print_settings(const struct settings *settings)
{
    const char *last = NULL;
    if (settings->config_file != NULL)
        printf("# from %s, the environment and the arguments\n", settings->config_file);
    settings_each(settings, print_setting, &last);
}

/* Redacted, so that an ordinary buffer may hold it. */
static bool print_file(const char *name, size_t (*write)(char *, size_t, const void *),
                       const void *what, struct failure *failure)
{
    size_t length = write(NULL, 0, what);
    char *bytes = malloc(length);
    if (bytes == NULL)
        return failure_set(failure, EX_OSERR, errno, "no memory for %s", name);
    (void)write(bytes, length, what);
    printf("\n# ---- %s ----\n", name);
    (void)fwrite(bytes, 1, length, stdout);
    free(bytes);
    return true;
}

static size_t write_conf(char *out, size_t size, const void *conf)
{
    return redis_conf_write(out, size, conf);
}

static size_t write_acl(char *out, size_t size, const void *acl)
{
    return acl_file_write(out, size, acl);
}

/* What is only missing here may be there at a start. */
static bool note_missing(const char *what, const struct failure *failure)
{
    printf("\n# %s: none (a start would end with exit code %d: %s)\n", what, failure->exit_code,
           failure->text);
    return true;
}

static bool print_password(struct password *password, const struct settings *settings,
                           char **environment, char *requirepass, struct failure *failure)
{
    if (!password_load(password, settings, environment, requirepass, failure))
        return failure->exit_code == EX_NOINPUT && password->source[0] == '\0' &&
               note_missing("password", failure);
    if (password->secret == NULL) {
        printf("\n# password: none, %s\n", settings->default_user == DEFAULT_USER_OFF
                                               ? "default_user = off"
                                               : "allow_empty_password = yes");
        return true;
    }
    const struct verdict verdict = verdict_of(password->secret, settings);
    if (!verdict.accepted)
        return verdict_failure(&verdict, settings, password->source, failure);
    printf("\n# password: from %s, estimated %.0f bits (%s)\n", password->source, verdict.bits,
           verdict.description);
    return true;
}

static bool print_acl(struct acl *acl, const struct acl_sources *sources, const char *server,
                      const struct server_features *features, struct failure *failure)
{
    if (!settings_has_users(sources->settings))
        return true;
    if (!acl_load(acl, sources, server, features, failure))
        return failure->exit_code == EX_NOINPUT && note_missing("a user's password", failure);
    struct acl_file file = acl_file_of(acl);
    file.redacted = true;
    if (sources->settings->default_user == DEFAULT_USER_PASSWORD) /* which may be missing here */
        acl->users.default_hash[0] = '-';
    return print_file(ACL_NAME, write_acl, &file, failure);
}

static bool print_secrets(const struct options *options, const struct settings *settings,
                          const struct server_args *args, char **environment, const char *server,
                          const struct server_features *features, struct failure *failure)
{
    struct acl acl = {.base = {0}};
    struct password password;
    bool ok = print_password(&password, settings, environment, args->requirepass, failure);
    const struct acl_sources sources = {settings,        args, NULL, environment, password.secret,
                                        &options->report};
    ok = ok && print_acl(&acl, &sources, server, features, failure);
    acl_free(&acl);
    password_free(&password);
    return ok;
}

static bool print_redis(const struct options *options, struct settings *settings, char **words,
                        char **environment, struct failure *failure)
{
    static const struct internal_user internal;
    struct server_args args;
    char path[PATH_MAX];
    char addresses[BIND_MAX];
    if (!server_args_read(&args, words, settings, &options->report, failure))
        return false;
    if (!server_find(settings->server, path, failure))
        return false;
    struct server_features features = server_features_of(path);
    if (!bind_resolve(settings->bind, features.optional_bind, addresses, failure))
        return false;
    if (!tls_server_check(settings, path, &features, failure))
        return false;
    if (!user_conf_check(settings, &args, NULL, &options->report, failure))
        return false;
    const struct server_socket socket = server_socket_of(settings, &args);
    const struct redis_conf conf = {
        .settings = settings,
        .args = &args,
        .features = &features,
        .bind = addresses,
        .redacted = true,
        .has_users = settings_has_users(settings),
        .internal = features.acl && settings->conf != CONF_MEMFD ? &internal : NULL,
        .socket = &socket,
    };
    print_settings(settings);
    return print_file("redis.conf", write_conf, &conf, failure) &&
           print_secrets(options, settings, &args, environment, path, &features, failure);
}

bool tool_config(const struct options *options, struct settings *settings, char **environment,
                 struct failure *failure)
{
    bool ok = true;
    char **words;
    if (!start_server_words(options->arguments, settings, &words, failure))
        return false;
    if (words != NULL)
        ok = print_redis(options, settings, words, environment, failure);
    else
        print_settings(settings);
    if (fflush(stdout) != 0 && ok)
        return failure_set(failure, EX_OSERR, errno, "standard output can't be written");
    return ok;
}
