// SPDX-License-Identifier: Apache-2.0
#include "reload_plan.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acl_folder.h"
#include "private_file.h"
#include "redis_conf.h"
#include "server_features.h"
#include "user_conf.h"
#include "verdict.h"

/* The arguments of the start are not known; redis.conf has them as lines. */
static const struct server_args no_args;

static bool load_password(struct reload_plan *plan, struct settings *settings, char **environment,
                          struct failure *failure)
{
    const bool allowed = settings->allow_empty_password;
    double bits;
    settings->allow_empty_password = false;
    const bool ok = password_load(&plan->password, settings, environment, NULL, failure);
    settings->allow_empty_password = allowed;
    return ok && verdict_check(&plan->password, settings, &bits, failure);
}

/* A rule that is not there yet, such as -@dangerous, would be a right more. */
static bool fail_cut(const char *path, struct failure *failure)
{
    return failure_set(failure, EX_CONFIG, 0,
                       "%s seems half written, it ends inside a line: end it with a line end",
                       path);
}

static bool load_users(struct reload_plan *plan, char **environment, const struct report *report,
                       struct failure *failure)
{
    struct server_args running = {.has_conf_file = false};
    char server[PATH_MAX];
    const int n = snprintf(running.conf_file, sizeof(running.conf_file), "%s/" CONF_NAME,
                           plan->settings->run_dir);
    running.has_conf_file = n > 0 && (size_t)n < sizeof(running.conf_file);
    const struct acl_sources sources = {.settings = plan->settings,
                                        .args = &no_args,
                                        .seen = &running,
                                        .environment = environment,
                                        .password = plan->password.secret,
                                        .report = report};
    if (!server_find(plan->settings->server, server, failure))
        return false;
    const struct server_features features = server_features_of(server);
    if (!features.known) /* they were at the start, which takes no users without */
        return failure_set(failure, EX_OSERR, 0, "%s can't be read", server);
    return acl_load(&plan->acl, &sources, server, &features, failure) &&
           (!plan->acl.base.is_cut || fail_cut(plan->settings->aclfile, failure));
}

/* By an old server without users; the limit is gone in those that have ACLs. */
static bool check_length(const struct reload_plan *plan, struct failure *failure)
{
    char server[PATH_MAX];
    if (plan->has_acl)
        return true;
    if (!server_find(plan->settings->server, server, failure))
        return false;
    const struct server_features features = server_features_of(server);
    return server_features_take(&features, plan->password.secret, failure);
}

static bool load_wanted(struct reload_plan *plan, struct settings *settings, char **environment,
                        const struct report *report, struct failure *failure)
{
    const struct report quiet = {.level = REPORT_ERROR};
    return load_password(plan, settings, environment, failure) && check_length(plan, failure) &&
           user_conf_check(settings, &no_args, plan->password.secret, &quiet, failure) &&
           (!plan->has_users || load_users(plan, environment, report, failure));
}

static bool fail_mode(const struct reload_plan *plan, struct failure *failure)
{
    return failure_set(failure, EX_CONFIG, 0,
                       "the server was started %s users, which only a start can change",
                       plan->has_users ? "without" : "with");
}

static bool load_told_users(struct reload_plan *plan, struct failure *failure)
{
    const char *run_dir = plan->settings->run_dir;
    bool found;
    plan->acl_folder = acl_folder_open(run_dir, plan->conf.acl_folder, failure);
    if (plan->acl_folder < 0 ||
        !run_file_read_at(&plan->acl_text, plan->acl_folder, ACL_NAME, plan->uid, &found, failure))
        return false;
    if (!plan->has_acl || !found)
        return failure_set(failure, EX_NOINPUT, 0, "there is no " ACL_NAME " in run_dir %s",
                           run_dir);
    /* Redis 6.2 lets whoever may run CONFIG SET and SAVE write his dump there */
    const struct acl_text text = {plan->acl_text.bytes, plan->acl_text.length};
    return acl_line_are_all(&text) ||
           failure_set(failure, EX_CONFIG, 0, ACL_NAME " in run_dir was changed, start anew");
}

static bool load_told(struct reload_plan *plan, struct failure *failure)
{
    const struct settings *settings = plan->settings;
    struct conf_line line;
    bool found;
    if (!running_conf_read(&plan->conf, settings, plan->uid, &found, failure) ||
        (found && !run_file_read(&plan->conf_text, settings->run_dir, CONF_NAME, plan->uid, &found,
                                 failure)))
        return false;
    if (!found)
        return running_conf_missing(settings, plan->uid, failure);
    plan->has_acl = plan->conf.credential != NULL;
    plan->had_users =
        conf_edit_find(plan->conf_text.bytes, plan->conf_text.length, "aclfile", &line);
    return !plan->had_users || load_told_users(plan, failure);
}

static struct acl_text line_of(char text[PLAN_LINE_SIZE], const struct secret *password)
{
    char hash[SECRET_HASH_SIZE];
    if (password == NULL)
        return (struct acl_text){text, 0};
    secret_hash(password, hash);
    const int n = snprintf(text, PLAN_LINE_SIZE, "user " USER_DEFAULT " #%s\n", hash);
    return (struct acl_text){text, (size_t)n};
}

