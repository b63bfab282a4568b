// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_SIGNALS_H
#define SUPERVISE_SIGNALS_H

#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/types.h>

#include "supervise_options.h"

#define SIGNAL_NAME_SIZE 24

/*
 * A signal of a name with or without SIG, in any case ("TERM", "sigterm", "RTMIN+3", "RTMAX-1"), or
 * of a number. Returns 0..64, or -1. Real-time names count from 34, as in glibc, also where the
 * libc reserves one more.
 */
int signal_number(const char *text);

/* "SIGTERM", "SIGRTMIN+3" or "signal 32" in `buffer`, which is returned. */
const char *signal_name(int signal, char buffer[SIGNAL_NAME_SIZE]);

#define SIGNAL_NAME(signal) signal_name((signal), (char[SIGNAL_NAME_SIZE]){0})

/* What asks a program to end: SIGTERM, SIGINT, SIGQUIT. */
bool signal_is_stop(int signal);

/*
 * True when a child that was stopped by this signal was stopped by job control: SIGTSTP, SIGTTIN or
 * SIGTTOU, or what the rewrites turn one of them into.
 */
bool signal_is_job_control(const struct supervise_options *options, int signal);

/*
 * Blocks all 64 signals, also the two or three that the libc keeps for its threads and leaves out
 * of sigfillset(3). SIGCHLD gets its default disposition: when it is inherited as ignored, the
 * kernel reaps, and exit codes are lost. Returns false with errno.
 */
bool signals_block(void);

/* In the child, before exec: all dispositions default, none blocked. Returns false with errno. */
bool signals_restore(void);

/* The first of SIGTERM, SIGINT, SIGQUIT and SIGHUP that is pending and not rewritten to 0; 0 for
 * none, -1 with errno. */
int signals_pending_end(const struct supervise_options *options);

/* A blocking, close-on-exec signalfd(2) of all 64 signals. Returns -1 with errno. */
int signals_open(void);

/*
 * The signal to send for one that came, after the rewrites; 0 for none. Not passed on are SIGCHLD,
 * what a log line of the supervisor's own caused (SIGPIPE, SIGXFSZ), and the kernel's SIGTTIN and
 * SIGTTOU, which are about the supervisor's process group and not about the child's.
 */
int signal_to_send(const struct supervise_options *options, const struct signalfd_siginfo *info,
                   pid_t self);

/*
 * Sends `signal` to the child, or to its process group. One that came from sigqueue(3) keeps its
 * value and its sender when it goes to one process; the kernel has no such call for a group.
 * Returns false with errno.
 */
bool signal_send(pid_t child, bool group, int signal, const struct signalfd_siginfo *info);

#endif
