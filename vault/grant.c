// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "vault_json.h"
#include "vault_session.h"

/* A lease of more than ten years is as none, and keeps the milliseconds from overflowing. */
#define LEASE_MAX_SECONDS (10 * INT64_C(365) * 86400)

bool vault_grant_read(struct vault_grant *grant, const json_t *answer, struct failure *failure)
{
    const json_t *auth = json_object_get(answer, "auth");
    const json_t *token = json_object_get(auth, "client_token");
    const int64_t lease = json_whole(json_object_get(auth, "lease_duration"));
    const char *kind = json_string_value(json_object_get(auth, "token_type"));
    if (json_is_object(json_object_get(auth, "mfa_requirement")) && json_string_length(token) == 0)
        return failure_set(failure, EX_NOPERM, 0,
                           "Vault wants a second factor for this login, which no job has: let the "
                           "role do without");
    if (json_string_length(token) == 0)
        return failure_set(failure, EX_UNAVAILABLE, 0,
                           "the answer of Vault is malformed: it has no auth.client_token");
    *grant = (struct vault_grant){
        .token = json_string_value(token),
        .token_length = json_string_length(token),
        .lease_ms = lease > 0 && lease < LEASE_MAX_SECONDS ? lease * 1000 : 0,
        .is_renewable = json_is_true(json_object_get(auth, "renewable")),
        .is_batch = kind != NULL && strcmp(kind, "batch") == 0,
    };
    return true;
}
