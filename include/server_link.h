// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SERVER_LINK_H
#define REDIS_INIT_SERVER_LINK_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "failure.h"
#include "running_conf.h"
#include "server_answer.h"

/* A connection to the server, which is closed by whoever opened it. */
struct server_link {
    int fd;
    struct timespec deadline;      /* on CLOCK_MONOTONIC, for all that is done here together */
    unsigned timeout;              /* the seconds that it was away, for the messages */
    char name[PATH_MAX];           /* "/run/redis-init/redis.sock", "127.0.0.1 port 6379" */
    struct answer_reader *answers; /* what has come */
};

/* A link that is not open, and the deadline `timeout` seconds from now. */
struct server_link server_link_new(unsigned timeout);

/* For one that lives on: the deadline is link->timeout seconds from now. */
void server_link_allow(struct server_link *link);

/*
 * Connects by the unix socket, or else to bind_local_of() the addresses, and makes sure before
 * anything is sent that it is a process of `uid` that listens there: of a unix socket by
 * SO_PEERCRED, of a TCP port by listener_of() and by an address that is this host's own. So no
 * other user gets the password by putting a socket there, or by taking the port of a server that
 * is down. EXIT_FAILURE with the reason, EX_OSERR.
 */
bool server_link_open(struct server_link *link, const struct running_conf *conf, uid_t uid,
                      struct failure *failure) MUST_CHECK;

/*
 * Sends all of it. That the server has hung up is no failure yet: what it said before may tell why.
 * EXIT_FAILURE.
 */
bool server_link_send(struct server_link *link, const char *bytes, size_t length,
                      struct failure *failure) MUST_CHECK;

/* The next answer, waiting for it until the deadline. EXIT_FAILURE: none came, or it is none. */
bool server_link_answer(struct server_link *link, struct server_answer *answer,
                        struct failure *failure) MUST_CHECK;

/* Up to `size` bytes of what comes next, for a reader other than link->answers; at least one.
 * EXIT_FAILURE: none came before the deadline, or the server has hung up. */
bool server_link_receive(struct server_link *link, char *bytes, size_t size, size_t *length,
                         struct failure *failure) MUST_CHECK;

void server_link_close(struct server_link *link);

#endif
