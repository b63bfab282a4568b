// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_RELOAD_TLS_H
#define REDIS_INIT_RELOAD_TLS_H

#include "certificate.h"
#include "report.h"
#include "run_file.h"
#include "running_conf.h"
#include "secret.h"
#include "settings.h"

/*
 * The part of `redis-init reload` for the files of [tls]. What the server has is not asked of it: a
 * handshake would not show its authorities. It stands in run_dir/redis.conf, from the judgement of
 * the start or of the last reload; where a reload did not come to its end it is not known, and the
 * server is told once more, which does no harm.
 */
struct reload_tls {
    const struct settings *settings;
    uid_t uid;                 /* of the server */
    struct secret *password;   /* owned: of the key; NULL: none */
    struct certificate wanted; /* what the files hold */
    struct certificate told;   /* what the server was told last */
    bool has_new_password;
    struct running_conf conf;  /* owned */
    struct run_file conf_text; /* owned */
};

/*
 * Reads and judges the files, as a start does, and what stands in run_dir. EX_NOINPUT: there is no
 * redis.conf of ours; EX_CONFIG: what only a start can change; else what tls_check() and
 * tls_password_load() say.
 */
bool reload_tls_load(struct reload_tls *tls, const struct settings *settings,
                     struct failure *failure) MUST_CHECK;

/*
 * Where they are others: has the server read all of them anew, by one command, sees by a handshake
 * that it shows the new certificate, writes that into run_dir/redis.conf, and says so. The server
 * takes them all or keeps what it has. EX_TEMPFAIL asks for another run, when the server can't be
 * told now, or does not show the new one; EXIT_FAILURE when it refuses.
 */
bool reload_tls_apply(struct reload_tls *tls, const struct report *report,
                      struct failure *failure) MUST_CHECK;

void reload_tls_free(struct reload_tls *tls);

#endif
