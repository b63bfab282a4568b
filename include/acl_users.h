// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ACL_USERS_H
#define REDIS_INIT_ACL_USERS_H

#include <stddef.h>

#include "acl_base.h"
#include "report.h"
#include "secret.h"
#include "server_args.h"
#include "settings.h"
#include "user_word.h"

/* A user with the hashes of the judged passwords. */
struct acl_user {
    const struct user_settings *settings;
    char hashes[USER_PASSWORDS_MAX][SECRET_HASH_SIZE];
    size_t hash_count;
};

/* The users of the ini, in its order; no password of theirs is kept but one. */
struct acl_users {
    struct acl_user *list; /* owned; also [user default], without hashes */
    size_t count;
    char default_hash[SECRET_HASH_SIZE]; /* of the password of `default`; "": it is off */
    struct secret *primary_auth;         /* owned: of the one whom masteruser names, or NULL */
};

struct acl_sources {
    const struct settings *settings;
    const struct server_args *args;
    const struct server_args *seen; /* by which the server's directives are found; NULL: args */
    char *const *environment;       /* the passwords in it are overwritten with zeros */
    const struct secret *password;  /* of `default`, judged; NULL: none */
    const struct report *report;
};

/*
 * Reads each password of each user, judges it by the settings' policy and by what user_conf_check()
 * and handoff_forget() say of it, and keeps its hash. EX_NOINPUT: a variable is not set or a file
 * can't be read. EX_DATAERR: empty, weak, unfit, or two users (`default` and those of `base` are
 * some, too) share one. Errors name the user and the line of the ini, never the value. What
 * user_conf_check() says.
 */
bool acl_users_load(struct acl_users *users, const struct acl_base *base,
                    const struct acl_sources *sources, struct failure *failure) MUST_CHECK;

/* The user's directive, as user_word_of() finds it. */
struct user_word acl_users_word(const struct acl_sources *sources, const char *name,
                                const char *alike);

void acl_users_free(struct acl_users *users);

#endif
