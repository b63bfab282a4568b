// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_WATCH_H
#define SUPERVISE_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/types.h>

#include "supervise_options.h"

/* What tells that a file is another one, or has other bytes, than when it was looked at. */
struct watch_mark {
    dev_t device;
    ino_t inode; /* 0: there is no such file */
    off_t size;
    long long changed, modified; /* nanoseconds */
};

/*
 * Runs a command when files change: it watches the folders that the files' names are in, because a
 * volume of Kubernetes gets its new files by the rename of a symbolic link there. inotify(7) tells
 * by a SIGIO, so that the loop goes on to wait for signals alone.
 */
struct watch {
    const struct supervise_options *options;
    int fd;        /* of inotify, -1 where there is none */
    bool unseen;   /* a change may come without an event: look every watch_poll seconds */
    bool wanted;   /* the command shall run though no file has changed */
    pid_t command; /* that runs, 0: none does */
    long long due; /* when there is something to do, milliseconds of the loop's clock; -1: never */
    long long
        settled_by; /* an event after that does not put it off any more; 0: nothing to settle */
    struct watch_mark marks[SUPERVISE_WATCH_MAX];
};

/* Begins to watch, at `now`. Without options->on_change nothing is ever due. */
void watch_start(struct watch *watch, const struct supervise_options *options, long long now);

/* Whether a signal that came, with options->on_change, is about the watch, and not for the child:
 * its own SIGIO, and any SIGHUP, which wants the command to run. */
bool watch_takes(struct watch *watch, const struct signalfd_siginfo *info, long long now);

/* Does what is due at `now`: starts the command if a file has changed and none runs. */
void watch_do(struct watch *watch, long long now);

/* To be told when the command has ended and was reaped. */
void watch_ended(struct watch *watch, const siginfo_t *info, long long now);

#endif
