// SPDX-License-Identifier: Apache-2.0
#ifndef VAULT_OPTION_TABLE_H
#define VAULT_OPTION_TABLE_H

#include "vault_options.h"

/* A row of the table: all that is known of an option. */
struct sync_option {
    const char *name;     /* with its dashes; first, so that nearest_name() can walk the table */
    char letter;          /* or 0 */
    const char *variable; /* that stands for it, or NULL */
    const char *argument; /* its name in --help, NULL when there is none */
    const char *help;
    const char *heading; /* above it in --help, or NULL */
    /* Stores the value (NULL without `argument`); EX_CONFIG, or EX_USAGE. */
    bool (*take)(struct sync_options *options, const struct sync_option *row, char *value,
                 struct failure *failure);
    size_t offset;             /* of the field in struct sync_options that `take` fills */
    unsigned minimum, maximum; /* of a number */
};

#define SYNC_OPTIONS_MAX 64

extern const struct sync_option sync_option_table[];
extern const size_t sync_option_count;

/* What holds where nothing else is said. */
struct sync_options sync_options_default(void);

#endif
