// SPDX-License-Identifier: Apache-2.0
#include "vault_duration.h"

#include <stddef.h>

struct unit {
    char letter;
    int64_t ms;
};

static const struct unit units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}};

bool duration_read(const char *text, int64_t *ms)
{
    int64_t number = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9' && number <= DURATION_MAX_MS; p++)
        number = number * 10 + (*p - '0');
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (p[0] != units[i].letter || p[1] != '\0')
            continue;
        if (number < 1 || number > DURATION_MAX_MS / units[i].ms)
            return false;
        *ms = number * units[i].ms;
        return true;
    }
    return false;
}
