// SPDX-License-Identifier: Apache-2.0
#include "vault_option_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vault_duration.h"

#define POD "/var/run/secrets/kubernetes.io/serviceaccount/"

static void *field_of(struct sync_options *options, const struct sync_option *row)
{
    return (char *)options + row->offset;
}

static bool take_text(struct sync_options *options, const struct sync_option *row, char *value,
                      struct failure *failure)
{
    if (*value == '\0')
        return failure_set(failure, EX_CONFIG, 0, "%s: is empty", row->name);
    *(const char **)field_of(options, row) = value;
    return true;
}

static bool take_flag(struct sync_options *options, const struct sync_option *row, char *value,
                      struct failure *failure)
{
    (void)value;
    (void)failure;
    *(bool *)field_of(options, row) = true;
    return true;
}

static bool take_number(struct sync_options *options, const struct sync_option *row, char *value,
                        struct failure *failure)
{
    char *end;
    errno = 0;
    const unsigned long number = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 || number < row->minimum ||
        number > row->maximum)
        return failure_set(failure, EX_CONFIG, 0, "%s: `%s` must be a number from %u to %u",
                           row->name, value, row->minimum, row->maximum);
    *(unsigned *)field_of(options, row) = (unsigned)number;
    return true;
}

static bool take_duration(struct sync_options *options, const struct sync_option *row, char *value,
                          struct failure *failure)
{
    if (duration_read(value, field_of(options, row)))
        return true;
    return failure_set(
        failure, EX_CONFIG, 0,
        "%s: `%s` must be a number with s, m or h, as 30s or 5m, and 4 weeks at most", row->name,
        value);
}

static bool is_key(const char *key)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const size_t length = strlen(key);
    return length > 0 && length <= 253 && strspn(key, letters) == length && strcmp(key, ".") != 0 &&
           strcmp(key, "..") != 0;
}

/* FIELD or FIELD=KEY; the key of a Secret is as its API has it (ConfigMap and Secret keys). */
static bool take_field(struct sync_options *options, const struct sync_option *row, char *value,
                       struct failure *failure)
{
    char *equals = strrchr(value, '=');
    const char *key = equals != NULL ? equals + 1 : value;
    if (equals != NULL)
        *equals = '\0';
    if (*value == '\0')
        return failure_set(failure, EX_CONFIG, 0, "%s: names no field", row->name);
    if (!is_key(key))
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: `%s` can't be a key of a Secret (letters, digits, - _ .), give one "
                           "by FIELD=KEY",
                           row->name, key);
    if (options->field_count == FIELDS_MAX)
        return failure_set(failure, EX_USAGE, 0, "%s: there are more than %d fields", row->name,
                           FIELDS_MAX);
    options->fields[options->field_count++] =
        (struct sync_field){value, key, strcmp(row->name, "--password") == 0};
    return true;
}

static bool take_verbose(struct sync_options *options, const struct sync_option *row, char *value,
                         struct failure *failure)
{
    (void)row;
    (void)value;
    (void)failure;
    options->report.level = REPORT_DETAIL;
    return true;
}

static bool take_quiet(struct sync_options *options, const struct sync_option *row, char *value,
                       struct failure *failure)
{
    (void)row;
    (void)value;
    (void)failure;
    options->report.level = REPORT_WARNING;
    return true;
}

static bool take_log_format(struct sync_options *options, const struct sync_option *row,
                            char *value, struct failure *failure)
{
    options->report.format = strcmp(value, "json") == 0 ? REPORT_JSON : REPORT_TEXT;
    return options->report.format == REPORT_JSON || strcmp(value, "text") == 0 ||
           failure_set(failure, EX_CONFIG, 0, "%s: `%s` must be text or json", row->name, value);
}

static bool take_help(struct sync_options *options, const struct sync_option *row, char *value,
                      struct failure *failure)
{
    (void)value;
    (void)failure;
    options->command = strcmp(row->name, "--help") == 0 ? SYNC_HELP : SYNC_VERSION;
    return true;
}

#define AT(field) .offset = offsetof(struct sync_options, field)
#define TEXT(field) .take = take_text, AT(field)
#define NUMBER(field, from, to) .take = take_number, AT(field), .minimum = (from), .maximum = (to)

