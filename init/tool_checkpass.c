// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "tool.h"
#include "verdict.h"

static bool judge(const struct secret *secret, const struct settings *settings,
                  struct failure *failure)
{
    static const char source[] = "standard input";
    size_t length;
    (void)secret_bytes(secret, &length);
    if (length == 0)
        return failure_set(failure, EX_DATAERR, 0, "password refused: %s is empty", source);
    struct verdict verdict = verdict_of(secret, settings);
    if (!verdict.accepted)
        return verdict_failure(&verdict, settings, source, failure);
    if (printf("password accepted: %s, %zu characters, estimated %.0f bits, %u needed\n",
               verdict.description, verdict.length, verdict.bits, settings->min_entropy) < 0 ||
        fflush(stdout) != 0)
        return failure_set(failure, EX_OSERR, errno, "standard output can't be written");
    return true;
}

bool tool_checkpass(const struct settings *settings, struct failure *failure)
{
    struct secret *secret = secret_new(failure);
    if (secret == NULL)
        return false;
    bool ok = secret_read_fd(secret, STDIN_FILENO, "standard input", failure) &&
              judge(secret, settings, failure);
    secret_free(secret);
    return ok;
}
