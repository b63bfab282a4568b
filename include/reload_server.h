// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_RELOAD_SERVER_H
#define REDIS_INIT_RELOAD_SERVER_H

#include "acl_line.h"
#include "overlap.h"
#include "server_link.h"

/*
 * What `redis-init reload` tells the server, each by one command whose answer is awaited. A server
 * that is not there, or has no time, is EX_TEMPFAIL; what it refuses EXIT_FAILURE, EX_OSERR.
 */

/* Connects and becomes the user redis-init; on a server without one `default`, by conf->password,
 * or where that is the old one no more by `fresh`, which may be NULL; nobody where it asks for no
 * password. */
bool reload_connect(struct server_link *link, const struct running_conf *conf, uid_t uid,
                    const struct secret *fresh, struct failure *failure) MUST_CHECK;

/*
 * Makes the user what the line says, in one command that begins with `reset`, so that no rule of
 * before stays; with the passwords of his that `overlap` still lets hold at `now`.
 */
struct reload_user {
    const struct acl_line *line;
    const struct overlap *overlap;
    long long now;
};
bool reload_set_user(struct server_link *link, const struct reload_user *user,
                     struct failure *failure) MUST_CHECK;

/*
 * The same of `default` where there are no users: CONFIG SET requirepass, so that what CONFIG GET
 * and CONFIG REWRITE say is right. It would leave the new password alone, so that the others follow
 * in one transaction.
 */
bool reload_set_password(struct server_link *link, const struct secret *secret,
                         const struct overlap *overlap, long long now,
                         struct failure *failure) MUST_CHECK;

/* His clients are disconnected. That there is none is fine. */
bool reload_delete_user(struct server_link *link, const char *name, size_t length,
                        struct failure *failure) MUST_CHECK;

/* Takes one password away. That it is gone already is fine. */
bool reload_take_password(struct server_link *link, const struct overlap_entry *entry,
                          struct failure *failure) MUST_CHECK;

/* CONFIG SET name to the password, or to a text that is none. */
bool reload_configure(struct server_link *link, const char *name, const struct secret *secret,
                      struct failure *failure) MUST_CHECK;
bool reload_configure_text(struct server_link *link, const char *name, const char *value,
                           struct failure *failure) MUST_CHECK;

#endif
