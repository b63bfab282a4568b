// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_OPTIONS_H
#define REDIS_INIT_VAULT_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "report.h"
#include "vault_url.h"

#define FIELDS_MAX 32

/* The longest mount, path, and name, in bytes: three of them, percent-encoded, fit into
 * URL_PATH_SIZE. */
#define NAME_MAX_BYTES 400

enum auth_method { AUTH_KUBERNETES, AUTH_JWT, AUTH_APPROLE, AUTH_TOKEN };

enum sync_command { SYNC_RUN, SYNC_HELP, SYNC_VERSION };

/* A field in Vault and the key of the Secret that it goes to. */
struct sync_field {
    const char *name;
    const char *key;
    bool is_password; /* to be judged */
};

/* redis-vault-sync's command line and its variables. Points into both. */
struct sync_options {
    enum sync_command command;
    struct report report;
    /* Vault */
    const char *vault_addr;
    const char *vault_cacert; /* or NULL, as all below that have no default */
    const char *vault_server_name;
    const char *vault_namespace;
    const char *auth;
    enum auth_method method; /* of `auth` */
    const char *auth_mount;
    const char *role;
    const char *jwt_file;
    const char *role_id_file;
    const char *secret_id_file;
    const char *token_file;
    bool wrapped;
    const char *mount;
    const char *path;
    unsigned kv;
    unsigned kv_version; /* 0: the newest */
    struct sync_field fields[FIELDS_MAX];
    size_t field_count;
    bool generate;
    /* where to: one of the two */
    const char *secret;
    const char *output;
    const char *namespace; /* NULL: the pod's */
    const char *kube_api;  /* NULL: the pod's */
    const char *kube_cacert;
    const char *kube_token_file;
    /* policy */
    unsigned min_length;
    unsigned min_entropy;
    /* run */
    int64_t watch_ms; /* 0: once */
    int64_t deadline_ms;
    const char *quit_sidecar;
    /* of sync_options_check(): URLs as url_check() makes them */
    char vault_url[URL_SIZE];
    char kube_url[URL_SIZE]; /* "" without kube_api */
    char quit_url[URL_SIZE];
};

/*
 * Reads the options, and from the environment (NULL-ended) the variables that stand for those that
 * are not given. EX_USAGE for the form, a contradiction, one that is missing, and for VAULT_TOKEN;
 * EX_CONFIG for a value that can't be right.
 */
bool sync_options_read(struct sync_options *options, char **argv, char *const *environment,
                       struct failure *failure) MUST_CHECK;

/* The second half of that: what the options are together. */
bool sync_options_check(struct sync_options *options, struct failure *failure) MUST_CHECK;

/* Makes quit_url of quit_sidecar, which is not NULL; EX_CONFIG. */
bool sync_options_check_quit(struct sync_options *options, struct failure *failure) MUST_CHECK;

/* `redis-vault-sync --help` on standard output; false if it can't be written (EX_OSERR). */
bool sync_options_print_help(struct failure *failure) MUST_CHECK;

#endif
