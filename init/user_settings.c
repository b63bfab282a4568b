// SPDX-License-Identifier: Apache-2.0
#include "user_settings.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acl_rules.h"
#include "nearest.h"

#define PREFIX "user "

bool user_settings_is_section(const char *section)
{
    return strcmp(section, "user") == 0 || strncmp(section, PREFIX, strlen(PREFIX)) == 0;
}

/* The last one: sections and their keys come in order. */
static struct user_settings *current(struct users_settings *users)
{
    return users->list[users->count - 1];
}

const struct user_settings *user_settings_find(const struct users_settings *users, const char *name)
{
    for (size_t i = 0; i < users->count; i++)
        if (strcmp(users->list[i]->name, name) == 0)
            return users->list[i];
    return NULL;
}

/* acl.c, ACLStringHasSpaces(); what else would spoil a line of the log or of the aclfile. */
static bool is_right_name(const char *name)
{
    const char *at = name;
    while (*at != '\0' && !isspace((unsigned char)*at) && !iscntrl((unsigned char)*at))
        at++;
    return at > name && *at == '\0';
}

static bool judge_name(const struct users_settings *users, const char *name, const char *where,
                       struct failure *failure)
{
    if (!is_right_name(name))
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: [user NAME] needs a name without blanks, such as [user app]",
                           where);
    if (strcmp(name, USER_INTERNAL) == 0)
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: the user `" USER_INTERNAL "` is redis-init's own, take another "
                           "name",
                           where);
    const struct user_settings *before = user_settings_find(users, name);
    if (before != NULL)
        return failure_set(failure, EX_CONFIG, 0, "%s: [user %s] stands a second time, first at %s",
                           where, name, before->where);
    if (users->count == USERS_MAX)
        return failure_set(failure, EX_CONFIG, 0, "%s: more than %d users", where, USERS_MAX);
    return true;
}

static bool fail_memory(const char *where, struct failure *failure)
{
    return failure_set(failure, EX_OSERR, ENOMEM, "%s can't be kept", where);
}

bool user_settings_begin(struct users_settings *users, const char *section, const char *where,
                         struct failure *failure)
{
    const char *name = section + strcspn(section, " ");
    name += *name == ' ' ? 1 : 0;
    if (!judge_name(users, name, where, failure))
        return false;
    struct user_settings *user = calloc(1, sizeof(*user));
    if (user == NULL)
        return fail_memory(where, failure);
    user->enabled = true;
    user->name = strdup(name);
    user->where = strdup(where);
    users->list[users->count++] = user;
    return (user->name != NULL && user->where != NULL) || fail_memory(where, failure);
}

struct user_key {
    const char *name; /* first, so that nearest_name() can walk the table */
    bool (*set)(struct user_settings *user, const char *value, const char *where,
                struct failure *failure);
};

static bool add_line(struct user_line *lines, size_t *count, size_t most, const char *value,
                     const char *where, struct failure *failure)
{
    if (*count == most)
        return failure_set(failure, EX_CONFIG, 0, "%s: more than %zu lines of that key", where,
                           most);
    struct user_line *line = &lines[(*count)++];
    line->value = strdup(value);
    line->where = strdup(where);
    return (line->value != NULL && line->where != NULL) || fail_memory(where, failure);
}

static bool fail_value(const char *key, const char *value, const char *expected, const char *where,
                       struct failure *failure)
{
    return failure_set(failure, EX_CONFIG, 0, "%s: %s is `%.80s`, it must be %s", where, key, value,
                       expected);
}

static bool set_file(struct user_settings *user, const char *value, const char *where,
                     struct failure *failure)
{
    if (*value != '/') /* it may be the password itself */
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: password_file must be the absolute path of a file", where);
    return add_line(user->files, &user->file_count, USER_PASSWORDS_MAX, value, where, failure);
}

/* Not shown: it may be the password by mistake. */
static bool set_variable(struct user_settings *user, const char *value, const char *where,
                         struct failure *failure)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    if (*value == '\0' || isdigit((unsigned char)*value) || value[strspn(value, letters)] != '\0')
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: password_env must be the name of an environment variable", where);
    if (strncmp(value, "REDIS_INIT_", strlen("REDIS_INIT_")) == 0)
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: password_env can't be %.80s, REDIS_INIT_... are settings", where,
                           value);
    return add_line(user->variables, &user->variable_count, USER_PASSWORDS_MAX, value, where,
                    failure);
}

static bool set_enabled(struct user_settings *user, const char *value, const char *where,
                        struct failure *failure)
{
    if (user->has_enabled)
        return failure_set(failure, EX_CONFIG, 0, "%s: `enabled` is set a second time", where);
    user->has_enabled = true;
    user->enabled = strcmp(value, "yes") == 0;
    return user->enabled || strcmp(value, "no") == 0 ||
           fail_value("enabled", value, "yes or no", where, failure);
}

