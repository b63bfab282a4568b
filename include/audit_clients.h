// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_CLIENTS_H
#define REDIS_INIT_AUDIT_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "audit_client.h"

/* With more clients than that, CLIENT LIST is not asked for: at 0.5 KB a client it is as long as an
 * answer may be, and costs the server some milliseconds. */
#define AUDIT_CLIENTS_MAX 1000

struct audit_seen {
    long long id;
    unsigned char user[AUDIT_HASH_SIZE];
};

/* The clients of the last CLIENT LIST. All zeros: there was none. */
struct audit_clients {
    struct audit_seen before[AUDIT_CLIENTS_MAX];
    struct audit_seen now[AUDIT_CLIENTS_MAX];
    size_t before_count, now_count;
    long long highest; /* id; before the first look, all up to it count as seen */
    bool looked;
};

/* Whether a client is one that was not seen before, or not as that user; called for each of a list.
 * One without a command yet is looked at again. */
bool audit_clients_take(struct audit_clients *clients, const struct audit_client *client);

/* The list has ended. */
void audit_clients_end(struct audit_clients *clients);

#endif
