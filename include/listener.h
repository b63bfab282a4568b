// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_LISTENER_H
#define REDIS_INIT_LISTENER_H

#include <stdio.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "failure.h"

enum listener {
    LISTENER_NONE,
    LISTENER_OURS,    /* of that uid, all that there are */
    LISTENER_FOREIGN, /* of another */
    LISTENER_UNKNOWN, /* the kernel does not say */
};

/*
 * Who would take a TCP connection to `address` (AF_INET or AF_INET6) in this network namespace,
 * by /proc/net/tcp and tcp6, which name the uid that made each socket. A socket of the same uid in
 * another container of the same pod can't be told from one of ours.
 */
enum listener listener_of(const struct sockaddr *address, uid_t uid);

/* The same by one table, as proc_net_tcp.rst of the kernel's documentation has it: those that
 * listen come first. For the tests and the fuzzer. */
enum listener listener_in_table(FILE *table, const struct sockaddr *address, uid_t uid);

#endif
