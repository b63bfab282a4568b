// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_REDIS_CONF_H
#define REDIS_INIT_REDIS_CONF_H

#include <stddef.h>

#include "certificate.h"
#include "internal_user.h"
#include "secret.h"
#include "server_args.h"
#include "server_features.h"
#include "server_socket.h"
#include "settings.h"

/* What becomes of a directive that redis-init has a word in. */
enum directive_rule {
    DIRECTIVE_FREE,     /* none of ours: it goes into redis.conf as it is */
    DIRECTIVE_PASSWORD, /* requirepass: a source of the password */
    DIRECTIVE_SETTING,  /* as an argument it overrides the setting of that name */
    DIRECTIVE_PRIMARY,  /* masterauth: ours unless the user gives one */
    DIRECTIVE_OURS,     /* always ours: the user's is left out, with a warning */
    DIRECTIVE_REFUSED,  /* would undo the password: the start is refused */
};

struct directive_owner {
    const char *name;
    enum directive_rule rule;
    const char *setting; /* the ini key, for DIRECTIVE_SETTING */
    const char *instead; /* what to do instead, for the error */
};

/* The bytes at the beginning of `text` that a directive's name may have: none of Redis's has a
 * blank or a quote, which would hide it from redis_conf_owner(). */
size_t redis_conf_name_length(const char *text);

/* Whether the directive is `user`, which the server refuses beside an aclfile. */
bool redis_conf_is_user(const char *name, size_t length);

/*
 * The row for a directive, whose name Redis reads without regard to case, and the value as it
 * stands (only `user` looks at it); NULL for a free one.
 */
const struct directive_owner *redis_conf_owner(const char *name, size_t length, const char *value);

/* The directive of a password that a misspelt name was probably meant to be (nearest_name()), or
 * NULL: the server would print the line, with the password. */
const char *redis_conf_secret_meant(const char *name, size_t length);

struct redis_conf {
    const struct settings *settings;
    const struct server_args *args;
    const struct server_features *features;
    const struct secret *tls_password;     /* of [tls] key_file; NULL: none, or redacted */
    const struct certificate *certificate; /* of [tls], as it was judged; NULL: redacted */
    const char *bind;                      /* resolved addresses */
    const struct secret *password;         /* NULL: none (allow_empty_password, or redacted) */
    bool redacted;                         /* `requirepass <redacted>` for people to read */
    bool has_users;                        /* the server gets an aclfile, and no requirepass */
    const char *aclfile;                   /* where the server finds it; NULL when redacted */
    unsigned long long acl_folder;         /* acl_folder_make(); 0: it has none of its own */
    const struct secret *primary_auth;     /* masterauth, where it is not the password; or NULL */
    const struct internal_user *internal;  /* NULL: there is none */
    const struct server_socket *socket;    /* NULL: no word of ours about a unix socket */
};

/* The first line, by which a redis.conf of ours is known again. */
#define REDIS_CONF_HEADER                                                                          \
    "# Written by redis-init at each start: change its settings, not this file.\n"

/* A comment to the server: the password of the user redis-init, for whoever may read this file. */
#define REDIS_CONF_CREDENTIAL "#credential"

/* Likewise: the certificates that the server has, as certificate_print() has them. */
#define REDIS_CONF_CERTIFICATE "#certificate"

/* Likewise: the inode number of the aclfile's own folder, if there is one. */
#define REDIS_CONF_ACL_FOLDER "#aclfolder"

/*
 * The bytes of redis.conf: the user's first, then what redis-init controls, which wins. Pure.
 * Returns the bytes needed and writes no more than `size`, as snprintf(3) does, without a NUL.
 */
size_t redis_conf_write(char *out, size_t size, const struct redis_conf *conf);

#endif
