// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ini_file.h"
#include "nearest.h"
#include "redis_conf.h"
#include "service_link.h"
#include "setting_kinds.h"

#define VARIABLE_PREFIX "REDIS_INIT_"
#define CONFIG_VARIABLE "REDIS_INIT_CONFIG"
#define CONF_SECTION "redis.conf"
#define ID_MAX 4294967294U /* 2^32 - 1 is (uid_t)-1, which chown(2) takes for "no change" */

#define FIELD(member) offsetof(struct settings, member)

/* clang-format off */
static const struct setting_key keys[] = {
    {"uid", "process", &setting_number, FIELD(uid), "999", 1, ID_MAX, "a user id from 1 to 4294967294 (not root's)"},
    {"gid", "process", &setting_number, FIELD(gid), "999", 1, ID_MAX, "a group id from 1 to 4294967294 (not root's)"},
    {"stop_timeout", "process", &setting_number, FIELD(stop_timeout), "0", 0, 86400, "seconds from 0 (for ever) to 86400"},
    {"env", "password", &setting_variable_name, FIELD(password_env), "REDIS_PASSWORD", 0, 0, "the name of an environment variable"},
    {"file", "password", &setting_text, FIELD(password_file), "", 0, 0, "the path of a file"},
    {"min_length", "password", &setting_number, FIELD(min_length), "16", 0, 4096, "characters from 0 to 4096"},
    {"min_entropy", "password", &setting_number, FIELD(min_entropy), "64", 0, 4096, "bits from 0 to 4096"},
    {"server", "redis", &setting_text, FIELD(server), "redis-server", 0, 0, "a program"},
    {"bind", "redis", &setting_text, FIELD(bind), "* -::*", 0, 0, "addresses, `*`, `loopback` or interfaces"},
    {"port", "redis", &setting_number, FIELD(port), "6379", 0, 65535, "a port from 0 (none) to 65535"},
    {"data_dir", "redis", &setting_absolute_path, FIELD(data_dir), "/data", 0, 0, "an absolute path"},
    {"run_dir", "redis", &setting_absolute_path, FIELD(run_dir), "/run/redis-init", 0, 0, "an absolute path"},
    {"conf", "redis", &setting_conf_place, FIELD(conf), "auto", 0, 0, "auto, file or memfd"},
    {"allow_empty_password", "redis", &setting_yes_no, FIELD(allow_empty_password), "no", 0, 0, "yes or no"},
    {"default_user", "redis", &setting_default_user, FIELD(default_user), "password", 0, 0, "password or off"},
    {"aclfile", "redis", &setting_absolute_path, FIELD(aclfile), "", 0, 0, "the absolute path of a file"},
    {"overlap", "rotation", &setting_number, FIELD(overlap), "300", 0, 86400, "seconds from 0 (none) to 86400"},
    {"poll", "rotation", &setting_number, FIELD(poll), "60", 1, 86400, "seconds from 1 to 86400"},
    {"log", "audit", &setting_audit_log, FIELD(audit_log), "off", 0, 0, "off, denied or all-auth"},
    {"port", "tls", &setting_number, FIELD(tls.port), "0", 0, 65535, "a port from 0 (none) to 65535"},
    {"cert_file", "tls", &setting_absolute_path, FIELD(tls.cert_file), "", 0, 0, "the absolute path of a file"},
    {"key_file", "tls", &setting_absolute_path, FIELD(tls.key_file), "", 0, 0, "the absolute path of a file"},
    {"key_password_file", "tls", &setting_absolute_path, FIELD(tls.key_password_file), "", 0, 0, "the absolute path of a file"},
    {"ca_file", "tls", &setting_absolute_path, FIELD(tls.ca_file), "", 0, 0, "the absolute path of a file"},
    {"auth_clients", "tls", &setting_tls_clients, FIELD(tls.auth_clients), "yes", 0, 0, "yes, optional or no"},
    {"protocols", "tls", &setting_tls_protocols, FIELD(tls.protocols), "TLSv1.2 TLSv1.3", 0, 0, "TLSv1.2, TLSv1.3 or both"},
    {"replication", "tls", &setting_yes_no, FIELD(tls.replication), "no", 0, 0, "yes or no"},
    {"cluster", "tls", &setting_yes_no, FIELD(tls.cluster), "no", 0, 0, "yes or no"},
};
/* clang-format on */

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

