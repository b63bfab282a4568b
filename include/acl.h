// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ACL_H
#define REDIS_INIT_ACL_H

#include "acl_base.h"
#include "acl_file.h"
#include "acl_users.h"
#include "internal_user.h"
#include "server_features.h"

/* The server's users, read and judged; all zeros before acl_load(). */
struct acl {
    struct acl_base base;
    struct acl_users users;
    struct internal_user internal;
};

/*
 * Reads [redis] aclfile and the users' passwords, sees that the server at `program` knows what
 * their rules name, and refuses what it would refuse beside an aclfile: a `user` line of the
 * user's. EX_CONFIG, and what acl_base_load() and acl_users_load() say. Without users nothing of
 * this is done. Then makes the internal user, where the server has ACLs and `default` a password.
 */
bool acl_load(struct acl *acl, const struct acl_sources *sources, const char *program,
              const struct server_features *features, struct failure *failure) MUST_CHECK;

/* What the aclfile is written from; valid as long as `acl` is. */
struct acl_file acl_file_of(const struct acl *acl);

void acl_free(struct acl *acl);

#endif
