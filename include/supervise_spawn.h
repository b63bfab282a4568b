// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_SPAWN_H
#define SUPERVISE_SPAWN_H

#include <sys/types.h>

#include "supervise_say.h"

/*
 * Starts a program beside the main child: words[0], looked up in PATH, in a process group of its
 * own, with no signal blocked and every disposition default. It inherits the environment and the
 * standard streams. Returns its PID, or 0 after a warning that says why there is none. One that
 * cannot be executed ends with 126 or 127, as child_start()'s does.
 */
pid_t spawn(char *const words[], const struct say *say);

#endif
