// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_INTERNAL_USER_H
#define REDIS_INIT_INTERNAL_USER_H

#include "byte_sink.h"
#include "secret.h"

/*
 * The server's user `redis-init`, whom ping logs in as: so the probe needs no password of an
 * application's, and works with `default_user = off`. It has a password of 256 random bits that is
 * new at each start and stands in run_dir/redis.conf alone, and no rights to keys, channels and
 * other commands than PING, INFO, those that change passwords and certificates in the running
 * server, and ACL LOG and CLIENT LIST for the audit log. Servers without ACLs have none.
 */
struct internal_user {
    struct secret *credential; /* owned; NULL: there is none */
    char hash[SECRET_HASH_SIZE];
};

/* EX_OSERR. */
bool internal_user_new(struct internal_user *user, struct failure *failure) MUST_CHECK;
void internal_user_free(struct internal_user *user);

/* The line `user redis-init ...`, as an aclfile and redis.conf have it alike; `hash` NULL redacts
 * it. */
void internal_user_put(struct byte_sink *sink, const char *hash);

#endif
