// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private_file.h"
#include "privileges.h"
#include "reload_plan.h"
#include "reload_server.h"
#include "reload_tls.h"
#include "reload_words.h"
#include "renamed.h"
#include "run_lock.h"
#include "tool.h"

#define SERVER_TIMEOUT 10 /* seconds, for all that is told together */

struct reload {
    struct reload_plan plan;
    struct server_link link;
    const struct report *report;
    long long now; /* overlap_clock() */
};

static bool note_hashes(struct reload *reload, const struct acl_line *user,
                        const struct acl_line *hashes, struct failure *failure)
{
    const char *cursor = hashes->rules;
    const char *hash;
    const long long until = reload->now + reload->plan.settings->overlap * 1000LL;
    while ((hash = acl_line_hash(hashes, &cursor)) != NULL)
        if (!overlap_add(&reload->plan.overlap, user->name, user->name_length, hash, until,
                         failure))
            return false;
    return true;
}

/* Of each user whom the server is told of, the old passwords and the new: should this process be
 * killed and the new ones be others by the next run, they are known to be there. */
static bool note_all(struct reload *reload, struct failure *failure)
{
    const struct reload_plan *plan = &reload->plan;
    struct acl_line line;
    struct acl_line told;
    const char *cursor = plan->users.bytes;
    bool ok = true;
    while (ok && acl_line_next(&plan->users, &cursor, &line)) {
        if (!reload_plan_has_line(plan, &line))
            continue;
        ok = note_hashes(reload, &line, &line, failure) &&
             (!acl_line_find(&plan->told, line.name, line.name_length, &told) ||
              note_hashes(reload, &line, &told, failure));
    }
    reload->plan.overlap.is_open = true;
    return ok && overlap_write(&plan->overlap, plan->settings->run_dir, failure);
}

static bool tell_users(struct reload *reload, struct failure *failure)
{
    const struct reload_plan *plan = &reload->plan;
    struct acl_line line;
    const char *cursor = plan->users.bytes;
    bool ok = true;
    while (ok && acl_line_next(&plan->users, &cursor, &line)) {
        const struct reload_user user = {&line, &plan->overlap, reload->now};
        ok = !reload_plan_has_line(plan, &line) || reload_set_user(&reload->link, &user, failure);
    }
    cursor = plan->told.bytes;
    while (ok && acl_line_next(&plan->told, &cursor, &line))
        ok = !reload_plan_has_gone(plan, &line) ||
             reload_delete_user(&reload->link, line.name, line.name_length, failure);
    return ok;
}

static bool tell_password(struct reload *reload, struct failure *failure)
{
    const struct reload_plan *plan = &reload->plan;
    if (plan->has_users)
        return tell_users(reload, failure);
    return plan->password.secret == NULL ||
           reload_set_password(&reload->link, plan->password.secret, &plan->overlap, reload->now,
                               failure);
}

static bool edit(struct run_file *text, const struct conf_line *line, const char *name,
                 const struct secret *secret, struct failure *failure)
{
    struct conf_value value = {.name = name};
    value.bytes = secret_bytes(secret, &value.length);
    return run_file_edit(text, line, &value, failure);
}

static bool edit_password(struct reload_plan *plan, struct failure *failure)
{
    static const char name[] = "requirepass";
    struct run_file *text = &plan->conf_text;
    struct conf_line line;
    return plan->has_users || plan->password.secret == NULL ||
           !conf_edit_find(text->bytes, text->length, name, &line) ||
           edit(text, &line, name, plan->password.secret, failure);
}

static bool edit_primary(struct reload_plan *plan, struct failure *failure)
{
    struct conf_line line;
    const char *name =
        plan->primary_auth != NULL ? reload_plan_find_primary(&plan->conf_text, &line) : NULL;
    return name == NULL || edit(&plan->conf_text, &line, name, plan->primary_auth, failure);
}

/* A start, and the next reload, find what the server has. */
static bool write_files(struct reload_plan *plan, struct failure *failure)
{
    const char *run_dir = plan->settings->run_dir;
    if (plan->has_users && !private_file_write_at(plan->acl_folder, run_dir, ACL_NAME,
                                                  plan->wanted.bytes, plan->wanted.length, failure))
        return false;
    return edit_password(plan, failure) && edit_primary(plan, failure) &&
           private_file_write(run_dir, CONF_NAME, plan->conf_text.bytes, plan->conf_text.length,
                              failure);
}

/* What is told must be noted before, and is a file only when it was told. */
static bool rotate(struct reload *reload, struct failure *failure)
{
    struct reload_plan *plan = &reload->plan;
    struct reload_words words;
    reload_words_of(&words, plan);
    if ((plan->has_acl && !note_all(reload, failure)) || !tell_password(reload, failure) ||
        (reload_plan_has_primary(plan) &&
         !reload_configure(&reload->link, "masterauth", plan->primary_auth, failure)) ||
        !write_files(plan, failure))
        return false;
    reload_words_say(&words, plan, reload->report);
    return true;
}

/* One that nobody is to know of any more, or that is right after all. */
static bool settle_entry(struct reload *reload, const struct overlap_entry *entry, bool *done,
                         struct failure *failure)
{
    struct acl_line line;
    const struct acl_text *users = &reload->plan.users;
    *done = true;
    if (reload_plan_wants(&reload->plan, entry))
        return true;
    if (!acl_line_find(users, entry->user, strlen(entry->user), &line))
        return reload_delete_user(&reload->link, entry->user, strlen(entry->user), failure);
    *done = entry->until <= reload->now;
    return !*done || reload_take_password(&reload->link, entry, failure);
}

