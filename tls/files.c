// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sysexits.h>
#include <unistd.h>

#include "tls_judge.h"

/* What is mounted so has, from Windows, mode 0777. */
static bool is_read_only(int fd)
{
    struct statvfs mounted;
    return fstatvfs(fd, &mounted) == 0 && (mounted.f_flag & ST_RDONLY) != 0;
}

static bool judge(int fd, const char *path, bool is_private, struct tls_answer *answer)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return tls_refuse(answer, EX_NOINPUT, "%s can't be read: %s", path, strerror(errno));
    const unsigned mode = status.st_mode & 07777;
    if (!S_ISREG(status.st_mode))
        return tls_refuse(answer, EX_NOINPUT, "%s is not a regular file", path);
    if (is_private && (mode & S_IROTH) != 0)
        return tls_refuse(answer, EX_DATAERR,
                          "%s can be read by others (mode %04o), chmod o-r (in Kubernetes, "
                          "defaultMode: 0440 with an fsGroup)",
                          path, mode);
    if ((mode & (S_IWGRP | S_IWOTH)) != 0 && (is_private || !is_read_only(fd)))
        return tls_refuse(answer, EX_DATAERR, "%s can be written by others (mode %04o), chmod go-w",
                          path, mode);
    return true;
}

FILE *tls_open(const char *path, bool is_private, struct tls_answer *answer)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        tls_refuse(answer, EX_NOINPUT, "%s can't be opened by uid %u: %s", path, geteuid(),
                   strerror(errno));
        return NULL;
    }
    FILE *file = judge(fd, path, is_private, answer) ? fdopen(fd, "r") : NULL;
    if (file == NULL)
        (void)close(fd);
    if (file == NULL && answer->code == 0)
        tls_refuse(answer, EX_NOINPUT, "%s can't be read: %s", path, strerror(errno));
    return file;
}
