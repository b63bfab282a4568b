// SPDX-License-Identifier: Apache-2.0
#include "start.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acl.h"
#include "audit_start.h"
#include "bind.h"
#include "conf_place.h"
#include "data_dir.h"
#include "handoff.h"
#include "password_source.h"
#include "privileges.h"
#include "renamed.h"
#include "rotation.h"
#include "run_dir.h"
#include "tls_check.h"
#include "user_conf.h"
#include "verdict.h"

/* Often enough that a start which takes minutes does not look hung. */
#define PROGRESS_SECONDS 5

static bool ends_in_conf(const char *word)
{
    static const char end[] = ".conf";
    size_t length = strlen(word);
    return length >= strlen(end) && strcmp(word + length - strlen(end), end) == 0;
}

static bool is_server(const char *program, const struct settings *settings)
{
    const char *slash = strrchr(program, '/');
    const char *name = slash != NULL ? slash + 1 : program;
    return strcmp(name, "redis-server") == 0 || strcmp(name, "valkey-server") == 0 ||
           strcmp(program, settings->server) == 0;
}

bool start_server_words(char **arguments, struct settings *settings, char ***words,
                        struct failure *failure)
{
    *words = arguments;
    if (arguments[0] == NULL || arguments[0][0] == '-' || ends_in_conf(arguments[0]))
        return true;
    *words = NULL;
    if (!is_server(arguments[0], settings) || server_args_is_query(arguments + 1))
        return true;
    *words = arguments + 1;
    return settings_override(settings, "server", arguments[0], "argument", failure);
}

struct hand_over {
    const char *supervisor;
    char *const *program;            /* NULL-ended */
    const struct rotation *rotation; /* NULL: none */
    int kept[HANDOFF_KEPT_MAX];      /* descriptors for the program, or -1 */
};

/* What redis-init-supervise is started with: its options, then the program and its arguments. */
static char **supervisor_argv(const struct hand_over *to, const struct options *options,
                              unsigned stop_timeout, struct failure *failure)
{
    const size_t watches = to->rotation != NULL ? to->rotation->count : 0;
    size_t count = 0;
    while (to->program[count] != NULL)
        count++;
    /* the supervisor, --stop-timeout=N, --, and the NULL */
    char **argv = calloc(options->supervisor_count + watches + count + 4, sizeof(*argv));
    char *timeout = NULL;
    if (argv == NULL || asprintf(&timeout, "--stop-timeout=%u", stop_timeout) < 0) {
        failure_set(failure, EX_OSERR, ENOMEM, "no memory for the arguments");
        free(argv);
        return NULL;
    }
    char **next = argv;
    *next++ = (char *)(uintptr_t)to->supervisor;
    for (size_t i = 0; i < options->supervisor_count; i++)
        *next++ = (char *)(uintptr_t)options->supervisor[i];
    for (size_t i = 0; i < watches; i++)
        *next++ = to->rotation->words[i];
    *next++ = timeout;
    *next++ = (char *)(uintptr_t) "--";
    memcpy(next, to->program, count * sizeof(*next));
    return argv;
}

/* The secret is wiped before the exec, and on failure as well. */
static bool hand_over(const struct hand_over *to, const struct options *options,
                      const struct settings *settings, struct password *password,
                      char **environment, struct failure *failure)
{
    char **passed =
        handoff_environment(environment, settings, password->secret, &options->report, failure);
    password_free(password);
    if (passed == NULL)
        return false;
    char **argv = supervisor_argv(to, options, settings->stop_timeout, failure);
    return argv != NULL && handoff_exec(argv, passed, to->kept, failure);
}

static bool start_program(const char *supervisor, char **program, const struct options *options,
                          const struct settings *settings, char **environment,
                          struct failure *failure)
{
    struct password none = {0};
    const struct hand_over to = {supervisor, program, NULL, {-1, -1}};
    char path[PATH_MAX];
    if (!privileges_set_limits(failure) ||
        !privileges_drop(settings->uid, settings->gid, failure) ||
        !handoff_check_supervisor(supervisor, failure))
        return false;
    if (!program_find(program[0], path)) /* so that Kubernetes shows it, too */
        return failure_set(failure, errno == ENOENT ? 127 : 126, errno, "`%s` can't be executed%s",
                           program[0], options_tool_hint(program[0]));
    return hand_over(&to, options, settings, &none, environment, failure);
}

/* What a start of the server goes by. */
struct launch {
    const char *supervisor;
    char server[PATH_MAX];
    struct server_features features;
    const struct options *options;
    struct settings *settings;
    struct server_args args;
    char **environment;
    struct password password;    /* owned */
    struct acl acl;              /* owned */
    struct secret *tls_password; /* owned: of the key of [tls]; NULL: none */
};

