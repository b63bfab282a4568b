// SPDX-License-Identifier: Apache-2.0
#include "audit_state.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "private_file.h"
#include "run_file.h"

static void hash_text(crypto_hash_sha256_state *hash, const struct audit_text *text)
{
    (void)crypto_hash_sha256_update(hash, text->hash, sizeof(text->hash));
}

static void identify(unsigned char identity[AUDIT_HASH_SIZE], const struct audit_entry *entry)
{
    crypto_hash_sha256_state hash;
    (void)crypto_hash_sha256_init(&hash);
    if (entry->id >= 0) {
        (void)crypto_hash_sha256_update(&hash, (const unsigned char *)&entry->id,
                                        sizeof(entry->id));
    } else {
        hash_text(&hash, &entry->reason);
        hash_text(&hash, &entry->context);
        hash_text(&hash, &entry->object);
        hash_text(&hash, &entry->user);
    }
    (void)crypto_hash_sha256_final(&hash, identity);
}

/* The index of what was known of it: of several the one that has not changed, or changed least. */
static size_t find_known(const struct audit_state *state, const struct audit_known *now)
{
    size_t found = state->known_count;
    for (size_t i = 0; i < state->known_count; i++) {
        const struct audit_known *known = &state->known[i];
        if (memcmp(known->identity, now->identity, sizeof(now->identity)) == 0 &&
            known->count <= now->count &&
            (found == state->known_count || known->count > state->known[found].count))
            found = i;
    }
    return found;
}

/* The count that was said of it before; each is taken once. */
static long long take_known(struct audit_state *state, const struct audit_known *now)
{
    const size_t found = find_known(state, now);
    if (found == state->known_count)
        return 0;
    const long long count = state->known[found].count;
    state->known[found] = state->known[--state->known_count];
    return count;
}

/* From the oldest on: where two have no ids and are the same, the newer one is the further one. */
void audit_state_count(struct audit_state *state, const struct audit_log *log,
                       long long fresh[AUDIT_ENTRIES_MAX])
{
    struct audit_known now[AUDIT_ENTRIES_MAX] = {{.count = 0}};
    for (size_t i = log->count; i > 0; i--) {
        const struct audit_entry *entry = &log->entries[i - 1];
        identify(now[i - 1].identity, entry);
        now[i - 1].count = entry->count > 0 ? entry->count : 0;
        fresh[i - 1] = now[i - 1].count - take_known(state, &now[i - 1]);
    }
    memcpy(state->known, now, log->count * sizeof(now[0]));
    state->known_count = log->count;
}

void audit_counter_see(struct audit_counter *counter, long long value)
{
    if (value < counter->seen)
        counter->told = 0;
    counter->seen = value;
    if (counter->told > value)
        counter->told = value;
}

long long audit_counter_rest(struct audit_counter *counter)
{
    const long long rest = counter->seen - counter->told;
    if (rest <= 0)
        return 0;
    counter->told = counter->seen;
    return rest;
}

bool audit_state_read(struct audit_state *state, const char *run_dir, uid_t uid, const char *run_id,
                      struct failure *failure)
{
    struct run_file file = {.bytes = NULL};
    bool found = false;
    memset(state, 0, sizeof(*state));
    if (!run_file_read(&file, run_dir, AUDIT_NAME, uid, &found, failure))
        return false;
    if (found && file.length == sizeof(*state))
        memcpy(state, file.bytes, sizeof(*state));
    run_file_free(&file);
    if (strncmp(state->run_id, run_id, sizeof(state->run_id)) != 0 ||
        state->known_count > AUDIT_ENTRIES_MAX)
        memset(state, 0, sizeof(*state));
    return true;
}

bool audit_state_write(const struct audit_state *state, const char *run_dir,
                       struct failure *failure)
{
    return private_file_write(run_dir, AUDIT_NAME, (const char *)state, sizeof(*state), failure);
}
