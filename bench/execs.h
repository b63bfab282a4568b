// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_EXECS_H
#define BENCH_EXECS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * The kernel's own time stamps of execs, without slowing down what is measured: the process events
 * connector (linux/cn_proc.h, CONFIG_PROC_EVENTS), which needs root outside of any container.
 */

/* In nanoseconds of CLOCK_MONOTONIC. */
struct exec_times {
    int64_t first; /* exec of the process that is followed */
    int64_t last;  /* the last exec of it or of what it started */
    int64_t end;   /* its exit */
};

/* To be called before the process is started. */
int execs_open(void);

/* Follows a process and its descendants until it ends, and closes the descriptor. */
struct exec_times execs_follow(int fd, pid_t pid);

#endif
