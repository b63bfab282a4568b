// SPDX-License-Identifier: Apache-2.0
#include "supervise_spawn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "supervise_child.h"
#include "supervise_signals.h"

static _Noreturn void run(char *const words[])
{
    if (setpgid(0, 0) == 0 && signals_restore())
        (void)execvp(words[0], words);
    _exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE);
}

pid_t spawn(char *const words[], const struct say *say)
{
    const pid_t pid = fork();
    if (pid == 0)
        run(words);
    if (pid < 0) {
        SAY(say, SAY_WARNING, "cannot start ", words[0], ": ", strerror(errno));
        return 0;
    }
    SAY(say, SAY_DETAIL, "started ", words[0], " as PID ", DECIMAL(pid));
    return pid;
}