_Static_assert(sizeof(uid_t) == sizeof(unsigned) && sizeof(gid_t) == sizeof(unsigned),
               "ids are parsed as unsigned numbers");

/* That of the section; or else, for a hint, that of another one. */
static const struct setting_key *find_key(const char *section, const char *name)
{
    const struct setting_key *elsewhere = NULL;
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(keys[i].name, name) == 0) {
            if (strcmp(keys[i].section, section) == 0)
                return &keys[i];
            elsewhere = elsewhere != NULL ? elsewhere : &keys[i];
        }
    return elsewhere;
}

/* [tls] port is REDIS_INIT_TLS_PORT, since another section has a port, too; and `log` alone would
 * say little. Returns the prefix of a section's variables, or "". */
static const char *prefix_of(const char *section)
{
    static const char *const prefixes[][2] = {{"tls", "tls_"}, {"audit", "audit_"}};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strcmp(prefixes[i][0], section) == 0)
            return prefixes[i][1];
    return "";
}

static const struct setting_key *find_variable_key(const char *name)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const char *prefix = prefix_of(keys[i].section);
        const size_t length = strlen(prefix);
        if (strncmp(name, prefix, length) == 0 && strcmp(name + length, keys[i].name) == 0)
            return &keys[i];
    }
    return NULL;
}

static bool set_value(struct settings *settings, const struct setting_key *key, const char *value,
                      const char *where, struct failure *failure)
{
    const char *expected = key->kind->parse((char *)settings + key->offset, key, value);
    if (expected == NULL)
        return true;
    return failure_set(failure, EX_CONFIG, 0, "%s: %s is `%.80s`, it must be %s", where, key->name,
                       value, expected);
}

static bool set_defaults(struct settings *settings, struct failure *failure)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (!set_value(settings, &keys[i], keys[i].standard, "default", failure))
            return false;
    return true;
}

struct ini_context {
    struct settings *settings;
    bool seen[KEY_COUNT];
};

#define ENVIRONMENT "the environment" /* in the place of a section's name */

static bool fail_unknown_key(const char *key, const char *section, const char *where,
                             struct failure *failure)
{
    const bool in_ini = strcmp(section, ENVIRONMENT) != 0;
    const char *meant = nearest_name(key, &keys[0].name, KEY_COUNT, sizeof(keys[0]));
    const char *home = meant != NULL ? find_key(section, meant)->section : section;
    char place[80];
    char hint[128] = "";
    (void)snprintf(place, sizeof(place), "%s%.60s%s", in_ini ? "[" : "", section,
                   in_ini ? "]" : "");
    if (meant != NULL)
        (void)snprintf(hint, sizeof(hint), ", did you mean `%s%s`?", in_ini ? "" : prefix_of(home),
                       meant);
    if (in_ini && meant != NULL && strcmp(home, section) != 0)
        (void)snprintf(hint, sizeof(hint), ", did you mean `%s` in [%s]?", meant, home);
    else if (meant == NULL && strcasestr(key, "pass") != NULL)
        (void)snprintf(hint, sizeof(hint), ", name the password's file by `file` in [password]");
    else if (meant == NULL && in_ini)
        (void)snprintf(hint, sizeof(hint), ", a directive of redis.conf belongs into [redis.conf]");
    return failure_set(failure, EX_CONFIG, 0, "%s: unknown key `%.60s` in %s%s", where, key, place,
                       hint);
}

