// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "tool.h"

#define RANDOM_BYTES 32 /* 256 bits */
#define HEX_DIGITS 64   /* two a byte */

struct fresh_password {
    unsigned char random[RANDOM_BYTES];
    char line[HEX_DIGITS + 1]; /* the digits, then the NUL, which becomes the line end */
};

/* Not through stdio, whose buffer would keep a copy. */
bool tool_genpass(struct failure *failure)
{
    struct fresh_password *fresh = sodium_malloc(sizeof(*fresh));
    if (fresh == NULL)
        return failure_set(failure, EX_OSERR, errno, "no locked memory for a password");
    randombytes_buf(fresh->random, sizeof(fresh->random));
    sodium_bin2hex(fresh->line, sizeof(fresh->line), fresh->random, sizeof(fresh->random));
    fresh->line[HEX_DIGITS] = '\n';
    ssize_t written = write(STDOUT_FILENO, fresh->line, sizeof(fresh->line));
    int error = errno;
    sodium_free(fresh);
    if (written == HEX_DIGITS + 1)
        return true;
    return failure_set(failure, EX_OSERR, written < 0 ? error : ENOSPC,
                       "standard output can't be written");
}
