// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_USER_LOGIN_H
#define REDIS_INIT_USER_LOGIN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What the rules of a `user` line make of how the user logs in, as ACLSetUser() in acl.c does from
 * Redis 6.0 to 8 and in Valkey. Whether the rules are right is the server's to say. Pure.
 */
struct user_login {
    size_t to_skip;   /* words in front of the rules */
    const char *hash; /* of another's password, as secret_hash() writes it; NULL: none */
    bool enabled;
    bool no_password;
    bool clear_password; /* one is given in clear */
    bool has_hash;       /* that one is given */
};

/* The next word, as the server has it, without quotes. */
void user_login_take(struct user_login *login, const char *word, size_t length);

/* The words of `text`, which are quoted as in redis.conf. */
void user_login_read(struct user_login *login, const char *text, size_t length);

/* Whether any password will do. */
bool user_login_is_open(const struct user_login *login);

#endif
