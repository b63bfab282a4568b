// SPDX-License-Identifier: Apache-2.0
#include "acl_server.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"

/* A command has a short name; what is longer the server itself refuses. */
#define NAME_SIZE 64

struct check {
    const struct acl_server *server;
    const struct server_constants *constants; /* NULL: names are not checked */
    const char *where;                        /* file:line */
    struct failure *failure;
};

/* acl.c of Redis 6.2 to 8, for hints: the servers' own lists decide. */
static const char *const categories[] = {
    "keyspace", "read",   "write",       "set",       "sortedset",  "list",        "hash",
    "string",   "bitmap", "hyperloglog", "geo",       "stream",     "pubsub",      "admin",
    "fast",     "slow",   "blocking",    "dangerous", "connection", "transaction", "scripting",
};

static bool fail_needs(const struct check *check, const struct acl_rule *rule, const char *version)
{
    return failure_set(check->failure, EX_CONFIG, 0,
                       "%s: `%.*s` needs %s, which this server is not", check->where,
                       (int)(rule->length < 60 ? rule->length : 60), rule->text, version);
}

static bool check_needs(const struct check *check, const struct acl_rule *rule)
{
    const struct server_features *features = check->server->features;
    if (rule->needs == ACL_NEEDS_SELECTORS && !features->acl_selectors)
        return fail_needs(check, rule, "Redis 7.0 or later");
    if (rule->needs == ACL_NEEDS_DATABASES && !features->acl_databases)
        return fail_needs(check, rule, "Valkey 9.1 or later");
    return true;
}

static bool fail_name(const struct check *check, const struct acl_rule *rule, const char *name)
{
    const bool category = rule->kind == ACL_CATEGORY;
    const char *meant =
        category ? nearest_name(name, categories, sizeof(categories) / sizeof(categories[0]),
                                sizeof(categories[0]))
                 : NULL;
    return failure_set(check->failure, EX_CONFIG, 0, "%s: this server knows no %s `%s`%s%s%s",
                       check->where, category ? "category" : "command", name,
                       meant != NULL ? ", did you mean `" : "", meant != NULL ? meant : "",
                       meant != NULL ? "`?" : "");
}

/* False where it is longer than a command's name. */
static bool copy_lower(char name[NAME_SIZE], const char *text, size_t length)
{
    if (length >= NAME_SIZE)
        return false;
    for (size_t i = 0; i < length; i++)
        name[i] = (char)tolower((unsigned char)text[i]);
    name[length] = '\0';
    return true;
}

/* As it stands in the program: the commands of Redis 8's own vector sets in capitals. */
static bool is_known(const struct check *check, const char *name)
{
    char capitals[NAME_SIZE];
    size_t i = 0;
    for (; name[i] != '\0'; i++)
        capitals[i] = (char)toupper((unsigned char)name[i]);
    capitals[i] = '\0';
    return server_constants_have(check->constants, name) ||
           server_constants_have(check->constants, capitals);
}

/* Of Redis 7.0 and later, where what follows the | of these is a subcommand; of others it is any
 * first argument. */
static bool is_container(const char *command)
{
    static const char *const containers[] = {
        "acl",    "client", "cluster", "command", "config",  "function", "latency", "memory",
        "module", "object", "pubsub",  "script",  "slowlog", "xgroup",   "xinfo",
    };
    for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
        if (strcmp(containers[i], command) == 0)
            return true;
    return false;
}

static bool check_subcommand(const struct check *check, const struct acl_rule *rule,
                             const char *command)
{
    char name[NAME_SIZE];
    char whole[2 * NAME_SIZE];
    if (rule->subcommand_length == 0 || !check->server->features->acl_selectors ||
        !is_container(command) || !copy_lower(name, rule->subcommand, rule->subcommand_length))
        return true;
    (void)snprintf(whole, sizeof(whole), "%s|%s", command, name);
    return is_known(check, name) || fail_name(check, rule, whole);
}

static bool check_name(const struct check *check, const struct acl_rule *rule)
{
    char name[NAME_SIZE];
    if (check->constants == NULL || rule->kind == ACL_OTHER ||
        !copy_lower(name, rule->name, rule->name_length))
        return true;
    if (rule->kind == ACL_CATEGORY && strcmp(name, "all") == 0)
        return true;
    return (is_known(check, name) || fail_name(check, rule, name)) &&
           check_subcommand(check, rule, name);
}

/* An acl_visitor. */
static bool check_rule(const struct acl_rule *rule, void *context)
{
    const struct check *check = context;
    return check_needs(check, rule) && check_name(check, rule);
}

/* What stands behind rules of other lines has been found right before. */
static bool check_rules(struct check *check, const struct user_line *rules)
{
    struct acl_state state = {.enabled = false};
    struct acl_problem none;
    check->where = rules->where;
    return acl_rules_check(rules->value, strlen(rules->value), ACL_OF_SETTINGS, &state, check_rule,
                           check, &none) ||
           none.text != NULL;
}

static bool check_user(struct check *check, const struct user_settings *user)
{
    bool ok = true;
    for (size_t i = 0; ok && i < user->rule_count; i++)
        ok = check_rules(check, &user->rules[i]);
    return ok;
}

static bool check_base_user(struct check *check, const char *path, const struct acl_base_user *user)
{
    char where[PATH_MAX + 16];
    char name[NAME_SIZE];
    struct acl_state state = {.all_channels = check->server->opens_channels};
    struct acl_problem problem;
    (void)snprintf(where, sizeof(where), "%s:%u", path, user->line);
    (void)snprintf(name, sizeof(name), "%.*s", (int)user->name_length, user->name);
    check->where = where;
    return acl_rules_check(user->rules, user->rules_length, ACL_OF_FILE, &state, check_rule, check,
                           &problem) ||
           (problem.text != NULL && acl_problem_failure(&problem, name, where, check->failure));
}

static bool check_base(struct check *check, const char *path, const struct acl_base *base)
{
    bool ok = true;
    for (size_t i = 0; ok && i < base->count; i++)
        ok = check_base_user(check, path, &base->users[i]);
    return ok;
}

static bool fail_no_acl(const struct acl_server *server, const struct settings *settings,
                        struct failure *failure)
{
    if (settings->users.count == 0)
        return failure_set(failure, EX_CONFIG, 0,
                           "[redis] aclfile: %s knows no users, which Redis 6.2 and later do",
                           server->path);
    return failure_set(failure, EX_CONFIG, 0,
                       "%s: [user %s]: %s knows no users, which Redis 6.2 and later do",
                       settings->users.list[0]->where, settings->users.list[0]->name, server->path);
}

bool acl_server_check(const struct acl_server *server, const struct settings *settings,
                      const struct acl_base *base, struct failure *failure)
{
    struct server_constants *constants = server_constants_open(server->path);
    const bool known = constants != NULL;
    struct check check = {server, server->loads_modules ? NULL : constants, NULL, failure};
    bool ok = !known || server->features->acl || fail_no_acl(server, settings, failure);
    for (size_t i = 0; known && ok && i < settings->users.count; i++)
        ok = check_user(&check, settings->users.list[i]);
    ok = ok && (!known || check_base(&check, settings->aclfile, base));
    server_constants_free(constants);
    return ok;
}