static bool add_directive(struct settings *settings, const char *name, const char *value,
                          const char *where, struct failure *failure)
{
    const struct directive_owner *owner = redis_conf_owner(name, strlen(name), value);
    if (*name == '\0' || redis_conf_name_length(name) != strlen(name))
        return failure_set(failure, EX_CONFIG, 0, "%s: `%.60s` is no directive of redis.conf",
                           where, name);
    if (owner != NULL)
        return failure_set(failure, EX_CONFIG, 0, "%s: [redis.conf] can't set `%s`, %s", where,
                           owner->name, owner->instead);
    const char *meant = redis_conf_secret_meant(name, strlen(name));
    if (meant != NULL)
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: `%.60s` is no directive of redis.conf, and `%s` does not belong "
                           "here",
                           where, name, meant);
    if (settings->directive_count == DIRECTIVES_MAX)
        return failure_set(failure, EX_CONFIG, 0, "%s: more than %d lines in [redis.conf]", where,
                           DIRECTIVES_MAX);
    struct directive_line *line = &settings->directives[settings->directive_count];
    line->name = strdup(name);
    line->value = strdup(value);
    settings->directive_count++;
    if (line->name == NULL || line->value == NULL)
        return failure_set(failure, EX_OSERR, errno, "%s can't be kept", where);
    return true;
}

/* An ini_entry. */
static bool set_from_ini(const char *section, const char *name, const char *value,
                         const char *where, void *context, struct failure *failure)
{
    struct ini_context *ini = context;
    if (user_settings_is_section(section))
        return name == NULL
                   ? user_settings_begin(&ini->settings->users, section, where, failure)
                   : user_settings_set(&ini->settings->users, section, name, value, where, failure);
    if (name == NULL)
        return true;
    if (strcmp(section, CONF_SECTION) == 0)
        return add_directive(ini->settings, name, value, where, failure);

    const struct setting_key *key = find_key(section, name);
    if (key == NULL)
        return fail_unknown_key(name, section, where, failure);
    if (*section == '\0')
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: `%s` stands in no section, write [%s] above it", where, name,
                           key->section);
    if (strcmp(key->section, section) != 0)
        return failure_set(failure, EX_CONFIG, 0, "%s: `%s` belongs into [%s], not into [%.60s]",
                           where, name, key->section, section);
    if (ini->seen[key - keys])
        return failure_set(failure, EX_CONFIG, 0, "%s: `%s` is set a second time", where, name);
    ini->seen[key - keys] = true;
    return set_value(ini->settings, key, value, where, failure);
}

/* REDIS_INIT_MIN_LENGTH -> min_length, into a buffer of `size`; a longer name is cut and thus
 * unknown. */
static void key_of_variable(const char *variable, size_t length, char *name, size_t size)
{
    size_t n = 0;
    for (size_t i = strlen(VARIABLE_PREFIX); i < length && n + 1 < size; i++)
        name[n++] = (char)tolower((unsigned char)variable[i]);
    name[n] = '\0';
}

static bool set_from_variable(struct settings *settings, const char *variable,
                              struct failure *failure)
{
    const char *equals = strchr(variable, '=');
    if (equals == NULL || strncmp(variable, VARIABLE_PREFIX, strlen(VARIABLE_PREFIX)) != 0)
        return true;
    size_t length = (size_t)(equals - variable);
    if (is_service_link(variable, length, equals + 1) ||
        (length == strlen(CONFIG_VARIABLE) && strncmp(variable, CONFIG_VARIABLE, length) == 0))
        return true;

    char name[64];
    key_of_variable(variable, length, name, sizeof(name));
    char where[96];
    (void)snprintf(where, sizeof(where), "%.*s", (int)(length < 80 ? length : 80), variable);
    const struct setting_key *key = find_variable_key(name);
    if (key == NULL)
        return fail_unknown_key(name, ENVIRONMENT, where, failure);
    return set_value(settings, key, equals + 1, where, failure);
}

static const char *find_variable(char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}

/* The ini tells root which folders to give away, and to whom. */
static bool judge_owner(const char *path, const struct ini_found *found, struct failure *failure)
{
    if (!found->found || geteuid() != 0 || found->owner == 0 || found->read_only)
        return true;
    return failure_set(failure, EX_CONFIG, 0,
                       "%s belongs to uid %u, and root follows it: give it to root or mount it "
                       "read-only",
                       path, found->owner);
}

