// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_TOOL_H
#define REDIS_INIT_TOOL_H

#include "options.h"
#include "settings.h"

/* The subcommands; each prints its answer on standard output and changes nothing. A tool that is
 * run beside the server must not speak for it: none writes a termination message. */

/*
 * `redis-init config`: the settings, then the redis.conf of this start with the secrets redacted,
 * then what is to be said of the password. A refused password is a failure here as it is at start;
 * a missing one is only noted.
 */
bool tool_config(const struct options *options, struct settings *settings, char **environment,
                 struct failure *failure) MUST_CHECK;

/* `redis-init checkpass`: judges standard input. EX_DATAERR when it is refused, EX_NOINPUT when it
 * can't be read. */
bool tool_checkpass(const struct settings *settings, struct failure *failure) MUST_CHECK;

/* `redis-init genpass`: 256 random bits as 64 hexadecimal digits. */
bool tool_genpass(struct failure *failure) MUST_CHECK;

/*
 * `redis-init ping`: asks the server that redis-init started whether it is alive, or with --ready
 * whether it is ready, within options->ping_timeout (the reading of files aside). Root is dropped
 * before anything is connected to. EXIT_FAILURE when it is not; EX_NOINPUT and EX_DATAERR when the
 * password can't be had, EX_NOPERM when root can't be dropped.
 */
bool tool_ping(const struct options *options, const struct settings *settings, char **environment,
               struct failure *failure) MUST_CHECK;

/*
 * `redis-init reload`: reads and judges all secrets anew, and gives the running server what is
 * another than it was told last; root is dropped first. Nothing is changed where anything is wrong.
 * An old password holds on for [rotation] overlap, then a further run takes it away. EX_TEMPFAIL
 * asks for another run: without a text because of that, with one where the server can't be told
 * now, or what was begun is not completed. Else what a start says of the same secret, EXIT_FAILURE
 * when the server refuses.
 */
bool tool_reload(const struct options *options, struct settings *settings, char **environment,
                 struct failure *failure) MUST_CHECK;

/* Of what ended a reload, also before tool_reload(): one that passes by itself, as a full disk or a
 * limit that is reached does, asks for another run. */
void tool_reload_again(struct failure *failure);

/*
 * `redis-init audit`: writes the audit log of the running server to stderr until that ends, or a
 * signal asks to stop; root is dropped first. It asks the server once a second, and changes
 * nothing there. EX_CONFIG when [audit] log is off, EX_OSERR; what happens to the connection is no
 * failure.
 */
bool tool_audit(const struct options *options, const struct settings *settings,
                struct failure *failure) MUST_CHECK;

#endif
