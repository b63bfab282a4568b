// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_CONF_PLACE_H
#define REDIS_INIT_CONF_PLACE_H

#include <limits.h>

#include "acl_file.h"
#include "redis_conf.h"

/* Where redis.conf and the aclfile went; what the server is started with. */
struct conf_place_found {
    char path[PATH_MAX]; /* run_dir/redis.conf, or /proc/self/fd/N */
    int fd;              /* the descriptor to keep through exec, or -1 */
    int acl_fd;          /* likewise of the aclfile, or of the folder that it is in */
    bool in_run_dir;     /* they are files there, also where the server has them by descriptor */
};

/*
 * Renders the aclfile (when conf->has_users; `acl` may be NULL otherwise) and the conf that names
 * it into guarded memory, puts them where [redis] conf says and wipes its copies. With conf=auto a
 * run_dir that can't be written leads to a memfd, which is said. In a run_dir where others could
 * swap the files the server gets redis.conf by its descriptor, and the aclfile, which ACL LOAD
 * reads again, by that of a folder of its own (acl_folder.h). In a memfd there is no internal user:
 * nobody could read the credential. EX_CANTCREAT, EX_OSERR.
 */
bool conf_place_write(struct conf_place_found *place, const struct redis_conf *conf,
                      const struct acl_file *acl, const struct report *report,
                      struct failure *failure) MUST_CHECK;

#endif