static bool load_ini(struct settings *settings, const struct settings_sources *sources,
                     struct failure *failure)
{
    const char *named = sources->ini_option != NULL
                            ? sources->ini_option
                            : find_variable(sources->environment, CONFIG_VARIABLE);
    const char *path = named != NULL ? named : sources->ini_default;
    struct ini_context context = {.settings = settings};
    struct ini_found found;
    if (*path == '\0')
        return failure_set(failure, EX_CONFIG, 0,
                           "--config or " CONFIG_VARIABLE " is empty, give it a path");
    if (!ini_file_read(path, named != NULL, set_from_ini, &context, &found, failure))
        return false;
    settings->config_file = found.found ? path : NULL;
    settings->config_is_cut = found.is_cut;
    return judge_owner(path, &found, failure);
}

bool settings_has_users(const struct settings *settings)
{
    return settings->users.count > 0 || settings->aclfile[0] != '\0';
}

/* What several keys say together. */
static bool judge_users(const struct settings *settings, struct failure *failure)
{
    const struct user_settings *user = user_settings_find(&settings->users, USER_DEFAULT);
    if (!user_settings_judge(&settings->users, failure))
        return false;
    if (settings->default_user == DEFAULT_USER_PASSWORD)
        return true;
    if (user != NULL)
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: [user default] has no effect with `default_user = off`, keep one",
                           user->where);
    return settings_has_users(settings) ||
           failure_set(failure, EX_CONFIG, 0,
                       "`default_user = off` leaves nobody: add a [user NAME] or an aclfile");
}

static bool fail_tls(const char *problem, struct failure *failure)
{
    return failure_set(failure, EX_CONFIG, 0, "[tls] %s", problem);
}

static bool judge_tls(const struct settings *settings, struct failure *failure)
{
    const struct tls_settings *tls = &settings->tls;
    if (tls->port == 0)
        return (tls->cert_file[0] == '\0' && tls->key_file[0] == '\0' && tls->ca_file[0] == '\0' &&
                tls->key_password_file[0] == '\0' && !tls->replication && !tls->cluster) ||
               fail_tls("has no effect without its `port`, such as 6380", failure);
    if (tls->cert_file[0] == '\0' || tls->key_file[0] == '\0')
        return fail_tls("port is set: cert_file and key_file have to be, too", failure);
    if (tls->port == settings->port)
        return fail_tls("port is that of [redis], too: give one of them another, or `port = 0` in "
                        "[redis] for TLS alone",
                        failure);
    if (tls->ca_file[0] == '\0' &&
        (tls->auth_clients != TLS_CLIENTS_NO || tls->replication || tls->cluster))
        return fail_tls("ca_file is missing, by which the others' certificates are judged: set it, "
                        "or `auth_clients = no` without replication and cluster",
                        failure);
    return true;
}

bool settings_load(struct settings *settings, const struct settings_sources *sources,
                   struct failure *failure)
{
    memset(settings, 0, sizeof(*settings));
    if (!set_defaults(settings, failure) || !load_ini(settings, sources, failure))
        return false;
    for (char *const *variable = sources->environment; *variable != NULL; variable++)
        if (!set_from_variable(settings, *variable, failure))
            return false;
    return judge_users(settings, failure) && judge_tls(settings, failure);
}

bool settings_override(struct settings *settings, const char *key, const char *value,
                       const char *where, struct failure *failure)
{
    return set_value(settings, find_key("redis", key), value, where, failure);
}

void settings_free(struct settings *settings)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (keys[i].kind->allocated)
            free(*(char **)(void *)((char *)settings + keys[i].offset));
    for (size_t i = 0; i < settings->directive_count; i++) {
        free(settings->directives[i].name);
        free(settings->directives[i].value);
    }
    user_settings_free(&settings->users);
    memset(settings, 0, sizeof(*settings));
}

void settings_each(const struct settings *settings, settings_visitor *visit, void *context)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        char value[4096];
        keys[i].kind->print((const char *)settings + keys[i].offset, value, sizeof(value));
        visit(keys[i].section, keys[i].name, value, context);
    }
    user_settings_each(&settings->users, visit, context);
}

bool settings_is_variable(const char *name)
{
    return strncmp(name, VARIABLE_PREFIX, strlen(VARIABLE_PREFIX)) == 0;
}
