// SPDX-License-Identifier: Apache-2.0
#include "conf_place.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#include "private_file.h"

static bool place_file(struct conf_place_found *place, const struct settings *settings,
                       const char *bytes, size_t length, struct failure *failure)
{
    int n = snprintf(place->path, sizeof(place->path), "%s/" CONF_NAME, settings->run_dir);
    if (n < 0 || (size_t)n >= sizeof(place->path))
        return failure_set(failure, EX_CANTCREAT, ENAMETOOLONG, "run_dir");
    return private_file_write(settings->run_dir, bytes, length, failure);
}

static bool place_memfd(struct conf_place_found *place, const char *bytes, size_t length,
                        struct failure *failure)
{
    place->memfd = private_memfd(bytes, length, failure);
    (void)snprintf(place->path, sizeof(place->path), "/proc/self/fd/%d", place->memfd);
    return place->memfd >= 0;
}

static bool place(struct conf_place_found *place, const struct settings *settings,
                  const char *bytes, size_t length, const struct report *report,
                  struct failure *failure)
{
    place->memfd = -1;
    switch (settings->conf) {
    case CONF_MEMFD:
        return place_memfd(place, bytes, length, failure);
    case CONF_FILE:
        return place_file(place, settings, bytes, length, failure);
    case CONF_AUTO:
        break;
    }
    if (place_file(place, settings, bytes, length, failure))
        return true;
    report_line(report, REPORT_NOTICE, "%s; redis.conf is kept in a sealed memfd", failure->text);
    return place_memfd(place, bytes, length, failure);
}

bool conf_place_write(struct conf_place_found *found, const struct redis_conf *conf,
                      const struct report *report, struct failure *failure)
{
    size_t length = redis_conf_write(NULL, 0, conf);
    char *bytes = sodium_malloc(length);
    if (bytes == NULL)
        return failure_set(failure, EX_OSERR, errno, "no locked memory for redis.conf");
    (void)redis_conf_write(bytes, length, conf);
    bool ok = place(found, conf->settings, bytes, length, report, failure);
    sodium_free(bytes);
    return ok;
}
