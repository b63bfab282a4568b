// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SETTINGS_H
#define REDIS_INIT_SETTINGS_H

#include <stddef.h>
#include <sys/types.h>

#include "failure.h"
#include "report.h"
#include "user_settings.h"

enum conf_place { CONF_AUTO, CONF_FILE, CONF_MEMFD };

/* Whether clients have to show a certificate: redis.conf's tls-auth-clients. */
enum tls_clients { TLS_CLIENTS_YES, TLS_CLIENTS_OPTIONAL, TLS_CLIENTS_NO };

/* What becomes of the server's user `default` where there are other users. */
enum default_user { DEFAULT_USER_PASSWORD, DEFAULT_USER_OFF };

/* What is written of who was let in and who was refused. */
enum audit_level { AUDIT_OFF, AUDIT_DENIED, AUDIT_ALL_AUTH };

/* A line for redis.conf as the [redis.conf] section gives it: `name` and the rest, both NUL-ended.
 */
struct directive_line {
    char *name;
    char *value;
};

#define DIRECTIVES_MAX 1024

struct settings {
    /* [process] */
    uid_t uid;             /* of redis-server when started as root; never 0 */
    gid_t gid;             /* likewise */
    unsigned stop_timeout; /* seconds from the stop signal to SIGKILL; 0 = for ever */
    /* [password] */
    const char *password_env;  /* name of the variable, never its value */
    const char *password_file; /* path, or "" */
    unsigned min_length;       /* characters */
    unsigned min_entropy;      /* bits */
    /* [redis] */
    const char *server; /* program: a name for PATH, or a path */
    const char *bind;   /* as redis.conf's bind, and `loopback` and interface names */
    unsigned port;      /* 0 closes TCP */
    const char *data_dir;
    const char *run_dir;
    enum conf_place conf;
    bool allow_empty_password;
    enum default_user default_user;
    const char *aclfile; /* whose users come first, or "" */
    /* [rotation] */
    unsigned overlap; /* seconds that an old password holds beside the new one; 0 = none */
    unsigned poll;    /* seconds from one look for what no event tells to the next */
    /* [audit] */
    enum audit_level audit_log;
    /* [tls] */
    struct tls_settings {
        unsigned port; /* 0: no TLS */
        const char *cert_file;
        const char *key_file;
        const char *key_password_file; /* or "" */
        const char *ca_file;           /* or "" */
        enum tls_clients auth_clients;
        const char *protocols; /* as tls-protocols */
        bool replication;
        bool cluster;
    } tls;
    /* [user NAME] */
    struct users_settings users;
    /* [redis.conf] */
    struct directive_line directives[DIRECTIVES_MAX];
    size_t directive_count;

    const char *config_file; /* the ini that was read, or NULL */
    bool config_is_cut;      /* it ends inside a line */
};

/* Where settings come from; the later wins. The values stay alive in the strings given here. */
struct settings_sources {
    const char *ini_option;   /* --config, or NULL */
    const char *ini_default;  /* read when it exists */
    char *const *environment; /* NULL-ended; REDIS_INIT_CONFIG and REDIS_INIT_<KEY>, of [tls]
                                 and [audit] REDIS_INIT_<SECTION>_<KEY> */
};

#define SETTINGS_INI "/etc/redis-init.ini"

/*
 * Defaults < ini < environment. EX_CONFIG names the file:line or the variable, the value, and what
 * would be right. What a Kubernetes Service named redis-init puts into the environment
 * (REDIS_INIT_PORT=tcp://..., REDIS_INIT_SERVICE_HOST ...) is not a setting and is passed over. The
 * struct owns copies; settings_free() releases them.
 */
bool settings_load(struct settings *settings, const struct settings_sources *sources,
                   struct failure *failure) MUST_CHECK;

void settings_free(struct settings *settings);

/*
 * One value from a later source (redis-server's own --port, --bind and --dir). `key` is of [redis],
 * `where` what errors call the source. EX_CONFIG.
 */
bool settings_override(struct settings *settings, const char *key, const char *value,
                       const char *where, struct failure *failure) MUST_CHECK;

/* All keys in the order of the sample ini, then the users': section, key and present value; for
 * `config` and the tests. */
typedef void settings_visitor(const char *section, const char *key, const char *value,
                              void *context);
void settings_each(const struct settings *settings, settings_visitor *visit, void *context);

/* Whether the server gets an aclfile: [user NAME] or [redis] aclfile is set. */
bool settings_has_users(const struct settings *settings);

/* Whether `name` (up to its '=') is one that redis-init reads for itself and no child shall see. */
bool settings_is_variable(const char *name);

#endif
