// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_OPTIONS_H
#define SUPERVISE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "supervise_say.h"

/* Linux has the signals 1..64 on every architecture but MIPS. */
#define SUPERVISE_SIGNAL_MAX 64

/* More secrets than that have no place in one server's life; each costs PID 1 40 bytes. */
#define SUPERVISE_WATCH_MAX 16
/* redis-init reload --config FILE and what a script may want; likewise of the companion. */
#define SUPERVISE_COMMAND_MAX 8

enum supervise_action { SUPERVISE_RUN, SUPERVISE_HELP, SUPERVISE_VERSION };

/* What the command line asks for. A plain value: it is filled once and then only read. */
struct supervise_options {
    enum supervise_action action;
    struct say say;
    bool kill_group;
    bool warn_on_reap;
    int parent_death_signal; /* 0 = none */
    unsigned stop_timeout;   /* seconds, 0 = for ever */
    /* the signal that is sent for the one that came, 0 = none */
    unsigned char rewrite[SUPERVISE_SIGNAL_MAX + 1];
    bool remap_exit[256]; /* exit codes that become 0 */
    const char *watch[SUPERVISE_WATCH_MAX];
    size_t watch_count;
    char *on_change[SUPERVISE_COMMAND_MAX + 1]; /* the words of a command, and NULL */
    unsigned watch_poll;                        /* seconds */
    char *companion[SUPERVISE_COMMAND_MAX + 1]; /* the words of a second program, and NULL */
};

/*
 * A row per option; --help, the parser, redis-init and its completion go through this table.
 * `letter` of an option that has only a long name is above UCHAR_MAX.
 */
struct supervise_option {
    int letter;
    const char *name;
    const char *argument; /* its name in --help, or NULL when the option takes none */
    const char *help;     /* one line, no full stop */
    const char *(*set)(struct supervise_options *, const char *value);
};

extern const struct supervise_option supervise_option_table[];
extern const size_t supervise_option_count;

/* A usage error. The strings are argv's, the reason is static. */
struct supervise_usage {
    const char *option;
    const char *value; /* or NULL */
    const char *reason;
};

/* What holds when nothing is asked for: every signal is passed on as it comes, all else is off. */
struct supervise_options supervise_options_default(void);

/*
 * Sets the option of that letter. Returns NULL, or a static reason why `value` cannot be taken,
 * such as "is not a signal"; *options is then unchanged. `value` is NULL for an option without an
 * argument.
 */
const char *supervise_option_set(struct supervise_options *options, int letter, const char *value);

/*
 * Reads the options up to the first operand or "--" (POSIX Utility Syntax Guidelines 3 to 10, and
 * long options as `--name value` or `--name=value`). Returns the index of the first operand, which
 * is argc when there is none, or -1 with *usage filled.
 */
int supervise_options_parse(struct supervise_options *options, struct supervise_usage *usage,
                            int argc, char *const argv[]);

#endif
