// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_INFO_H
#define REDIS_INIT_AUDIT_INFO_H

#include <stdbool.h>
#include <stddef.h>

/* What INFO says of the server and of its counters since it started, or since CONFIG RESETSTAT. */
struct audit_info {
    char run_id[64];
    char version[32];
    long long pid;
    long long clients; /* that are connected */
    bool
        has_counters; /* acl_access_denied_*: Redis 7.2 and later, Valkey. Else errorstat_* count */
    long long refused; /* authentications */
    long long denied;  /* commands, keys, channels ... */
    long long calls;   /* of AUTH and HELLO */
    long long failed;  /* of these; a server may count fewer than it has refused */
};

/* Adds what `text`, a section of INFO, says; what the counters have is added up. An audit_take. */
void audit_info_take(const char *text, size_t length, void *info);

/* The calls of AUTH and HELLO that succeeded. A HELLO without AUTH, by one who is in, is one, too.
 */
long long audit_info_accepted(const struct audit_info *info);

/* Before they are asked for again. */
void audit_info_forget_counters(struct audit_info *info);

#endif
