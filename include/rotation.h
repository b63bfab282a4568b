// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ROTATION_H
#define REDIS_INIT_ROTATION_H

#include "failure.h"
#include "options.h"
#include "password_source.h"
#include "settings.h"

/* --watch-poll, and a --watch, --on-change or --companion each; more than the supervisor takes. */
#define ROTATION_WORDS_MAX 40

/* The words of redis-init-supervise's that let secrets live; all zeros: rotation is off. */
struct rotation {
    char *words[ROTATION_WORDS_MAX]; /* owned */
    size_t count;
};

/* What a start knows of itself. */
struct rotation_start {
    const struct options *options;
    const struct settings *settings;
    const struct password *password;
    const char *server; /* the program's path */
    char *const *environment;
    bool aclfile_is_cut; /* acl_base.h */
    const char *renamed; /* by renamed_find(), or NULL */
    bool in_run_dir;     /* whether the server's files are there, and not in a memfd */
};

/*
 * As the server's uid, when its files are written: has redis-init-supervise run `redis-init reload`
 * when a file of passwords or of [tls] changes, and leaves it the variables that settings come
 * from, none of which is a secret, as run_dir/environment. Where passwords, certificates or both
 * can't change under a server that runs, this is said with the reason, as a notice. EX_CANTCREAT,
 * EX_OSERR.
 */
bool rotation_arrange(struct rotation *rotation, const struct rotation_start *start,
                      struct failure *failure) MUST_CHECK;

/*
 * Has redis-init-supervise run `redis-init TOOL`, with the variables of run_dir/environment, by an
 * option such as "--companion=". EX_CANTCREAT, EX_OSERR.
 */
bool rotation_add_tool(struct rotation *rotation, const struct rotation_start *start,
                       const char *option, const char *tool, struct failure *failure) MUST_CHECK;

void rotation_free(struct rotation *rotation);

#endif
