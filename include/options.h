// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_OPTIONS_H
#define REDIS_INIT_OPTIONS_H

#include <stddef.h>

#include "failure.h"
#include "report.h"

#define SUPERVISOR_WORDS_MAX 64

/* A probe has to end, with its reason, before the kubelet's timeoutSeconds: it counts whole
 * seconds from 1, and the exec itself takes its part of them. */
#define PING_TIMEOUT 1
#define PING_TIMEOUT_MAX 3600

enum command {
    COMMAND_START,
    COMMAND_CONFIG,
    COMMAND_CHECKPASS,
    COMMAND_GENPASS,
    COMMAND_PING,
    COMMAND_RELOAD,
    COMMAND_AUDIT,
    COMMAND_HELP,
    COMMAND_VERSION
};

/* redis-init's own command line. Points into argv. */
struct options {
    enum command command;
    struct report report;
    const char *config_file; /* NULL: not given */
    char **arguments;        /* what follows the options, NULL-ended */
    const char
        *supervisor[SUPERVISOR_WORDS_MAX]; /* the options that redis-init-supervise gets, too */
    size_t supervisor_count;
    bool ping_ready;              /* ping --ready */
    unsigned ping_timeout;        /* ping --timeout, in seconds */
    const char *environment_file; /* --environment of reload and audit, or NULL */
    bool passwords;               /* reload --passwords, --certificates: both or none is all */
    bool certificates;
};

/*
 * Reads the subcommand and the options. A long option that is not ours begins redis-server's
 * arguments, as with the official image; one that is nearly ours is an error. EX_USAGE.
 */
bool options_read(struct options *options, char **argv, struct failure *failure) MUST_CHECK;

/* What to add to the error of a program that is not there, and looks like a subcommand; or "". */
const char *options_tool_hint(const char *program);

/* `redis-init --help` on standard output; false if it can't be written (EX_OSERR). */
bool options_print_help(struct failure *failure) MUST_CHECK;

#endif
