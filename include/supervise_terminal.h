// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_TERMINAL_H
#define SUPERVISE_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * If the foreground process group of the controlling terminal is `from`, makes it `to`. SIGTTOU
 * must be blocked. Returns false when there is no such terminal, or another group is in the
 * foreground.
 */
bool terminal_pass(pid_t from, pid_t to);

/*
 * To be called when job control has stopped the child's process group. The shell that started us
 * waits for our own group and knows nothing of the child's; so what the terminal does to the
 * child's group happens to ours too: after Ctrl-Z the whole job stops here, and this function
 * returns when it is continued, with the SIGCONT pending. There are two exceptions: a child that
 * wanted the terminal (SIGTTIN, SIGTTOU) while it has been given to our group gets it; and where
 * nobody could ever continue us (PID 1, an orphaned process group), a stop that came from the
 * terminal does not last, as for any program there, if `may_undo`. All signals must be blocked.
 * Returns true when it has continued the child.
 */
bool terminal_follow_stop(pid_t child, int stop_signal, bool may_undo);

#endif
