// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_LINK_H
#define REDIS_INIT_AUDIT_LINK_H

#include "audit_answer.h"
#include "server_link.h"
#include "settings.h"

/* A connection that lasts, to the server of run_dir, as its user redis-init. All zeros but for
 * link.fd, which is -1: it is not open. */
struct audit_link {
    struct server_link link;
    struct audit_reader *reader; /* owned */
};

/* Seconds for one answer. A server that is busy for longer is asked again. */
#define AUDIT_ANSWER_TIMEOUT 5

/*
 * Connects and logs in. EX_NOINPUT: run_dir has no redis.conf of ours with that user; EX_OSERR;
 * EXIT_FAILURE: nobody answers, with the errno of connect(2) where nothing listens. On failure it
 * is closed.
 */
bool audit_link_open(struct audit_link *link, const struct settings *settings, uid_t uid,
                     struct failure *failure) MUST_CHECK;

/*
 * Asks by an inline command, which ends in \r\n, and takes from the answer what is wanted.
 * EX_TEMPFAIL: the answer is an error; EX_DATAERR: it is longer than AUDIT_ANSWER_MAX;
 * EXIT_FAILURE: there is none. After the last two the link is closed.
 */
bool audit_link_ask(struct audit_link *link, const char *question, const struct audit_want *want,
                    struct failure *failure) MUST_CHECK;

void audit_link_close(struct audit_link *link);

#endif
