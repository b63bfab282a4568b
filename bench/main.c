// SPDX-License-Identifier: Apache-2.0

/* bench GROUP: measures, in the build folder, and prints one line a sample. */

#include <stdio.h>
#include <string.h>

#include "measure.h"

struct group {
    const char *name;
    void (*measure)(void);
};

struct role {
    const char *name;
    int (*play)(char *const argv[]);
};

static const struct group groups[] = {
    {"idle", measure_idle},
    {"start", measure_start},
    {"entrypoint", measure_entrypoint},
    {"signals", measure_signals},
    {"orphans", measure_orphans},
    {"folder", measure_folder},
    {"throughput", measure_throughput},
    {"audit", measure_audit},
};

static const struct role roles[] = {
    {"play-stamp", play_stamp},
    {"play-orphans", play_orphans},
};

int main(int argc, char *argv[])
{
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < COUNT(roles); i++)
        if (strcmp(roles[i].name, name) == 0)
            return roles[i].play(argv + 2);
    for (size_t i = 0; i < COUNT(groups); i++) {
        if (strcmp(groups[i].name, name) == 0) {
            groups[i].measure();
            return 0;
        }
    }
    (void)fprintf(stderr, "usage: bench GROUP\n");
    return 64;
}