/* What the lines before have made of the user. */
static struct acl_state state_of(const struct user_settings *user)
{
    struct acl_state state = {.enabled = false};
    struct acl_problem none;
    for (size_t i = 0; i < user->rule_count; i++) /* they were right */
        (void)acl_rules_check(user->rules[i].value, strlen(user->rules[i].value), ACL_OF_SETTINGS,
                              &state, NULL, NULL, &none);
    return state;
}

static bool set_rules(struct user_settings *user, const char *value, const char *where,
                      struct failure *failure)
{
    struct acl_state state = state_of(user);
    struct acl_problem problem;
    if (acl_rules_check(value, strlen(value), ACL_OF_SETTINGS, &state, NULL, NULL, &problem))
        return add_line(user->rules, &user->rule_count, USER_RULES_MAX, value, where, failure);
    return acl_problem_failure(&problem, user->name, where, failure);
}

static const struct user_key keys[] = {
    {"password_file", set_file},
    {"password_env", set_variable},
    {"rules", set_rules},
    {"enabled", set_enabled},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static bool fail_unknown_key(const char *key, const char *section, const char *where,
                             struct failure *failure)
{
    const char *meant = nearest_name(key, &keys[0].name, KEY_COUNT, sizeof(keys[0]));
    if (meant == NULL && strcasestr(key, "pass") != NULL)
        meant = keys[0].name;
    return failure_set(failure, EX_CONFIG, 0, "%s: unknown key `%.60s` in [%.60s], %s%s%s", where,
                       key, section, meant != NULL ? "did you mean `" : "",
                       meant != NULL ? meant : "it has password_file, password_env, rules, enabled",
                       meant != NULL ? "`?" : "");
}

bool user_settings_set(struct users_settings *users, const char *section, const char *key,
                       const char *value, const char *where, struct failure *failure)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(keys[i].name, key) == 0)
            return keys[i].set(current(users), value, where, failure);
    return fail_unknown_key(key, section, where, failure);
}

static bool judge_default(const struct user_settings *user, struct failure *failure)
{
    const struct user_line *password = user->file_count > 0 ? &user->files[0] : &user->variables[0];
    if (user->file_count + user->variable_count > 0)
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: the password of [user default] is that of [password], take this "
                           "line out",
                           password->where);
    return !user->has_enabled ||
           failure_set(failure, EX_CONFIG, 0,
                       "%s: [user default] has no `enabled`, set `default_user = off` in [redis]",
                       user->where);
}

bool user_settings_judge(const struct users_settings *users, struct failure *failure)
{
    for (size_t i = 0; i < users->count; i++) {
        const struct user_settings *user = users->list[i];
        if (strcmp(user->name, USER_DEFAULT) == 0) {
            if (!judge_default(user, failure))
                return false;
        } else if (user->enabled && user->file_count + user->variable_count == 0) {
            return failure_set(failure, EX_CONFIG, 0,
                               "%s: [user %s] has no password, add password_file or password_env, "
                               "or `enabled = no`",
                               user->where, user->name);
        }
    }
    return true;
}

static void visit_lines(const struct user_line *lines, size_t count, const char *section,
                        const char *key, user_settings_visitor *visit, void *context)
{
    for (size_t i = 0; i < count; i++)
        visit(section, key, lines[i].value, context);
}

void user_settings_each(const struct users_settings *users, user_settings_visitor *visit,
                        void *context)
{
    for (size_t i = 0; i < users->count; i++) {
        const struct user_settings *user = users->list[i];
        char section[64];
        (void)snprintf(section, sizeof(section), PREFIX "%s", user->name);
        visit_lines(user->files, user->file_count, section, "password_file", visit, context);
        visit_lines(user->variables, user->variable_count, section, "password_env", visit, context);
        visit_lines(user->rules, user->rule_count, section, "rules", visit, context);
        if (strcmp(user->name, USER_DEFAULT) != 0)
            visit(section, "enabled", user->enabled ? "yes" : "no", context);
    }
}

static void free_lines(struct user_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(lines[i].value);
        free(lines[i].where);
    }
}

void user_settings_free(struct users_settings *users)
{
    for (size_t i = 0; i < users->count; i++) {
        struct user_settings *user = users->list[i];
        free_lines(user->files, user->file_count);
        free_lines(user->variables, user->variable_count);
        free_lines(user->rules, user->rule_count);
        free(user->name);
        free(user->where);
        free(user);
    }
    users->count = 0;
}
