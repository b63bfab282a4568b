// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ACL_FILE_H
#define REDIS_INIT_ACL_FILE_H

#include <stddef.h>

#include "acl_base.h"
#include "acl_users.h"

/* What the server's aclfile is made of. */
struct acl_file {
    const struct acl_base *base;
    const struct acl_users *users;
    const char *internal_hash; /* of the user redis-init; NULL: there is none */
    bool redacted;             /* `#<redacted>` for people to read */
};

/*
 * The bytes of the aclfile: the base's users, `default`, those of the ini, redis-init's own; a line
 * each, with hashes alone, and `default` never nopass. Every line says all of a user, whatever the
 * server's defaults are. Pure; returns as redis_conf_write() does.
 */
size_t acl_file_write(char *out, size_t size, const struct acl_file *file);

#endif
