// SPDX-License-Identifier: Apache-2.0

/* From the exec of the entrypoint to that of redis-server, and to the first authenticated PONG. */

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "execs.h"
#include "redis.h"

#define ROUNDS 40
#define WARM_UP 3

struct entry {
    const char *name;
    const char *const *argv;
};

static void run_once(const struct entry *entry, bool counts)
{
    int ends[2];
    if (pipe2(ends, 0) != 0) /* the log is not read, and fits */
        die("pipe2");
    const int events = execs_open();
    const struct redis_spec spec = {.argv = entry->argv, .stdout_fd = ends[1]};
    const pid_t pid = redis_start(&spec);
    const int64_t pong = redis_await_pong();
    end_container(pid);
    const struct exec_times times = execs_follow(events, pid);
    (void)close(ends[0]);
    (void)close(ends[1]);
    if (!counts)
        return;
    sample("exec to exec", entry->name, (double)(times.last - times.first) / 1e6);
    sample("exec to PONG", entry->name, (double)(pong - times.first) / 1e6);
}

void measure_entrypoint(void)
{
    const char *script = build_path(SOURCE_FOLDER "/bench/entrypoint.sh");
    const struct candidate behind_script = {"", WORDS(script)};
    const struct candidate behind_both = {"", WORDS("/usr/bin/tini", "--", script)};
    const char *bare[WORDS_MAX], *official[WORDS_MAX], *with_tini[WORDS_MAX];
    redis_bare(bare);
    compose(official, &behind_script, redis_words);
    compose(with_tini, &behind_both, redis_words);
    const struct entry entries[] = {
        {BARE, bare},
        {OURS, WORDS(build_path("redis-init"), "-q")},
        {OFFICIAL, official},
        {"tini, " OFFICIAL, with_tini},
    };
    for (int round = -WARM_UP; round < ROUNDS; round++)
        for (size_t i = 0; i < COUNT(entries); i++)
            run_once(&entries[(i + (size_t)(round + WARM_UP)) % COUNT(entries)], round >= 0);
}
