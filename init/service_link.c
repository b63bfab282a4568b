// SPDX-License-Identifier: Apache-2.0
#include "service_link.h"

#include <ctype.h>
#include <string.h>

static bool contains(const char *name, size_t length, const char *part)
{
    return memmem(name, length, part, strlen(part)) != NULL;
}

static bool ends_with(const char *name, size_t length, const char *end)
{
    size_t n = strlen(end);
    return length >= n && memcmp(name + length - n, end, n) == 0;
}

static bool is_address(const char *value)
{
    static const char *const schemes[] = {"tcp://", "udp://", "sctp://"};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncmp(value, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

/* ..._PORT_6379_TCP and what follows it */
static bool has_numbered_port(const char *name, size_t length)
{
    static const char port[] = "_PORT_";
    const char *end = name + length;
    const char *p = memmem(name, length, port, sizeof(port) - 1);
    if (p == NULL)
        return false;
    p += sizeof(port) - 1;
    const char *digits = p;
    while (p < end && isdigit((unsigned char)*p))
        p++;
    size_t left = (size_t)(end - p);
    return p > digits &&
           (contains(p, left, "_TCP") || contains(p, left, "_UDP") || contains(p, left, "_SCTP"));
}

bool is_service_link(const char *name, size_t length, const char *value)
{
    return ends_with(name, length, "_SERVICE_HOST") || contains(name, length, "_SERVICE_PORT") ||
           (ends_with(name, length, "_PORT") && is_address(value)) ||
           has_numbered_port(name, length);
}
