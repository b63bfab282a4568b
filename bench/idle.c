// SPDX-License-Identifier: Apache-2.0

/* What PID 1 costs while Redis runs and nothing happens: memory, wake-ups, system calls. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "redis.h"

#define ROUNDS 3
#define SETTLE_MS 1000
#define IDLE_MS 10000
#define TARGETS_MAX 8
#define SERVICE "/run/service"

struct target {
    const char *name;
    pid_t pid;
};

/* s6-svscan runs what lies in a folder; it needs a script for each. */
static bool make_service(void)
{
    if (mkdir(SERVICE, 0755) != 0 || mkdir(SERVICE "/redis", 0755) != 0)
        return false;
    FILE *script = fopen(SERVICE "/redis/run", "we");
    if (script == NULL || fputs("#!/bin/sh\nexec", script) < 0)
        return false;
    for (size_t i = 0; redis_words[i] != NULL; i++)
        if (fprintf(script, " %s", redis_words[i]) < 0)
            return false;
    return fclose(script) == 0 && chmod(SERVICE "/redis/run", 0755) == 0;
}

static struct target start(const char *name, const char *const *argv, bool (*prepare)(void))
{
    int ends[2];
    if (pipe2(ends, 0) != 0)
        die("pipe2");
    const struct redis_spec spec = {
        .argv = argv, .network = true, .prepare = prepare, .stdout_fd = ends[1]};
    const struct target target = {name, redis_start(&spec)};
    (void)close(ends[1]);
    redis_await_ready(ends[0]);
    return target; /* the pipe stays: a server that logs must not get SIGPIPE */
}

static size_t start_all(struct target *targets)
{
    const char *argv[WORDS_MAX];
    size_t count = 0;
    targets[count++] = start(OURS, WORDS(build_path("redis-init"), "-q"), NULL);
    for (size_t i = 1; i < inits_count; i++) {
        compose(argv, &inits[i], redis_words);
        targets[count++] = start(inits[i].name, argv, NULL);
    }
    targets[count++] = start("s6-svscan", WORDS("/usr/bin/s6-svscan", SERVICE), make_service);
    return count;
}

/* A number of KiB in smaps_rollup. */
static double memory(const struct target *target, const char *key)
{
    char text[4096], wanted[64];
    (void)snprintf(wanted, sizeof(wanted), "\n%s:", key);
    if (sandbox_proc_file(target->pid, "smaps_rollup", text, sizeof(text)) <= 0)
        die("smaps_rollup");
    const char *line = strstr(text, wanted);
    if (line == NULL)
        die(key);
    return strtod(line + strlen(wanted), NULL);
}

static double switches(const struct target *target)
{
    const long long voluntary = sandbox_status_number(target->pid, "voluntary_ctxt_switches", 10);
    const long long other = sandbox_status_number(target->pid, "nonvoluntary_ctxt_switches", 10);
    if (voluntary < 0 || other < 0)
        die("context switches");
    return (double)(voluntary + other);
}

static void measure_wake_ups(const struct target *targets, size_t count)
{
    double before[TARGETS_MAX];
    for (size_t i = 0; i < count; i++)
        before[i] = switches(&targets[i]);
    sleep_ms(IDLE_MS);
    for (size_t i = 0; i < count; i++)
        sample("wake-ups", targets[i].name, switches(&targets[i]) - before[i]);
}

static pid_t trace(const struct target *target, const char *log)
{
    char pid[16];
    (void)snprintf(pid, sizeof(pid), "%d", target->pid);
    const pid_t tracer = fork();
    if (tracer == 0) {
        (void)execlp("strace", "strace", "-qq", "-o", log, "-p", pid, NULL);
        _exit(127);
    }
    if (tracer < 0)
        die("strace");
    return tracer;
}

/* The call that it sleeps in is a line too. */
static double calls_in(const char *log)
{
    FILE *file = fopen(log, "re");
    double lines = 0;
    if (file == NULL)
        die(log);
    for (int c; (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    (void)fclose(file);
    (void)unlink(log);
    if (lines < 1)
        die("strace saw nothing");
    return lines - 1;
}

static void measure_system_calls(const struct target *targets, size_t count)
{
    char logs[TARGETS_MAX][32];
    pid_t tracers[TARGETS_MAX];
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(logs[i], sizeof(logs[i]), "strace.%zu", i);
        tracers[i] = trace(&targets[i], logs[i]);
    }
    sleep_ms(IDLE_MS);
    for (size_t i = 0; i < count; i++) {
        if (kill(tracers[i], SIGINT) != 0 || waitpid(tracers[i], NULL, 0) != tracers[i])
            die("strace");
        sample("idle system calls", targets[i].name, calls_in(logs[i]));
    }
}

void measure_idle(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct target targets[TARGETS_MAX];
        const size_t count = start_all(targets);
        sleep_ms(SETTLE_MS);
        for (size_t i = 0; i < count; i++) {
            sample("private dirty", targets[i].name, memory(&targets[i], "Private_Dirty"));
            sample("PSS", targets[i].name, memory(&targets[i], "Pss"));
        }
        measure_wake_ups(targets, count);
        if (round == 0)
            measure_system_calls(targets, count);
        for (size_t i = 0; i < count; i++)
            end_container(targets[i].pid);
    }
}
