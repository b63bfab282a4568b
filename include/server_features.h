// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SERVER_FEATURES_H
#define REDIS_INIT_SERVER_FEATURES_H

#include "failure.h"

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
};

#define SHORT_PASSWORD_MAX 512

/*
 * Finds `program` as execvp(3) would (PATH, or the path itself) and puts its path into `path`
 * (PATH_MAX bytes). False with errno.
 */
bool program_find(const char *program, char *path) MUST_CHECK;

/* The same for the server. Exit code 127 when there is none, 126 when it can't be executed. */
bool server_find(const char *server, char *path, struct failure *failure) MUST_CHECK;

/* Reads the features off the program at `path`; a script or an unreadable file has none. */
struct server_features server_features_of(const char *path);

#endif
