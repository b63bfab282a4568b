// SPDX-License-Identifier: Apache-2.0

/* redis-benchmark against Redis behind redis-init, and bare. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "redis.h"

#define ROUNDS 7
#define REQUESTS "200000"

struct load {
    const char *pipeline;
    const char *figure; /* behind SET or GET */
};

static const struct load loads[] = {{"1", ""}, {"16", ", pipelined"}};

/* Its rows: "SET","123456.78","0.123",... */
static void read_row(const char *row, const char *figure, const char *candidate)
{
    char name[64];
    char test[16];
    double rate;
    if (sscanf(row, "\"%15[^\"]\",\"%lf\"", test, &rate) != 2 || strcmp(test, "test") == 0)
        return;
    (void)snprintf(name, sizeof(name), "%s/s%s", test, figure);
    sample(name, candidate, rate);
}

static void benchmark(const struct load *load, const char *candidate)
{
    char command[256];
    char row[256];
    (void)snprintf(command, sizeof(command),
                   "redis-benchmark -p " REDIS_PORT " -a %s -t set,get -n " REQUESTS " -P %s --csv",
                   redis_password, load->pipeline);
    FILE *rows = popen(command, "re");
    if (rows == NULL)
        die(command);
    while (fgets(row, sizeof(row), rows) != NULL)
        read_row(row, load->figure, candidate);
    if (pclose(rows) != 0)
        die(command);
}

static void run_once(const char *name, const char *const *argv)
{
    int ends[2];
    if (pipe2(ends, 0) != 0)
        die("pipe2");
    const struct redis_spec spec = {.argv = argv, .stdout_fd = ends[1]};
    const pid_t pid = redis_start(&spec);
    (void)redis_await_pong();
    for (size_t i = 0; i < COUNT(loads); i++)
        benchmark(&loads[i], name);
    end_container(pid);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

void measure_throughput(void)
{
    const char *bare[WORDS_MAX];
    redis_bare(bare);
    for (int round = 0; round < ROUNDS; round++) {
        for (int turn = 0; turn < 2; turn++)
            if ((round + turn) % 2 == 0)
                run_once(BARE, bare);
            else
                run_once(OURS, WORDS(build_path("redis-init"), "-q"));
    }
}
