// SPDX-License-Identifier: Apache-2.0
#include "redis_conf.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bind.h"
#include "byte_sink.h"
#include "conf_words.h"
#include "nearest.h"
#include "user_settings.h"

#define GIVE_PASSWORD "give the password by REDIS_PASSWORD_FILE"

/* clang-format off */
static const struct directive_owner owners[] = {
    {"requirepass", DIRECTIVE_PASSWORD, NULL, GIVE_PASSWORD},
    {"bind", DIRECTIVE_SETTING, "bind", "set `bind` in [redis]"},
    {"port", DIRECTIVE_SETTING, "port", "set `port` in [redis]"},
    {"dir", DIRECTIVE_SETTING, "data_dir", "set `data_dir` in [redis]"},
    {"masterauth", DIRECTIVE_PRIMARY, NULL, GIVE_PASSWORD},
    {"primaryauth", DIRECTIVE_PRIMARY, NULL, GIVE_PASSWORD},
    {"protected-mode", DIRECTIVE_OURS, NULL, "redis-init sets it to yes"},
    {"daemonize", DIRECTIVE_OURS, NULL, "redis-init sets it to no"},
    {"logfile", DIRECTIVE_OURS, NULL, "the log goes to standard output"},
    {"pidfile", DIRECTIVE_OURS, NULL, "PID 1 needs none"},
    {"enable-debug-command", DIRECTIVE_OURS, NULL, "redis-init sets it to no"},
    {"enable-module-command", DIRECTIVE_OURS, NULL, "redis-init sets it to no"},
    {"enable-protected-configs", DIRECTIVE_OURS, NULL, "redis-init sets it to no"},
    {"aclfile", DIRECTIVE_REFUSED, NULL, "set `aclfile` in [redis]"},
};
/* clang-format on */

struct owned_user {
    const char *name;
    struct directive_owner owner;
};

static const struct owned_user owned_users[] = {
    {USER_DEFAULT,
     {"user default", DIRECTIVE_REFUSED, NULL,
      "it would replace the password: a section [user default] gives it rules"}},
    {USER_INTERNAL,
     {"user " USER_INTERNAL, DIRECTIVE_REFUSED, NULL, "this user is redis-init's own"}},
};

bool redis_conf_is_user(const char *name, size_t length)
{
    return length == 4 && strncasecmp(name, "user", 4) == 0;
}

static const struct directive_owner *user_owner(const char *value)
{
    char user[16];
    size_t length;
    if (conf_next_word(&value, value + strlen(value), user, sizeof(user), &length) != CONF_WORD)
        return NULL;
    for (size_t i = 0; i < sizeof(owned_users) / sizeof(owned_users[0]); i++)
        if (strlen(owned_users[i].name) == length && memcmp(owned_users[i].name, user, length) == 0)
            return &owned_users[i].owner;
    return NULL;
}

size_t redis_conf_name_length(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || strchr("-_.", text[n]) != NULL) {
        if (text[n] == '\0')
            break;
        n++;
    }
    return n;
}

const struct directive_owner *redis_conf_owner(const char *name, size_t length, const char *value)
{
    for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
        if (strlen(owners[i].name) == length && strncasecmp(owners[i].name, name, length) == 0)
            return &owners[i];
    return redis_conf_is_user(name, length) ? user_owner(value) : NULL;
}

const char *redis_conf_secret_meant(const char *name, size_t length)
{
    static const char *const secrets[] = {"requirepass", "masterauth", "primaryauth"};
    char word[32];
    int n = snprintf(word, sizeof(word), "%.*s", (int)length, name);
    return n >= 0 && (size_t)n < sizeof(word)
               ? nearest_name(word, secrets, sizeof(secrets) / sizeof(secrets[0]), sizeof(*secrets))
               : NULL;
}

static void put_line(struct byte_sink *sink, const char *name, const char *value)
{
    sink_text(sink, name);
    sink_text(sink, " ");
    sink_text(sink, value);
    sink_text(sink, "\n");
}

static void put_quoted_line(struct byte_sink *sink, const char *name, const char *value,
                            size_t length)
{
    sink_text(sink, name);
    sink_text(sink, " ");
    sink_quoted(sink, value, length);
    sink_text(sink, "\n");
}

static bool sets_save(const struct settings *settings)
{
    for (size_t i = 0; i < settings->directive_count; i++)
        if (strcasecmp(settings->directives[i].name, "save") == 0)
            return true;
    return false;
}

/*
 * Before 7.0 Redis forgets its default save points as soon as it has a conf (redis/redis#4567). The
 * three are those of Redis 6.2 and later (config.c), written so that every version reads them.
 */
