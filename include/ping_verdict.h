// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_PING_VERDICT_H
#define REDIS_INIT_PING_VERDICT_H

#include "server_answer.h"

enum ping_question { PING_AUTH, PING_PING, PING_REPLICATION };

enum ping_result {
    PING_DEAD,
    PING_ALIVE, /* it must not be killed, but is not ready to serve */
    PING_READY,
    PING_NEXT, /* the answer is as it should be; what comes next decides */
};

struct ping_verdict {
    enum ping_result result;
    char text[160]; /* the reason, in our own words, on one line */
};

/*
 * What an answer says of the server. Pure; dead until proven alive.
 *
 * Alive is who a restart would not heal, or would harm: LOADING, MASTERDOWN and BUSY, but also
 * MISCONF (it can't save, so a restart loses data) and NOPERM (an administrator's ACL; the password
 * was right). That all connections are taken is said before the password is asked for: a restart
 * would let whoever took them kill the server. What shows that the password is not accepted
 * (NOAUTH, WRONGPASS), or that none is asked for, is never alive. (Redis 5 to 8: server.c,
 * networking.c, acl.c; Valkey alike.)
 */
struct ping_verdict ping_verdict_of(enum ping_question question,
                                    const struct server_answer *answer);

#endif
