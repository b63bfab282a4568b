// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_STATE_H
#define REDIS_INIT_AUDIT_STATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "audit_answer.h"
#include "audit_info.h"
#include "failure.h"

/* An entry of ACL LOG that was said, up to this count. */
struct audit_known {
    unsigned char identity[AUDIT_HASH_SIZE];
    long long count;
};

/* A counter of the server's, and how much of it has been said. */
struct audit_counter {
    long long seen;
    long long told;
};

/*
 * What was said of this life of the server. It is kept as run_dir/audit, so that a process that
 * takes over from one that was killed repeats nothing and leaves nothing out.
 */
struct audit_state {
    char run_id[64]; /* INFO's; another life of the server makes a new state */
    struct audit_counter refused, denied, accepted;
    long long client; /* the highest id that was looked at by CLIENT LIST */
    struct audit_known known[AUDIT_ENTRIES_MAX];
    size_t known_count;
};

/*
 * Of each entry of `log` how often it happened since it was said, which it now is. Where entries
 * have no ids (before Redis 7.2), one is the same as another of the same reason, context, object
 * and user. Pure.
 */
void audit_state_count(struct audit_state *state, const struct audit_log *log,
                       long long fresh[AUDIT_ENTRIES_MAX]);

/* A counter of the server's has this value; a lower one than before is one that began anew. It has
 * all that was said by the last look; what is missing there (what a script was denied, before Redis
 * 7.2) is not to be taken off what comes. */
void audit_counter_see(struct audit_counter *counter, long long value);

/* How much of it has not been said, which it now is; what was said before it was counted is none of
 * it. */
long long audit_counter_rest(struct audit_counter *counter);

/* All zeros where there is no file, or none of this run_id. EX_OSERR. */
bool audit_state_read(struct audit_state *state, const char *run_dir, uid_t uid, const char *run_id,
                      struct failure *failure) MUST_CHECK;
/* EX_CANTCREAT. */
bool audit_state_write(const struct audit_state *state, const char *run_dir,
                       struct failure *failure) MUST_CHECK;

#endif
