// SPDX-License-Identifier: Apache-2.0
#include "audit_clients.h"

#include <string.h>

static bool is_in(const struct audit_clients *clients, const struct audit_seen *seen)
{
    for (size_t i = 0; i < clients->before_count; i++)
        if (clients->before[i].id == seen->id &&
            memcmp(clients->before[i].user, seen->user, sizeof(seen->user)) == 0)
            return true;
    return false;
}

static bool has_command(const struct audit_client *client)
{
    static const char none[] = "NULL"; /* as catClientInfoString() in networking.c says it */
    return client->command.whole != strlen(none) ||
           memcmp(client->command.bytes, none, strlen(none)) != 0;
}

bool audit_clients_take(struct audit_clients *clients, const struct audit_client *client)
{
    struct audit_seen seen = {.id = client->id};
    memcpy(seen.user, client->user.hash, sizeof(seen.user));
    if (client->id < 0 || client->user.whole == 0 || !has_command(client) ||
        clients->now_count == AUDIT_CLIENTS_MAX)
        return false;
    clients->now[clients->now_count++] = seen;
    return clients->looked ? !is_in(clients, &seen) : client->id > clients->highest;
}

void audit_clients_end(struct audit_clients *clients)
{
    for (size_t i = 0; i < clients->now_count; i++)
        if (clients->now[i].id > clients->highest)
            clients->highest = clients->now[i].id;
    memcpy(clients->before, clients->now, clients->now_count * sizeof(clients->now[0]));
    clients->before_count = clients->now_count;
    clients->now_count = 0;
    clients->looked = true;
}