/* What is judged again as the server's uid, and with the server at hand, is tried before anything
 * is changed, so that most failures leave the disk as it was. */
static bool check_before_change(const struct launch *launch, struct failure *failure)
{
    static const struct report quiet = {.level = REPORT_ERROR};
    const struct settings *settings = launch->settings;
    const struct secret *secret = launch->password.secret;
    char addresses[BIND_MAX];
    return privileges_can_drop(failure) &&
           server_features_take(&launch->features, secret, failure) &&
           bind_resolve(settings->bind, true, addresses, failure) &&
           (user_conf_check(settings, &launch->args, secret, &quiet, failure) ||
            failure->error == EACCES);
}

/* With conf=auto the run folder is not needed, and what is wrong with it is said when the conf is
 * placed. */
static bool prepare_folders(const struct settings *settings, const struct server_args *args,
                            const struct report *report, struct failure *failure)
{
    if (!privileges_are_root())
        return true;
    const struct data_names names = data_names_of(settings, args);
    const struct data_dir dir = {.path = settings->data_dir,
                                 .uid = settings->uid,
                                 .gid = settings->gid,
                                 .names = &names,
                                 .progress_seconds = PROGRESS_SECONDS};
    if (!data_dir_prepare(&dir, report, failure))
        return false;
    return settings->conf == CONF_MEMFD ||
           run_dir_prepare(settings->run_dir, settings->uid, settings->gid, failure) ||
           settings->conf == CONF_AUTO;
}

static bool write_conf(struct conf_place_found *place, const struct launch *launch,
                       struct failure *failure)
{
    char addresses[BIND_MAX];
    struct certificate certificate;
    const struct settings *settings = launch->settings;
    const struct secret *secret = launch->password.secret;
    const struct report *report = &launch->options->report;
    const struct server_socket socket = server_socket_of(settings, &launch->args);
    const struct acl_file users = acl_file_of(&launch->acl);
    const struct redis_conf conf = {
        .settings = settings,
        .args = &launch->args,
        .features = &launch->features,
        .bind = addresses,
        .password = secret,
        .has_users = settings_has_users(settings),
        .tls_password = launch->tls_password,
        .certificate = &certificate,
        .primary_auth = launch->acl.users.primary_auth,
        .internal = launch->acl.internal.credential != NULL ? &launch->acl.internal : NULL,
        .socket = &socket,
    };
    return data_dir_check(settings->data_dir, failure) &&
           tls_check(&certificate, settings, launch->tls_password, report, failure) &&
           user_conf_check(settings, &launch->args, secret, report, failure) &&
           bind_resolve(settings->bind, launch->features.optional_bind, addresses, failure) &&
           conf_place_write(place, &conf, &users, report, failure);
}

static void say_started(const struct launch *launch, bool was_root,
                        const struct conf_place_found *place, double bits)
{
    const struct settings *settings = launch->settings;
    char strength[SOURCE_LABEL_MAX + 64];
    char users[64] = "";
    if (launch->password.secret != NULL)
        (void)snprintf(strength, sizeof(strength), "password from %s, %.0f bits",
                       launch->password.source, bits);
    else
        (void)snprintf(strength, sizeof(strength), "no password");
    if (settings_has_users(settings))
        (void)snprintf(users, sizeof(users), ", %zu users, default %s",
                       launch->acl.base.count + launch->acl.users.count,
                       settings->default_user == DEFAULT_USER_OFF ? "off" : "on");
    report_line(&launch->options->report, REPORT_NOTICE, "%s as %u:%u (%s), conf %s, %s%s",
                launch->server, getuid(), getgid(),
                was_root ? "root dropped" : "not started as root", place->path, strength, users);
}

static void warn_of_password(const struct launch *launch)
{
    const struct report *report = &launch->options->report;
    if (launch->settings->allow_empty_password)
        report_line(report, REPORT_WARNING, "allow_empty_password is set, for development alone%s",
                    launch->password.secret == NULL && !settings_has_users(launch->settings)
                        ? ": whoever can connect from this host or container owns the data"
                        : "");
    if (launch->args.requirepass != NULL)
        report_line(report, REPORT_WARNING,
                    "--requirepass was taken out of the arguments; a mounted Secret file "
                    "(REDIS_PASSWORD_FILE) is the better way");
}

/* The further files of passwords, which may be root's alone, and what the server makes of them. */
static bool load_secrets(struct launch *launch, struct failure *failure)
{
    const struct acl_sources sources = {
        launch->settings,    &launch->args,           NULL,
        launch->environment, launch->password.secret, &launch->options->report};
    return tls_server_check(launch->settings, launch->server, &launch->features, failure) &&
           tls_password_load(&launch->tls_password, launch->settings, failure) &&
           acl_load(&launch->acl, &sources, launch->server, &launch->features, failure);
}

