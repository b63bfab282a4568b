// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "secret.h"
#include "tool.h"

/* Not through stdio, whose buffer would keep a copy. */
bool tool_genpass(struct failure *failure)
{
    static const char line_end[] = "\n";
    struct secret *secret = secret_fresh(failure);
    if (secret == NULL)
        return false;
    size_t length;
    const char *bytes = secret_bytes(secret, &length);
    const struct iovec parts[] = {{(void *)(uintptr_t)bytes, length},
                                  {(void *)(uintptr_t)line_end, strlen(line_end)}};
    const ssize_t written = writev(STDOUT_FILENO, parts, 2);
    const int error = errno;
    secret_free(secret);
    if (written == (ssize_t)length + 1)
        return true;
    return failure_set(failure, EX_OSERR, written < 0 ? error : ENOSPC,
                       "standard output can't be written");
}
