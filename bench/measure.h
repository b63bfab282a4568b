// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox.h"

/* What the measurements share. Whatever fails ends the program with a line on stderr: a figure that
 * could not be measured must not look like one. */

#define WORDS_MAX 40
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Candidates that every table and plot names alike. */
#define OURS "redis-init"
#define BARE "bare"
#define OFFICIAL "official entrypoint"

/* A way to start a program: the words that go in front of it. */
struct candidate {
    const char *name;
    const char *const *words; /* ends with NULL; none: the program itself */
};

/* The inits, redis-init-supervise first; the number is in inits_count. */
extern const struct candidate inits[];
extern const size_t inits_count;

_Noreturn void die(const char *what);

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t now_ns(void);

/* Waits, where a figure is one of time that passes. */
void sleep_ms(int64_t milliseconds);

/* One line of the result, tab-separated: figure, candidate, value. */
void sample(const char *figure, const char *candidate, double value);

/* The candidate's words, then `program`'s; `argv` has room for WORDS_MAX. */
void compose(const char *argv[], const struct candidate *candidate, const char *const *program);

/* This program, for the words of a program that plays a role. */
const char *own_path(void);

/* A file of the build folder, which is the working folder; at most two are kept at a time. */
const char *build_path(const char *name);

/* Memory that children share with this process, zeroed. */
void *shared_memory(size_t size);

/* Starts argv as PID 1 of a container; dies when it can't. `stdout_fd` 0: as here. */
pid_t start_container(const char *const *argv, int stdout_fd);

/* Ends a container at once, and waits for its end. */
void end_container(pid_t pid);

/* Figures, each a function of main.c's table. */
void measure_idle(void);
void measure_start(void);
void measure_entrypoint(void);
void measure_signals(void);
void measure_orphans(void);
void measure_folder(void);
void measure_throughput(void);
void measure_audit(void);

/* Roles that this program plays inside a container; they end with an exit code. */
int play_stamp(char *const argv[]);
int play_orphans(char *const argv[]);

#endif
