// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_OPTION_TABLE_H
#define REDIS_INIT_OPTION_TABLE_H

#include "options.h"
#include "supervise_options.h"

/* What redis-init's options are, for options_read() and options_print_help(). */
struct option_reader {
    struct options *options;
    struct supervise_options
        checked; /* where the supervisor's are tried before they are passed on */
    struct failure *failure;
};

#define LONG_ONLY 0

struct option {
    const char *name; /* with its dashes; first, so that nearest_name() can walk the table */
    int letter;
    const char *argument; /* its name in --help, NULL when there is none */
    const char *help;
    bool (*take)(struct option_reader *reader, const char *value);
};

/* Those of a start and of every subcommand. */
extern const struct option option_rows[];
extern const size_t option_row_count;

/* Options of one subcommand. */
struct option_group {
    enum command command;
    const char *name; /* in --help; NULL: it is in another group's */
    const struct option *rows;
    size_t count;
};

extern const struct option_group option_groups[];
extern const size_t option_group_count;

/* The supervisor's row of an option that is passed on to it; NULL: it is redis-init's own. */
const struct supervise_option *option_supervisor_row(const struct option *option);

/* The name of its value in --help; NULL: it has none. */
const char *option_argument(const struct option *option);

/* Signals and numbers are shown in an error; what cannot be one may be a password (-requirepass=...
 * is read as -r). */
int option_shown_length(const char *value);

#endif
