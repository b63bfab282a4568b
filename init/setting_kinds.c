// SPDX-License-Identifier: Apache-2.0
#include "setting_kinds.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

static const char *parse_number(void *field, const struct setting_key *key, const char *value)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (!isdigit((unsigned char)value[0]) || *end != '\0' || errno != 0 || number < key->minimum ||
        number > key->maximum)
        return key->expected;
    *(unsigned *)field = (unsigned)number;
    return NULL;
}

static void print_number(const void *field, char *text, size_t size)
{
    (void)snprintf(text, size, "%u", *(const unsigned *)field);
}

/* Text without control characters, which neither redis.conf nor a log line could take. */
static bool is_clean(const char *value)
{
    for (; *value != '\0'; value++)
        if (iscntrl((unsigned char)*value))
            return false;
    return true;
}

static const char *store_text(void *field, const struct setting_key *key, const char *value)
{
    char *copy = strdup(value);
    if (copy == NULL)
        return "used on a machine with free memory";
    char **text = field;
    free(*text);
    *text = copy;
    (void)key;
    return NULL;
}

static const char *parse_text(void *field, const struct setting_key *key, const char *value)
{
    bool empty_is_right = key->standard[0] == '\0';
    if ((value[0] == '\0' && !empty_is_right) || !is_clean(value))
        return key->expected;
    return store_text(field, key, value);
}

/* At the end, where the kernel would follow a symbolic link because of it. */
static void drop_slashes(char *path)
{
    for (size_t length = strlen(path); length > 1 && path[length - 1] == '/'; length--)
        path[length - 1] = '\0';
}

static const char *parse_absolute_path(void *field, const struct setting_key *key,
                                       const char *value)
{
    if (value[0] == '\0')
        return parse_text(field, key, value);
    if (value[0] != '/' || strlen(value) >= 4096)
        return key->expected;
    const char *problem = parse_text(field, key, value);
    if (problem == NULL)
        drop_slashes(*(char **)field);
    return problem;
}

static const char *parse_variable_name(void *field, const struct setting_key *key,
                                       const char *value)
{
    for (size_t i = 0; value[i] != '\0'; i++)
        if (!(value[i] == '_' || isalpha((unsigned char)value[i]) ||
              (i > 0 && isdigit((unsigned char)value[i]))))
            return key->expected;
    return parse_text(field, key, value);
}

static void print_text(const void *field, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", *(const char *const *)field);
}

static const char *parse_yes_no(void *field, const struct setting_key *key, const char *value)
{
    bool yes = strcmp(value, "yes") == 0;
    if (!yes && strcmp(value, "no") != 0)
        return key->expected;
    *(bool *)field = yes;
    return NULL;
}

static void print_yes_no(const void *field, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", *(const bool *)field ? "yes" : "no");
}

/* An enum, whose values are the places in a NULL-ended list of names. */
static const char *parse_choice(void *field, const struct setting_key *key, const char *value,
                                const char *const *names)
{
    for (unsigned i = 0; names[i] != NULL; i++)
        if (strcmp(value, names[i]) == 0) {
            *(unsigned *)field = i;
            return NULL;
        }
    return key->expected;
}

_Static_assert(sizeof(enum conf_place) == sizeof(unsigned) &&
                   sizeof(enum default_user) == sizeof(unsigned) &&
                   sizeof(enum tls_clients) == sizeof(unsigned) &&
                   sizeof(enum audit_level) == sizeof(unsigned),
               "choices are stored as unsigned numbers");

static const char *const conf_places[] = {
    [CONF_AUTO] = "auto", [CONF_FILE] = "file", [CONF_MEMFD] = "memfd", NULL};

static const char *parse_conf_place(void *field, const struct setting_key *key, const char *value)
{
    return parse_choice(field, key, value, conf_places);
}

static void print_conf_place(const void *field, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", conf_places[*(const unsigned *)field]);
}

static const char *const default_users[] = {
    [DEFAULT_USER_PASSWORD] = "password", [DEFAULT_USER_OFF] = "off", NULL};

static const char *parse_default_user(void *field, const struct setting_key *key, const char *value)
{
    return parse_choice(field, key, value, default_users);
}

static void print_default_user(const void *field, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", default_users[*(const unsigned *)field]);
}

static const char *const tls_clients[] = {
    [TLS_CLIENTS_YES] = "yes", [TLS_CLIENTS_OPTIONAL] = "optional", [TLS_CLIENTS_NO] = "no", NULL};

static const char *parse_tls_clients(void *field, const struct setting_key *key, const char *value)
{
    return parse_choice(field, key, value, tls_clients);
}

static void print_tls_clients(const void *field, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", tls_clients[*(const unsigned *)field]);
}

static const char *const audit_logs[] = {
    [AUDIT_OFF] = "off", [AUDIT_DENIED] = "denied", [AUDIT_ALL_AUTH] = "all-auth", NULL};

static const char *parse_audit_log(void *field, const struct setting_key *key, const char *value)
{
    return parse_choice(field, key, value, audit_logs);
}

static void print_audit_log(const void *field, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", audit_logs[*(const unsigned *)field]);
}

/* One or both, in any order: what is older than 1.2 is broken (RFC 8996). */
static const char *parse_tls_protocols(void *field, const struct setting_key *key,
                                       const char *value)
{
    static const char *const right[] = {"TLSv1.2", "TLSv1.3", "TLSv1.2 TLSv1.3", "TLSv1.3 TLSv1.2"};
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        if (strcmp(value, right[i]) == 0)
            return store_text(field, key, value);
    return key->expected;
}

const struct setting_kind setting_number = {parse_number, print_number, false};
const struct setting_kind setting_text = {parse_text, print_text, true};
const struct setting_kind setting_absolute_path = {parse_absolute_path, print_text, true};
const struct setting_kind setting_variable_name = {parse_variable_name, print_text, true};
const struct setting_kind setting_yes_no = {parse_yes_no, print_yes_no, false};
const struct setting_kind setting_conf_place = {parse_conf_place, print_conf_place, false};
const struct setting_kind setting_default_user = {parse_default_user, print_default_user, false};
const struct setting_kind setting_tls_clients = {parse_tls_clients, print_tls_clients, false};
const struct setting_kind setting_audit_log = {parse_audit_log, print_audit_log, false};
const struct setting_kind setting_tls_protocols = {parse_tls_protocols, print_text, true};
