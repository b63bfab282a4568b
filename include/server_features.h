// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SERVER_FEATURES_H
#define REDIS_INIT_SERVER_FEATURES_H

#include <stddef.h>

#include "failure.h"
#include "secret.h"

/*
 * What the server at hand knows, read off the names in its program file: `redis-server --version`
 * would cost as much as a start. All false is right for every server: what an old one lacks is left
 * out.
 */
struct server_features {
    bool optional_bind;  /* `bind -::1`, an address that may be missing: Redis 6.2 and later */
    bool debug_gate;     /* enable-debug-command: Redis 7.0 and later */
    bool module_gate;    /* enable-module-command: likewise */
    bool protected_gate; /* enable-protected-configs: likewise */
    bool short_password; /* requirepass of at most 512 bytes: Redis 5 and 6.0 */
    bool acl;            /* users with channels: Redis 6.2 and later */
    bool acl_selectors;  /* users with selectors: Redis 7.0 and later */
    bool acl_databases;  /* users with databases: Valkey 9.1 and later */
    bool tls;            /* built with OpenSSL */
    bool known;          /* a program whose names could be read: what is false, it has not */
};

#define SHORT_PASSWORD_MAX 512

/*
 * Finds `program` as execvp(3) would (PATH, or the path itself) and puts its path into `path`
 * (PATH_MAX bytes). False with errno.
 */
bool program_find(const char *program, char *path) MUST_CHECK;

/* The same for the server. Exit code 127 when there is none, 126 when it can't be executed. */
bool server_find(const char *server, char *path, struct failure *failure) MUST_CHECK;

/* The string constants of a program, to ask for many names; the caller frees. NULL where none can
 * be read, as of a script. */
struct server_constants;
struct server_constants *server_constants_open(const char *path);
void server_constants_free(struct server_constants *constants);

/* Whether one of them is, or ends in, these bytes: false only of what the program cannot name. */
bool server_constants_have(const struct server_constants *constants, const char *name);

/* Reads the features off the program at `path`; a script or an unreadable file has none. */
struct server_features server_features_of(const char *path);

/* Whether the server takes that password, or NULL, at all. Redis 5 and 6.0 would print the line of
 * a longer one before they give up. EX_DATAERR. */
bool server_features_take(const struct server_features *features, const struct secret *password,
                          struct failure *failure) MUST_CHECK;

#endif
