// SPDX-License-Identifier: Apache-2.0
#include "acl_users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handoff.h"
#include "password_source.h"
#include "user_conf.h"
#include "verdict.h"

struct loader {
    struct acl_users *users;
    const struct acl_base *base;
    const struct acl_sources *sources;
    const char *primary_user; /* whom masteruser names, or "" */
    struct failure *failure;
};

static bool has_hash(const struct acl_user *user, const char *hash)
{
    for (size_t i = 0; i < user->hash_count; i++)
        if (strcmp(user->hashes[i], hash) == 0)
            return true;
    return false;
}

struct name {
    const char *bytes; /* NULL: there is none */
    size_t length;
};

static struct name name_of(const char *text)
{
    return (struct name){text, strlen(text)};
}

/* The name of another user with that password. */
static struct name find_owner(const struct loader *loader, const struct acl_user *user,
                              const char *hash)
{
    const struct acl_base_user *of_base = acl_base_owner(loader->base, hash);
    const struct acl_users *users = loader->users;
    if (strcmp(users->default_hash, hash) == 0)
        return name_of(USER_DEFAULT);
    for (size_t i = 0; i < users->count; i++)
        if (&users->list[i] != user && has_hash(&users->list[i], hash))
            return name_of(loader->sources->settings->users.list[i]->name);
    return of_base != NULL ? (struct name){of_base->name, of_base->name_length}
                           : (struct name){.bytes = NULL};
}

static bool keep_hash(struct loader *loader, struct acl_user *user, const struct secret *secret,
                      const char *source)
{
    char hash[SECRET_HASH_SIZE];
    secret_hash(secret, hash);
    const struct name owner = find_owner(loader, user, hash);
    if (owner.bytes != NULL)
        return failure_set(
            loader->failure, EX_DATAERR, 0,
            "password refused: %s: the user `%.*s` has the same one, give each his own", source,
            (int)owner.length, owner.bytes);
    if (!has_hash(user, hash))
        memcpy(user->hashes[user->hash_count++], hash, sizeof(hash));
    return true;
}

/* As for the password of `default` (start.c); what only the server's uid may read is read then. */
static bool judge(struct loader *loader, const struct secret *secret, const char *source)
{
    static const struct report quiet = {.level = REPORT_ERROR};
    const struct acl_sources *from = loader->sources;
    const struct verdict verdict = verdict_of(secret, from->settings);
    if (!verdict.accepted)
        return verdict_failure(&verdict, from->settings, source, loader->failure);
    handoff_forget(from->environment, from->settings, secret, from->report);
    return user_conf_check(from->settings, from->args, secret, &quiet, loader->failure) ||
           loader->failure->error == EACCES;
}

/* Takes over `secret`, which may be NULL after a failure. */
static bool take(struct loader *loader, struct acl_user *user, struct secret *secret,
                 const char *source)
{
    struct secret **kept = &loader->users->primary_auth;
    const bool ok =
        secret != NULL && judge(loader, secret, source) && keep_hash(loader, user, secret, source);
    if (ok && *kept == NULL && strcmp(loader->primary_user, user->settings->name) == 0)
        *kept = secret;
    else
        secret_free(secret);
    return ok;
}

static void name_source(char *source, const char *key, const struct acl_user *user,
                        const struct user_line *line)
{
    (void)snprintf(source, SOURCE_LABEL_MAX, "%s of user `%s` (%s)", key, user->settings->name,
                   line->where);
}

static bool take_file(struct loader *loader, struct acl_user *user, const struct user_line *line)
{
    char source[SOURCE_LABEL_MAX];
    name_source(source, "password_file", user, line);
    return take(loader, user, password_of_file(line->value, source, loader->failure), source);
}

static bool take_variable(struct loader *loader, struct acl_user *user,
                          const struct user_line *line)
{
    char source[SOURCE_LABEL_MAX];
    name_source(source, "password_env", user, line);
    char *value = password_variable(loader->sources->environment, line->value);
    if (value == NULL)
        return failure_set(loader->failure, EX_NOINPUT, 0,
                           "no password given: the variable of %s is not set", source);
    return take(loader, user, password_of_value(value, source, "password_file", loader->failure),
                source);
}

/* Reading the first overwrites it for the second. */
static bool judge_variables(const struct loader *loader, const struct user_settings *user)
{
    const struct users_settings *users = &loader->sources->settings->users;
    for (size_t i = 0; users->list[i] != user; i++)
        for (size_t j = 0; j < users->list[i]->variable_count; j++)
            for (size_t k = 0; k < user->variable_count; k++)
                if (strcmp(users->list[i]->variables[j].value, user->variables[k].value) == 0)
                    return failure_set(loader->failure, EX_DATAERR, 0,
                                       "password refused: password_env of user `%s` (%s): the user "
                                       "`%s` has the same one, give each his own",
                                       user->name, user->variables[k].where, users->list[i]->name);
    return true;
}

static bool load_user(struct loader *loader, struct acl_user *user)
{
    const struct user_settings *settings = user->settings;
    bool ok = judge_variables(loader, settings);
    for (size_t i = 0; ok && i < settings->file_count; i++)
        ok = take_file(loader, user, &settings->files[i]);
    for (size_t i = 0; ok && i < settings->variable_count; i++)
        ok = take_variable(loader, user, &settings->variables[i]);
    return ok;
}

/* The one of [password]; an aclfile can't have him, but his password. */
static bool take_default(struct loader *loader)
{
    const struct acl_sources *from = loader->sources;
    char *hash = loader->users->default_hash;
    if (from->password == NULL || from->settings->default_user == DEFAULT_USER_OFF)
        return true;
    secret_hash(from->password, hash);
    const struct acl_base_user *owner = acl_base_owner(loader->base, hash);
    return owner == NULL ||
           failure_set(loader->failure, EX_DATAERR, 0,
                       "password refused: that of `default`: the user `%.*s` has the same one, "
                       "give each his own",
                       (int)owner->name_length, owner->name);
}

struct user_word acl_users_word(const struct acl_sources *sources, const char *name,
                                const char *alike)
{
    return user_word_of(name, alike, sources->settings,
                        sources->seen != NULL ? sources->seen : sources->args);
}

bool acl_users_load(struct acl_users *users, const struct acl_base *base,
                    const struct acl_sources *sources, struct failure *failure)
{
    const struct settings *settings = sources->settings;
    const struct user_word primary = acl_users_word(sources, "masteruser", "primaryuser");
    struct loader loader = {users, base, sources, primary.text, failure};
    *users = (struct acl_users){.count = 0};
    users->list = calloc(settings->users.count + 1, sizeof(*users->list));
    if (users->list == NULL)
        return failure_set(failure, EX_OSERR, errno, "no memory for the users");
    bool ok = take_default(&loader);
    for (size_t i = 0; ok && i < settings->users.count; i++) {
        users->list[i].settings = settings->users.list[i];
        users->count++;
        ok = load_user(&loader, &users->list[i]);
    }
    return ok;
}

void acl_users_free(struct acl_users *users)
{
    secret_free(users->primary_auth);
    free(users->list);
    *users = (struct acl_users){.count = 0};
}
