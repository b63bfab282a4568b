// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_RUNNING_CONF_H
#define REDIS_INIT_RUNNING_CONF_H

#include <limits.h>
#include <stddef.h>

#include "bind.h"
#include "secret.h"
#include "settings.h"

/* How the server that runs is reached. */
struct running_conf {
    struct secret *password;       /* owned; NULL: none */
    struct secret *credential;     /* owned: of the user redis-init; NULL: there is none */
    char socket[PATH_MAX];         /* of its unix socket, absolute; "": none */
    char bind[BIND_MAX];           /* addresses as redis.conf has them */
    unsigned port;                 /* 0: no TCP, or TLS alone */
    unsigned tls_port;             /* 0: no TLS */
    unsigned long long acl_folder; /* its inode number, as redis_conf.h has it; 0: none */
};

/*
 * Reads run_dir/redis.conf as redis-init wrote it at the start, so that what was an argument there
 * is known as well. The file is opened as `uid`, to which root turns for it, and the open file is
 * judged: a regular one of `uid`, which nobody else may read or write, with redis-init's first
 * line; anything else, and conf=memfd, leaves *found false. EX_OSERR; EX_CONFIG when one of ours
 * was changed into what can't be read.
 */
bool running_conf_read(struct running_conf *conf, const struct settings *settings, uid_t uid,
                       bool *found, struct failure *failure) MUST_CHECK;

/* The failure of who can't do without it: EX_NOINPUT. */
bool running_conf_missing(const struct settings *settings, uid_t uid, struct failure *failure);

/*
 * The same from the bytes of the file, behind which one more may be written: the last of each
 * directive that is looked for, and the server's default of one that CONFIG REWRITE left out. The
 * bytes of the passwords are overwritten with zeros.
 */
bool running_conf_parse(struct running_conf *conf, char *bytes, size_t length,
                        struct failure *failure) MUST_CHECK;

/* A relative path of the socket becomes absolute: the server takes it from data_dir, its working
 * directory. EX_CONFIG when that is too long. */
bool running_conf_socket_in(struct running_conf *conf, const char *data_dir,
                            struct failure *failure) MUST_CHECK;

/* Wipes the passwords. */
void running_conf_free(struct running_conf *conf);

#endif
