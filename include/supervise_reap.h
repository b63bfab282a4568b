// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_REAP_H
#define SUPERVISE_REAP_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "supervise_child.h"
#include "supervise_options.h"

enum reap_event {
    REAP_NOTHING, /* no child has changed */
    REAP_ENDED,   /* the main child ended */
    REAP_CHILD_STOPPED,
    REAP_OWN_ENDED, /* a process of ours; reaper.ended says which, and how */
    REAP_NO_CHILDREN,
};

/* 0 for an exit code that is remapped, else the code itself. Pure. */
int reap_remap(const struct supervise_options *options, int code);

/*
 * The exit code for a wait status of a process that has ended: its own code, or 128 plus the number
 * of the signal; 0 if that is remapped. Pure.
 */
int reap_exit_code(const struct supervise_options *options, int status);

/* What --on-change and --companion have started. */
enum { REAPER_COMMAND, REAPER_COMPANION, REAPER_OWN };

/*
 * As PID 1 each end costs one system call. Elsewhere an end is looked at before it is taken: the
 * main child stays a zombie, so that its PID is still its own when reap_terminate_rest() signals
 * its group.
 */
struct reaper {
    int keep;              /* WNOWAIT, or 0 */
    int stop_signal;       /* of REAP_CHILD_STOPPED */
    pid_t own[REAPER_OWN]; /* processes that are no orphans, 0 for none */
    siginfo_t ended;       /* of REAP_OWN_ENDED */
    int status;            /* the wait status of REAP_ENDED, -1 while the child is a zombie */
};

struct reaper reaper_new(void);

/*
 * Reaps everything that has ended but the main child, until something happens to that one or
 * nothing is left to reap. Never waits. After reap_child() it is called with a child.pid of 0.
 */
enum reap_event reap(struct reaper *reaper, const struct supervise_options *options,
                     const struct child *child);

/* The wait status of the main child that has ended, which is then reaped; -1 with errno. */
int reap_child(const struct reaper *reaper, const struct child *child);

/*
 * Sends SIGTERM to what is left when the main child has ended, before reap_child(): to everything
 * in the PID namespace when this process is its PID 1; otherwise, never with kill(-1), to the
 * child's process group and to the processes that were adopted.
 */
void reap_terminate_rest(const struct child *child);

#endif