static bool render_users(struct reload_plan *plan, struct failure *failure)
{
    secret_hash(plan->conf.credential, plan->acl.internal.hash);
    const struct acl_file file = acl_file_of(&plan->acl);
    if (!run_file_new(&plan->wanted, acl_file_write(NULL, 0, &file), failure))
        return false;
    (void)acl_file_write(plan->wanted.bytes, plan->wanted.length, &file);
    plan->users = (struct acl_text){plan->wanted.bytes, plan->wanted.length};
    return true;
}

const char *reload_plan_find_primary(const struct run_file *conf, struct conf_line *line)
{
    static const char *const names[] = {"masterauth", "primaryauth"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct conf_line at;
        if (!conf_edit_find(conf->bytes, conf->length, names[i], &at) ||
            (found != NULL && at.begin < line->begin))
            continue;
        *line = at;
        found = names[i];
    }
    return found;
}

/* Ours stands behind redis-init's own lines; one in front of them is the user's. */
static bool is_primary_ours(const struct reload_plan *plan, struct conf_line *line)
{
    const struct run_file *conf = &plan->conf_text;
    struct conf_line own = {.begin = 0};
    const char *before = plan->has_acl ? REDIS_CONF_CREDENTIAL : "requirepass";
    return conf_edit_find(conf->bytes, conf->length, before, &own) &&
           reload_plan_find_primary(conf, line) != NULL && line->begin > own.begin;
}

static void compare(struct reload_plan *plan)
{
    struct conf_line line;
    const struct secret *auth =
        plan->acl.users.primary_auth != NULL ? plan->acl.users.primary_auth : plan->password.secret;
    plan->primary_auth = is_primary_ours(plan, &line) ? auth : NULL;
    plan->incomplete = plan->overlap.is_open;
}

bool reload_plan_read(struct reload_plan *plan, const struct settings *settings,
                      struct failure *failure)
{
    *plan = (struct reload_plan){.settings = settings, .uid = getuid(), .acl_folder = -1};
    if (!load_told(plan, failure) ||
        !overlap_read(&plan->overlap, settings->run_dir, plan->uid, failure))
        return false;
    plan->told = plan->had_users ? (struct acl_text){plan->acl_text.bytes, plan->acl_text.length}
                                 : line_of(plan->told_line, plan->conf.password);
    plan->users = plan->told;
    return true;
}

bool reload_plan_load(struct reload_plan *plan, struct settings *settings, char **environment,
                      const struct report *report, struct failure *failure)
{
    plan->has_users = settings_has_users(settings);
    if (plan->had_users && settings->config_is_cut)
        return fail_cut(settings->config_file, failure);
    if (plan->has_users != plan->had_users)
        return fail_mode(plan, failure);
    if (!load_wanted(plan, settings, environment, report, failure))
        return false;
    if (!plan->has_users)
        plan->users = line_of(plan->wanted_line, plan->password.secret);
    else if (!render_users(plan, failure))
        return false;
    compare(plan);
    return true;
}

void reload_plan_free(struct reload_plan *plan)
{
    password_free(&plan->password);
    acl_free(&plan->acl);
    run_file_free(&plan->wanted);
    run_file_free(&plan->conf_text);
    run_file_free(&plan->acl_text);
    if (plan->acl_folder >= 0)
        (void)close(plan->acl_folder);
    running_conf_free(&plan->conf);
    overlap_free(&plan->overlap);
}

bool reload_plan_has_line(const struct reload_plan *plan, const struct acl_line *line)
{
    struct acl_line told;
    return !acl_line_is_of(line, USER_INTERNAL) &&
           (plan->incomplete || !acl_line_find(&plan->told, line->name, line->name_length, &told) ||
            !acl_line_is_same(line, &told));
}

bool reload_plan_has_gone(const struct reload_plan *plan, const struct acl_line *told)
{
    struct acl_line wanted;
    return !acl_line_is_of(told, USER_INTERNAL) && !acl_line_is_of(told, USER_DEFAULT) &&
           !acl_line_find(&plan->users, told->name, told->name_length, &wanted);
}

bool reload_plan_has_primary(const struct reload_plan *plan)
{
    struct conf_line line;
    return plan->primary_auth != NULL && is_primary_ours(plan, &line) &&
           (plan->incomplete || !conf_edit_is(plan->conf_text.bytes, &line, plan->primary_auth));
}

bool reload_plan_has_any(const struct reload_plan *plan)
{
    struct acl_line line;
    const char *cursor = plan->users.bytes;
    while (acl_line_next(&plan->users, &cursor, &line))
        if (reload_plan_has_line(plan, &line))
            return true;
    cursor = plan->told.bytes;
    while (acl_line_next(&plan->told, &cursor, &line))
        if (reload_plan_has_gone(plan, &line))
            return true;
    return reload_plan_has_primary(plan);
}

bool reload_plan_wants(const struct reload_plan *plan, const struct overlap_entry *entry)
{
    struct acl_line line;
    return acl_line_find(&plan->users, entry->user, strlen(entry->user), &line) &&
           acl_line_has(&line, entry->hash);
}