/* clang-format off */
const struct sync_option sync_option_table[] = {
    {"--vault-addr", .variable = "VAULT_ADDR", .argument = "URL", TEXT(vault_addr), .heading = "Vault",
     .help = "where Vault or OpenBao is: https://host:8200"},
    {"--vault-cacert", .variable = "VAULT_CACERT", .argument = "FILE", TEXT(vault_cacert),
     .help = "authorities of its certificate, PEM, instead of the system's"},
    {"--vault-server-name", .variable = "VAULT_TLS_SERVER_NAME", .argument = "NAME", TEXT(vault_server_name),
     .help = "name that its certificate has, when not the URL's"},
    {"--vault-namespace", .variable = "VAULT_NAMESPACE", .argument = "NAMESPACE", TEXT(vault_namespace),
     .help = "namespace inside Vault"},
    {"--auth", .argument = "METHOD", TEXT(auth),
     .help = "kubernetes (the default), jwt, approle or token"},
    {"--auth-mount", .argument = "PATH", TEXT(auth_mount),
     .help = "where the method is mounted, when not by its name"},
    {"--role", .argument = "NAME", TEXT(role),
     .help = "role to log in as: of kubernetes and jwt"},
    {"--jwt-file", .argument = "FILE", TEXT(jwt_file),
     .help = "token that is shown to Vault, instead of the pod's"},
    {"--role-id-file", .argument = "FILE", TEXT(role_id_file),
     .help = "of approle"},
    {"--secret-id-file", .argument = "FILE", TEXT(secret_id_file),
     .help = "of approle"},
    {"--token-file", .argument = "FILE", TEXT(token_file),
     .help = "of token"},
    {"--wrapped", .take = take_flag, AT(wrapped),
     .help = "the secret id, or the token, is in a wrapping token"},
    {"--mount", .argument = "PATH", TEXT(mount),
     .help = "where the KV engine is mounted, instead of secret"},
    {"--path", .argument = "PATH", TEXT(path),
     .help = "of the password in it, as redis/production"},
    {"--kv", .argument = "1|2", NUMBER(kv, 1, 2),
     .help = "version of the engine, instead of 2"},
    {"--kv-version", .argument = "N", NUMBER(kv_version, 0, 4294967295U),
     .help = "version of the secret, instead of the newest"},
    {"--password", .argument = "FIELD[=KEY]", .take = take_field,
     .help = "a password: judged, and written as KEY; may be repeated"},
    {"--field", .argument = "FIELD[=KEY]", .take = take_field,
     .help = "what is none, as a user's name; may be repeated"},
    {"--generate", .take = take_flag, AT(generate),
     .help = "make the passwords where the path is empty"},
    {"--secret", .argument = "NAME", TEXT(secret), .heading = "Where to, one of two",
     .help = "Secret of Kubernetes to create or change"},
    {"--output", .argument = "FILE", TEXT(output),
     .help = "file to write the one field to, mode 0600"},
    {"--namespace", .argument = "NAMESPACE", TEXT(namespace), .heading = "Kubernetes",
     .help = "of the Secret, instead of the pod's"},
    {"--kube-api", .argument = "URL", TEXT(kube_api),
     .help = "API server, instead of the pod's"},
    {"--kube-cacert", .argument = "FILE", TEXT(kube_cacert),
     .help = "authorities of its certificate, instead of the pod's"},
    {"--kube-token-file", .argument = "FILE", TEXT(kube_token_file),
     .help = "token for it, instead of the pod's"},
    {"--min-length", .argument = "N", NUMBER(min_length, 0, 4096), .heading = "Policy",
     .help = "shortest password that is taken, instead of 16"},
    {"--min-entropy", .argument = "BITS", NUMBER(min_entropy, 0, 4096),
     .help = "its bits at least, instead of 64"},
    {"--watch", .argument = "DURATION", .take = take_duration, AT(watch_ms), .heading = "Run",
     .help = "go on: do it every 30s, 5m, 1h"},
    {"--deadline", .argument = "DURATION", .take = take_duration, AT(deadline_ms),
     .help = "give up after it, instead of 60s"},
    {"--quit-sidecar", .argument = "URL", TEXT(quit_sidecar),
     .help = "POST to this address of the loopback at the end"},
    {"--verbose", 'v', .take = take_verbose, .help = "say every request"},
    {"--quiet", 'q', .take = take_quiet, .help = "say nothing but warnings and errors"},
    {"--log-format", .argument = "text|json", .take = take_log_format, .help = "form of the log"},
    {"--help", 'h', .take = take_help, .help = "print this help and exit"},
    {"--version", .take = take_help, .help = "print the version and exit"},
};
/* clang-format on */

_Static_assert(sizeof(sync_option_table) / sizeof(sync_option_table[0]) <= SYNC_OPTIONS_MAX,
               "SYNC_OPTIONS_MAX is too small");
const size_t sync_option_count = sizeof(sync_option_table) / sizeof(sync_option_table[0]);

struct sync_options sync_options_default(void)
{
    return (struct sync_options){
        .report = {.level = REPORT_NOTICE, .program = "redis-vault-sync"},
        .auth = "kubernetes",
        .jwt_file = POD "token",
        .mount = "secret",
        .kv = 2,
        .kube_cacert = POD "ca.crt",
        .kube_token_file = POD "token",
        .min_length = 16,
        .min_entropy = 64,
        .deadline_ms = 60 * INT64_C(1000),
    };
}