static void free_secrets(struct launch *launch)
{
    acl_free(&launch->acl);
    secret_free(launch->tls_password);
    launch->tls_password = NULL;
}

/* Nothing is there to rotate where the server asks for no password and shows no certificate. */
static bool arrange(struct rotation *rotation, const struct launch *launch,
                    const struct conf_place_found *place, struct failure *failure)
{
    const char *renamed;
    if (!renamed_find(&renamed, launch->settings, &launch->args, failure))
        return false;
    const struct rotation_start start = {
        .options = launch->options,
        .settings = launch->settings,
        .password = &launch->password,
        .server = launch->server,
        .environment = launch->environment,
        .aclfile_is_cut = launch->acl.base.is_cut,
        .renamed = renamed,
        .in_run_dir = place->in_run_dir,
    };
    return ((launch->password.secret == NULL && !settings_has_users(launch->settings) &&
             launch->settings->tls.port == 0) ||
            rotation_arrange(rotation, &start, failure)) &&
           audit_arrange(rotation, &start, failure);
}

static bool run_server(struct launch *launch, struct failure *failure)
{
    const struct report *report = &launch->options->report;
    const struct settings *settings = launch->settings;
    const bool was_root = privileges_are_root();
    struct conf_place_found place;
    struct rotation rotation = {.count = 0};
    double bits;
    if (!verdict_check(&launch->password, settings, &bits, failure) ||
        !load_secrets(launch, failure) ||
        !audit_check(settings, launch->acl.internal.credential != NULL, failure) ||
        !check_before_change(launch, failure) ||
        !prepare_folders(settings, &launch->args, report, failure) ||
        !privileges_set_limits(failure) ||
        !privileges_drop(settings->uid, settings->gid, failure) ||
        !handoff_check_supervisor(launch->supervisor, failure) ||
        !write_conf(&place, launch, failure) || !arrange(&rotation, launch, &place, failure))
        return false;
    warn_of_password(launch);
    say_started(launch, was_root, &place, bits);
    free_secrets(launch);
    char *const program[] = {launch->server, place.path, NULL};
    const struct hand_over to = {launch->supervisor, program, &rotation, {place.fd, place.acl_fd}};
    (void)hand_over(&to, launch->options, settings, &launch->password, launch->environment,
                    failure);
    rotation_free(&rotation);
    return false;
}

static bool start_server(const char *supervisor, char **words, const struct options *options,
                         struct settings *settings, char **environment, struct failure *failure)
{
    struct launch launch;
    launch.supervisor = supervisor;
    launch.options = options;
    launch.settings = settings;
    launch.environment = environment;
    launch.password = (struct password){0};
    launch.acl = (struct acl){.base = {0}};
    launch.tls_password = NULL;
    bool ok =
        server_args_read(&launch.args, words, settings, &options->report, failure) &&
        server_find(settings->server, launch.server, failure) &&
        password_load(&launch.password, settings, environment, launch.args.requirepass, failure);
    if (ok)
        launch.features = server_features_of(launch.server);
    ok = ok && run_server(&launch, failure);
    free_secrets(&launch);
    password_free(&launch.password);
    return ok;
}

/* The server in front of a question that stands alone (`-- --version`). */
static char **query_of(const struct settings *settings, char **arguments, struct failure *failure)
{
    size_t count = 0;
    while (arguments[count] != NULL)
        count++;
    char **program = calloc(count + 2, sizeof(*program));
    if (program == NULL) {
        failure_set(failure, EX_OSERR, ENOMEM, "no memory for the arguments");
        return NULL;
    }
    program[0] = (char *)(uintptr_t)settings->server;
    memcpy(program + 1, arguments, count * sizeof(*program));
    return program;
}

static bool start_words(const char *supervisor, char **words, const struct options *options,
                        struct settings *settings, char **environment, struct failure *failure)
{
    char **server_words;
    if (!start_server_words(words, settings, &server_words, failure))
        return false;
    return server_words != NULL
               ? start_server(supervisor, server_words, options, settings, environment, failure)
               : start_program(supervisor, words, options, settings, environment, failure);
}

bool start(const struct options *options, struct settings *settings, char **environment,
           struct failure *failure)
{
    char supervisor[PATH_MAX];
    char **words = options->arguments;
    if (!handoff_find_supervisor(supervisor, failure))
        return false;
    if (!server_args_is_query(words))
        return start_words(supervisor, words, options, settings, environment, failure);
    char **query = query_of(settings, words, failure);
    bool ok =
        query != NULL && start_words(supervisor, query, options, settings, environment, failure);
    free(query);
    return ok;
}
