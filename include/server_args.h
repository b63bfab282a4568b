// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SERVER_ARGS_H
#define REDIS_INIT_SERVER_ARGS_H

#include <limits.h>
#include <stddef.h>

#include "failure.h"
#include "report.h"
#include "settings.h"

#define SERVER_ARGS_MAX 512

/* One `--name VALUE...` of redis-server's own arguments. Points into argv. */
struct server_arg {
    const char *name;
    size_t name_length;
    const char *rest;    /* what followed the name in the same word ("--port 6380"), or "" */
    char *const *values; /* the words after it */
    size_t value_count;
};

/*
 * redis-server's arguments, read as Redis 7 does (server.c, main). All of them become lines of
 * redis.conf, so that no secret among them is left in argv.
 */
struct server_args {
    bool has_conf_file;
    char conf_file[PATH_MAX]; /* the user's .conf, absolute */
    char *requirepass;        /* in argv; the caller takes it from there; NULL when not given */
    bool has_primary_auth;    /* masterauth is given */
    bool has_save;
    struct server_arg list[SERVER_ARGS_MAX]; /* without those that redis-init controls */
    size_t count;
};

/* Whether the arguments only ask something: --version, --help, --test-memory, --check-system. */
bool server_args_is_query(char *const *argv);

/*
 * Reads the NULL-ended words after the program's name. --port, --bind and --dir go to *settings,
 * what is always ours is left out with a warning. EX_USAGE for what Redis would not understand or
 * redis-init can't do (sentinel, a conf on stdin, requirepass twice); EX_CONFIG for a bad port, a
 * directive that would undo the password.
 */
bool server_args_read(struct server_args *args, char **argv, struct settings *settings,
                      const struct report *report, struct failure *failure) MUST_CHECK;

#endif
