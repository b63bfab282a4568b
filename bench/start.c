// SPDX-License-Identifier: Apache-2.0

/* What an init adds, as PID 1, to the run of a program that does nothing. */

#include <stddef.h>

#include "measure.h"

#define ROUNDS 200
#define WARM_UP 10

static bool stamp_start(void *start)
{
    *(volatile int64_t *)start = now_ns();
    return true;
}

static int64_t run_once(const struct candidate *candidate, volatile int64_t *start)
{
    static const char *const nothing[] = {"/bin/true", NULL};
    const char *argv[WORDS_MAX];
    compose(argv, candidate, nothing);
    const struct sandbox_spec spec = {
        .argv = argv, .prepare = stamp_start, .prepare_arg = (void *)start};
    const pid_t pid = sandbox_start(&spec);
    if (pid < 0 || sandbox_exit_code(pid) != 0)
        die(candidate->name);
    return now_ns() - *start;
}

void measure_start(void)
{
    static const char *const none[] = {NULL};
    const struct candidate bare = {BARE, none};
    volatile int64_t *start = shared_memory(sizeof(*start));
    for (int round = -WARM_UP; round < ROUNDS; round++) {
        const int64_t base = run_once(&bare, start);
        for (size_t i = 0; i < inits_count; i++) {
            const struct candidate *init = &inits[(i + (size_t)(round + WARM_UP)) % inits_count];
            const int64_t added = run_once(init, start) - base;
            if (round >= 0)
                sample("init start", init->name, (double)added / 1e3);
        }
    }
}
