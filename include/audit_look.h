// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_LOOK_H
#define REDIS_INIT_AUDIT_LOOK_H

#include "audit_clients.h"
#include "audit_link.h"
#include "audit_state.h"

/* What one process of the audit log knows. All zeros but for the settings, the uid and
 * link.link.fd, which is -1. Hundreds of KiB, which never grow. */
struct audit {
    const struct settings *settings;
    uid_t uid; /* of the server */
    struct audit_link link;
    struct audit_info info;
    struct audit_state state;
    struct audit_log log;
    struct audit_clients clients;
    size_t lines;           /* of authentications that this look has said */
    long long log_paused;   /* milliseconds since 1970: until then ACL LOG, ... */
    long long list_paused;  /* ... and CLIENT LIST are not asked for */
    long long accepted_due; /* when the count of authentications may be said again */
};

/*
 * Connects, reads what was said of this life of the server, and says its start if that was not.
 * What audit_link_open() and audit_link_ask() say, EX_CANTCREAT.
 */
bool audit_begin(struct audit *audit, struct failure *failure) MUST_CHECK;

/*
 * Asks the server once what it has refused, and with all-auth whom it let in, since the last look,
 * and says it: at most AUDIT_ENTRIES_MAX lines of each, then one with the count of all others. Then
 * keeps the state. What audit_link_ask() says, EX_CANTCREAT.
 */
bool audit_look(struct audit *audit, struct failure *failure) MUST_CHECK;

/* The line of the server's end. */
void audit_say_stop(void);

#endif
