// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ACL_BASE_H
#define REDIS_INIT_ACL_BASE_H

#include <stddef.h>

#include "acl_rules.h"
#include "settings.h"

/* The largest aclfile that is read, in bytes, and the most users of it; each costs the server
 * memory and `ACL LIST` a line. */
#define ACL_BASE_MAX 1048576
#define ACL_BASE_USERS_MAX 1024

/* A line of the user's aclfile; points into the text of it. */
struct acl_base_user {
    const char *name;
    size_t name_length;
    const char *rules;
    size_t rules_length;
    unsigned line; /* counted from 1 */
};

/* The user's own aclfile, [redis] aclfile: judged, and free of passwords in clear. */
struct acl_base {
    char *text;                  /* owned; NULL: there is none */
    struct acl_base_user *users; /* owned */
    size_t count;
    bool is_cut; /* the file ends inside a line, as one that is being written may */
};

/*
 * Opens [redis] aclfile, judges the open file (regular, not writable by group or others), and reads
 * it as ACLLoadFromFile() in acl.c does, but for lines that begin with #, which are comments here.
 * EX_CONFIG with file:line: not `user NAME RULES`, a rule as acl_rules_check() refuses it, a user
 * twice or in [user NAME] as well, `user default` and `user redis-init`, which are not the file's,
 * a password of two users, by its hash, and a user who is `on` and `nopass` or has the hash of an
 * empty password, unless allow_empty_password is set; a file without a line, as one is that is
 * being written. EX_OSERR.
 */
bool acl_base_load(struct acl_base *base, const struct settings *settings,
                   struct failure *failure) MUST_CHECK;

/* The same of bytes that `base` takes over, for the tests and the fuzzer. */
bool acl_base_parse(struct acl_base *base, char *text, size_t length,
                    const struct settings *settings, struct failure *failure) MUST_CHECK;

/* Who has the password with that hash, or NULL. */
const struct acl_base_user *acl_base_owner(const struct acl_base *base, const char *hash);

void acl_base_free(struct acl_base *base);

#endif
