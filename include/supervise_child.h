// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_CHILD_H
#define SUPERVISE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* and the id of its process group */
    const char *program;
};

enum { EXIT_CANNOT_EXECUTE = 126, EXIT_NOT_FOUND = 127 };

/*
 * Starts argv[0], looked up in PATH, in a process group of its own, in the terminal's foreground if
 * this process is there, with no signal blocked and every disposition default. It inherits the
 * environment, the working folder and every descriptor that is not close-on-exec. All signals must
 * be blocked. Before the program runs, this process lets go of what only the program needs: every
 * descriptor from 3 on (one may be a file with a password) and the working folder (it would keep a
 * mount busy). Returns true once the program runs. Returns false with errno and *exit_code:
 * EX_OSERR when there could be no process, else 126 or 127 (POSIX, 2.8.2 "Exit Status for
 * Commands"); the process has then been reaped.
 */
bool child_start(struct child *child, char *const argv[], int *exit_code);

#endif
