// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ACL_SERVER_H
#define REDIS_INIT_ACL_SERVER_H

#include "acl_base.h"
#include "server_features.h"
#include "settings.h"

/* What the users are checked against. */
struct acl_server {
    const char *path; /* of the program */
    const struct server_features *features;
    bool loads_modules;  /* which bring commands and categories of their own */
    bool opens_channels; /* to a user of an aclfile: acl-pubsub-default, before 7.0 by default */
};

/*
 * Whether this server knows what the rules of the users and of the base name: ACLs at all,
 * selectors, databases, and each command and category, as far as it can be told from its program
 * file (of a script nothing); and that no channel of the base's is named behind all channels.
 * EX_CONFIG with file:line.
 */
bool acl_server_check(const struct acl_server *server, const struct settings *settings,
                      const struct acl_base *base, struct failure *failure) MUST_CHECK;

#endif
