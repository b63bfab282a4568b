// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "handoff.h"

bool handoff_keep_standard_fds(struct failure *failure)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
        if (fd < 0)
            return failure_set(failure, EX_OSERR, errno, "/dev/null can't be opened");
    } while (fd <= STDERR_FILENO);
    (void)close(fd);
    return true;
}