static void put_save(struct byte_sink *sink, const struct redis_conf *conf)
{
    if (conf->args->has_conf_file || conf->args->has_save || sets_save(conf->settings))
        return;
    sink_text(sink, "save \"\"\nsave 3600 1\nsave 300 100\nsave 60 10000\n");
}

/* Directives whose value is, or may hold, a secret, misspelt ones too: people are not shown it. */
static bool bears_secret(const char *name, size_t length)
{
    static const char *const parts[] = {"pass", "auth", "user", "rename-command"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        for (size_t at = 0; at + strlen(parts[i]) <= length; at++)
            if (strncasecmp(parts[i], name + at, strlen(parts[i])) == 0)
                return true;
    return false;
}

static void put_redacted(struct byte_sink *sink, const char *name, size_t length)
{
    sink_bytes(sink, name, length);
    sink_text(sink, " <redacted>\n");
}

/* The words that stood in the option's own word of argv ("--save 60 1"), each quoted anew. */
static void put_rest(struct byte_sink *sink, const char *rest)
{
    const char *end = rest + strlen(rest);
    while (true) {
        char word[4096];
        size_t length;
        if (conf_next_word(&rest, end, word, sizeof(word), &length) != CONF_WORD)
            return;
        sink_text(sink, " ");
        sink_quoted(sink, word, length < sizeof(word) ? length : sizeof(word));
        explicit_bzero(word, sizeof(word));
    }
}

static bool is_balanced(const char *text)
{
    const char *end = text + strlen(text);
    enum conf_word found;
    size_t length;
    while ((found = conf_next_word(&text, end, NULL, 0, &length)) == CONF_WORD)
        continue;
    return found == CONF_WORDS_END;
}

/* `--save "60 1"` and `--save ""` are one value to the shell; before 7.0 Redis wants the two
 * numbers apart. What has open quotes stays one word, for Redis to refuse. */
static bool is_list(const struct server_arg *arg, const char *value)
{
    return *value != '\0' && arg->name_length == 4 && strncasecmp(arg->name, "save", 4) == 0 &&
           is_balanced(value);
}

static void put_argument(struct byte_sink *sink, const struct server_arg *arg)
{
    sink_bytes(sink, arg->name, arg->name_length);
    put_rest(sink, arg->rest);
    for (size_t i = 0; i < arg->value_count; i++) {
        const char *value = arg->values[i];
        if (is_list(arg, value)) {
            put_rest(sink, value);
            continue;
        }
        sink_text(sink, " ");
        sink_quoted(sink, value, strlen(value));
    }
    if (*arg->rest == '\0' && arg->value_count == 0)
        sink_text(sink, " \"\"");
    sink_text(sink, "\n");
}

static void put_directive(struct byte_sink *sink, const struct directive_line *line, bool redacted)
{
    if (redacted && bears_secret(line->name, strlen(line->name)))
        put_redacted(sink, line->name, strlen(line->name));
    else
        put_line(sink, line->name, line->value);
}

static void put_users_part(struct byte_sink *sink, const struct redis_conf *conf)
{
    const struct settings *settings = conf->settings;
    const struct server_args *args = conf->args;
    if (args->has_conf_file)
        put_quoted_line(sink, "include", args->conf_file, strlen(args->conf_file));
    for (size_t i = 0; i < settings->directive_count; i++)
        put_directive(sink, &settings->directives[i], conf->redacted);
    for (size_t i = 0; i < args->count; i++) {
        const struct server_arg *arg = &args->list[i];
        if (conf->redacted && bears_secret(arg->name, arg->name_length))
            put_redacted(sink, arg->name, arg->name_length);
        else
            put_argument(sink, arg);
    }
}

static void put_gates(struct byte_sink *sink, const struct server_features *features)
{
    if (features->debug_gate)
        put_line(sink, "enable-debug-command", "no");
    if (features->module_gate)
        put_line(sink, "enable-module-command", "no");
    if (features->protected_gate)
        put_line(sink, "enable-protected-configs", "no");
}

static void put_password(struct byte_sink *sink, const char *name, const struct secret *password,
                         bool redacted)
{
    if (redacted) {
        put_redacted(sink, name, strlen(name));
    } else if (password != NULL) {
        size_t length;
        const char *bytes = secret_bytes(password, &length);
        put_quoted_line(sink, name, bytes, length);
    }
}

/* The user's is said once more, so that the last one here is the one that holds (running_conf.h).
 */
static void put_socket(struct byte_sink *sink, const struct server_socket *socket)
{
    if (socket == NULL || socket->path[0] == '\0')
        return;
    put_quoted_line(sink, "unixsocket", socket->path, strlen(socket->path));
    if (socket->is_ours)
        put_line(sink, "unixsocketperm", "600");
}

static void put_credential(struct byte_sink *sink, const struct redis_conf *conf)
{
    size_t length;
    const char *bytes = secret_bytes(conf->internal->credential, &length);
    put_quoted_line(sink, REDIS_CONF_CREDENTIAL, bytes, length);
}

static void put_aclfile(struct byte_sink *sink, const struct redis_conf *conf)
{
    char inode[24];
    if (conf->aclfile != NULL)
        put_quoted_line(sink, "aclfile", conf->aclfile, strlen(conf->aclfile));
    else
        put_line(sink, "aclfile", "<users.acl>");
    if (conf->acl_folder != 0) {
        (void)snprintf(inode, sizeof(inode), "%llu", conf->acl_folder);
        put_line(sink, REDIS_CONF_ACL_FOLDER, inode);
    }
}

/* With an aclfile the server would ignore `requirepass` and refuse `user`. */
static void put_users(struct byte_sink *sink, const struct redis_conf *conf)
{
    const struct internal_user *internal = conf->internal;
    if (conf->has_users)
        put_aclfile(sink, conf);
    else
        put_password(sink, "requirepass", conf->password, conf->redacted);
    if (internal == NULL)
        return;
    if (!conf->has_users)
        internal_user_put(sink, conf->redacted ? NULL : internal->hash);
    if (!conf->redacted)
        put_credential(sink, conf);
}

static void put_path(struct byte_sink *sink, const char *name, const char *path)
{
    if (*path != '\0')
        put_quoted_line(sink, name, path, strlen(path));
}

static void put_certificate(struct byte_sink *sink, const struct certificate *certificate)
{
    char text[CERTIFICATE_PRINTED_MAX];
    certificate_print(text, certificate);
    put_quoted_line(sink, REDIS_CONF_CERTIFICATE, text, strlen(text));
}

static void put_tls(struct byte_sink *sink, const struct redis_conf *conf)
{
    static const char *const clients[] = {
        [TLS_CLIENTS_YES] = "yes", [TLS_CLIENTS_OPTIONAL] = "optional", [TLS_CLIENTS_NO] = "no"};
    const struct tls_settings *tls = &conf->settings->tls;
    char port[16];
    if (tls->port == 0)
        return;
    (void)snprintf(port, sizeof(port), "%u", tls->port);
    put_line(sink, "tls-port", port);
    put_path(sink, "tls-cert-file", tls->cert_file);
    put_path(sink, "tls-key-file", tls->key_file);
    if (*tls->key_password_file != '\0')
        put_password(sink, "tls-key-file-pass", conf->tls_password, conf->redacted);
    put_path(sink, "tls-ca-cert-file", tls->ca_file);
    put_line(sink, "tls-auth-clients", clients[tls->auth_clients]);
    put_quoted_line(sink, "tls-protocols", tls->protocols, strlen(tls->protocols));
    put_line(sink, "tls-replication", tls->replication ? "yes" : "no");
    put_line(sink, "tls-cluster", tls->cluster ? "yes" : "no");
    if (conf->certificate != NULL)
        put_certificate(sink, conf->certificate);
}

static void put_our_part(struct byte_sink *sink, const struct redis_conf *conf)
{
    char port[16];
    (void)snprintf(port, sizeof(port), "%u", conf->settings->port);
    put_line(sink, "bind", conf->bind);
    put_line(sink, "port", port);
    put_tls(sink, conf);
    put_line(sink, "protected-mode", "yes");
    put_quoted_line(sink, "dir", conf->settings->data_dir, strlen(conf->settings->data_dir));
    put_line(sink, "daemonize", "no");
    put_line(sink, "logfile", "\"\"");
    put_line(sink, "pidfile", "\"\"");
    put_socket(sink, conf->socket);
    put_gates(sink, conf->features);
    put_users(sink, conf);
    if (!conf->args->has_primary_auth)
        put_password(sink, "masterauth",
                     conf->primary_auth != NULL ? conf->primary_auth : conf->password,
                     conf->redacted);
}

size_t redis_conf_write(char *out, size_t size, const struct redis_conf *conf)
{
    struct byte_sink sink = {.bytes = out, .size = size};
    sink_text(&sink, REDIS_CONF_HEADER);
    put_save(&sink, conf);
    put_users_part(&sink, conf);
    put_our_part(&sink, conf);
    return sink.length;
}
