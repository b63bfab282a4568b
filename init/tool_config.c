// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "password_source.h"
#include "redis_conf.h"
#include "start.h"
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

static bool print_conf(const struct redis_conf *conf, struct failure *failure)
{
    size_t length = redis_conf_write(NULL, 0, conf);
    char *bytes = malloc(length);
    if (bytes == NULL)
        return failure_set(failure, EX_OSERR, errno, "no memory for redis.conf");
    (void)redis_conf_write(bytes, length, conf);
    printf("\n# ---- redis.conf ----\n");
    (void)fwrite(bytes, 1, length, stdout);
    free(bytes);
    return true;
}

static bool print_password(const struct settings *settings, char **environment, char *requirepass,
                           struct failure *failure)
{
    struct password password;
    bool ok = password_load(&password, settings, environment, requirepass, failure);
    if (!ok && failure->exit_code == EX_NOINPUT && password.source[0] == '\0') {
        printf("\n# password: none (a start would end with exit code %d: %s)\n", failure->exit_code,
               failure->text);
        ok = true;
    } else if (ok && password.secret != NULL) {
        struct verdict verdict = verdict_of(password.secret, settings);
        ok = verdict.accepted || verdict_failure(&verdict, settings, password.source, failure);
        if (ok)
            printf("\n# password: from %s, estimated %.0f bits (%s)\n", password.source,
                   verdict.bits, verdict.description);
    } else if (ok) {
        printf("\n# password: none, allow_empty_password = yes\n");
    }
    password_free(&password);
    return ok;
}

static bool print_redis(const struct options *options, struct settings *settings, char **words,
                        char **environment, struct failure *failure)
{
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
    if (!user_conf_check(settings, &args, NULL, &options->report, failure))
        return false;
    const struct server_socket socket = server_socket_of(settings, &args);
    const struct redis_conf conf = {
        .settings = settings,
        .args = &args,
        .features = &features,
        .bind = addresses,
        .redacted = true,
        .socket = &socket,
    };
    print_settings(settings);
    return print_conf(&conf, failure) &&
           print_password(settings, environment, args.requirepass, failure);
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
