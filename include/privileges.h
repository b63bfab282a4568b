// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_PRIVILEGES_H
#define REDIS_INIT_PRIVILEGES_H

#include <sys/types.h>

#include "failure.h"

/* Whether this process is root, really or effectively, and so has something to drop. */
bool privileges_are_root(void);

/*
 * Before any secret is in memory: no core dumps, of this process and what it becomes (of a limit
 * and, for hosts that pipe them, of contents: core(5)). EX_OSERR.
 */
bool privileges_forbid_cores(struct failure *failure) MUST_CHECK;

/* EX_NOPERM where a setuid or setgid bit lets the caller do what is not his: his
 * environment names folders that root would give away. */
bool privileges_are_the_callers(struct failure *failure) MUST_CHECK;

/*
 * What the server inherits and only root may raise: open files (Redis wants 10,032 for its default
 * maxclients), umask 0077 unless one was set. EX_OSERR.
 */
bool privileges_set_limits(struct failure *failure) MUST_CHECK;

/* Before anything is changed: whether root has what privileges_drop() needs. EX_NOPERM. */
bool privileges_can_drop(struct failure *failure) MUST_CHECK;

/*
 * For root: files are opened with the rights of uid:gid from here on, as they are needed for a
 * private folder of that user where root has no CAP_DAC_OVERRIDE; with those of root again for 0:0.
 * For another user, nothing.
 */
void privileges_open_files_as(uid_t uid, gid_t gid);

/*
 * Becomes uid:gid for good: no supplementary groups, gid, uid, every capability set empty (with
 * CAP_SETPCAP the bounding set and the securebits too), no_new_privs. Then tries to become root
 * again; if anything of it succeeds, or a set is not empty, the answer is EX_NOPERM. For a process
 * that is not root, uid and gid stay as they are and the rest holds as well.
 */
bool privileges_drop(uid_t uid, gid_t gid, struct failure *failure) MUST_CHECK;

#endif
