// SPDX-License-Identifier: Apache-2.0
#include "conf_place.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private_file.h"

/* What the server opens then is the file behind the descriptor, whatever lies in any folder. */
static bool hand_over(struct conf_place_found *place, int fd, struct failure *failure)
{
    place->fd = fd;
    (void)snprintf(place->path, sizeof(place->path), "/proc/self/fd/%d", fd);
    if (fcntl(fd, F_SETFD, 0) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "redis.conf can't be handed over");
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one;
    struct stat other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static bool place_file(struct conf_place_found *place, const struct redis_conf *conf,
                       const char *bytes, size_t length, const struct report *report,
                       struct failure *failure)
{
    const struct settings *settings = conf->settings;
    const struct server_args *args = conf->args;
    struct private_file file;
    int n = snprintf(place->path, sizeof(place->path), "%s/" CONF_NAME, settings->run_dir);
    if (n < 0 || (size_t)n >= sizeof(place->path))
        return failure_set(failure, EX_CANTCREAT, ENAMETOOLONG, "run_dir, name a shorter one");
    if (args->has_conf_file && is_same_file(args->conf_file, place->path))
        return failure_set(failure, EX_CANTCREAT, 0,
                           "%s is your own, which would be lost: name another run_dir",
                           place->path);
    if (!private_file_write(&file, settings->run_dir, bytes, length, failure))
        return false;
    if (file.by_path) {
        (void)close(file.fd);
        return true;
    }
    report_line(report, REPORT_NOTICE,
                "others could swap %s or what leads there, so the server reads it by a descriptor",
                place->path);
    return hand_over(place, file.fd, failure);
}

static bool place_memfd(struct conf_place_found *place, const char *bytes, size_t length,
                        struct failure *failure)
{
    int fd = private_memfd(bytes, length, failure);
    return fd >= 0 && hand_over(place, fd, failure);
}

/* The conf in guarded memory, which the caller frees; NULL on failure. */
static char *render(const struct redis_conf *conf, size_t *length, struct failure *failure)
{
    *length = redis_conf_write(NULL, 0, conf);
    char *bytes = sodium_malloc(*length);
    if (bytes == NULL) {
        failure_set(failure, EX_OSERR, errno,
                    "no locked memory for redis.conf, raise the limit (ulimit -l)");
        return NULL;
    }
    (void)redis_conf_write(bytes, *length, conf);
    if (secret_lock(bytes, *length, failure))
        return bytes;
    sodium_free(bytes);
    return NULL;
}

static bool write_file(struct conf_place_found *place, const struct redis_conf *conf,
                       const struct report *report, struct failure *failure)
{
    size_t length;
    char *bytes = render(conf, &length, failure);
    bool ok = bytes != NULL && place_file(place, conf, bytes, length, report, failure);
    sodium_free(bytes);
    return ok;
}

/* Without run_dir there is no folder for a socket of ours. */
static bool write_memfd(struct conf_place_found *place, const struct redis_conf *conf,
                        struct failure *failure)
{
    size_t length;
    struct redis_conf rest = *conf;
    if (rest.socket != NULL && rest.socket->is_ours)
        rest.socket = NULL;
    char *bytes = render(&rest, &length, failure);
    bool ok = bytes != NULL && place_memfd(place, bytes, length, failure);
    sodium_free(bytes);
    return ok;
}

bool conf_place_write(struct conf_place_found *found, const struct redis_conf *conf,
                      const struct report *report, struct failure *failure)
{
    const enum conf_place place = conf->settings->conf;
    found->fd = -1;
    if (place == CONF_MEMFD)
        return write_memfd(found, conf, failure);
    if (write_file(found, conf, report, failure))
        return true;
    if (place == CONF_FILE || failure->exit_code != EX_CANTCREAT)
        return false;
    report_line(report, REPORT_NOTICE, "%s; redis.conf is kept in a sealed memfd", failure->text);
    return write_memfd(found, conf, failure);
}