static bool settle(struct reload *reload, struct failure *failure)
{
    struct overlap *overlap = &reload->plan.overlap;
    for (size_t i = overlap->count; i > 0; i--) {
        bool done;
        if (!settle_entry(reload, &overlap->list[i - 1], &done, failure))
            return false;
        if (done)
            overlap_remove(overlap, i - 1);
    }
    overlap->is_open = false;
    return overlap_write(overlap, reload->plan.settings->run_dir, failure);
}

static bool has_expired(const struct reload *reload)
{
    const struct overlap *overlap = &reload->plan.overlap;
    for (size_t i = 0; i < overlap->count; i++)
        if (overlap->list[i].until <= reload->now)
            return true;
    return false;
}

static bool apply(struct reload *reload, struct failure *failure)
{
    struct reload_plan *plan = &reload->plan;
    const bool changed = reload_plan_has_any(plan);
    if (!changed && !has_expired(reload))
        return true;
    return reload_connect(&reload->link, &plan->conf, plan->uid, plan->password.secret, failure) &&
           (!changed || rotate(reload, failure)) && (!plan->has_acl || settle(reload, failure));
}

static bool fail_load(struct failure *failure)
{
    const struct failure why = *failure;
    (void)failure_set(failure, why.exit_code, 0, "%s; the server runs on with what it has",
                      why.text);
    failure->error = why.error;
    return false;
}

/* With secrets that are no good the old passwords go all the same, when it is their time. What a
 * killed run began is left as it is: only the secrets say what was right. */
static bool keep(struct reload *reload, struct failure *failure)
{
    struct reload_plan *plan = &reload->plan;
    plan->users = plan->told;
    return plan->overlap.is_open || !has_expired(reload) ||
           (reload_connect(&reload->link, &plan->conf, plan->uid, NULL, failure) &&
            settle(reload, failure));
}

static bool load_and_apply(struct reload *reload, struct settings *settings, char **environment,
                           struct failure *failure)
{
    struct failure of_keeping = {0};
    if (reload_plan_load(&reload->plan, settings, environment, reload->report, failure))
        return apply(reload, failure);
    if (!keep(reload, &of_keeping)) /* is tried again */
        report_line(reload->report, REPORT_DETAIL, "%s", of_keeping.text);
    return fail_load(failure);
}

/* Asks the supervisor for another run, be there a change by then or not: there is an old password
 * to take away, or what was begun is to be completed. */
static bool come_again(const struct overlap *overlap, bool ok, struct failure *failure)
{
    if (ok)
        *failure = (struct failure){.exit_code = 0};
    if (overlap->count > 0 || overlap->is_open)
        failure->exit_code = EX_TEMPFAIL;
    return failure->exit_code == 0;
}

static bool reload_passwords(const struct options *options, struct settings *settings,
                             char **environment, struct failure *failure)
{
    struct reload reload = {.report = &options->report, .now = overlap_clock()};
    reload.link = server_link_new(SERVER_TIMEOUT);
    bool ok = reload_plan_read(&reload.plan, settings, failure) || fail_load(failure);
    ok = ok && load_and_apply(&reload, settings, environment, failure);
    ok = come_again(&reload.plan.overlap, ok, failure);
    server_link_close(&reload.link);
    reload_plan_free(&reload.plan);
    return ok;
}

static bool reload_certificates(const struct options *options, const struct settings *settings,
                                struct failure *failure)
{
    struct reload_tls tls;
    const bool ok = (reload_tls_load(&tls, settings, failure) || fail_load(failure)) &&
                    reload_tls_apply(&tls, &options->report, failure);
    reload_tls_free(&tls);
    return ok;
}

/* A disk that is full, or a limit that is reached: over sooner or later, and no change tells of it.
 */
static bool is_passing(const struct failure *failure)
{
    static const int errors[] = {EAGAIN, EINTR, EIO, EMFILE, ENFILE, ENOMEM, ESTALE};
    if (failure->exit_code == EX_OSERR || failure->exit_code == EX_CANTCREAT)
        return true;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (failure->error == errors[i])
            return true;
    return false;
}

/* Of two failures each has its line, and one that asks for another run gives the exit code. */
static bool fail_both(const struct report *report, struct failure *failure,
                      const struct failure *other)
{
    if (strcmp(failure->text, other->text) != 0)
        (void)report_failure(report, other, NULL);
    if (other->exit_code == EX_TEMPFAIL || is_passing(other))
        failure->exit_code = EX_TEMPFAIL;
    return false;
}

static bool can_tell(const struct settings *settings, struct failure *failure)
{
    const char *renamed = renamed_in(settings);
    return renamed == NULL ||
           failure_set(failure, EX_CONFIG, 0,
                       "the server can't be told: rename-command renames %s, which reload needs",
                       renamed);
}

bool tool_reload(const struct options *options, struct settings *settings, char **environment,
                 struct failure *failure)
{
    struct failure of_tls;
    if (!privileges_drop(settings->uid, settings->gid, failure) ||
        !run_lock_take(settings->run_dir, RUN_LOCK_SECONDS, failure) ||
        !can_tell(settings, failure))
        return false;
    const bool all = options->passwords == options->certificates;
    const bool passwords =
        (!all && !options->passwords) || reload_passwords(options, settings, environment, failure);
    const bool certificates = settings->tls.port == 0 || (!all && !options->certificates) ||
                              reload_certificates(options, settings, &of_tls);
    if (certificates)
        return passwords;
    if (!passwords)
        return fail_both(&options->report, failure, &of_tls);
    *failure = of_tls;
    return false;
}

void tool_reload_again(struct failure *failure)
{
    if (is_passing(failure))
        failure->exit_code = EX_TEMPFAIL;
}
