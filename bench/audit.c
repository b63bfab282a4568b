// SPDX-License-Identifier: Apache-2.0

/* What the audit log costs while somebody guesses passwords, each time for another user, so that
 * the server groups nothing: 10,000 a second, and as many as the server refuses. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "redis.h"

#define ROUNDS 3
#define CONNECTIONS 4
#define BATCH 25 /* of a connection, before it reads the answers */
#define STEP (CONNECTIONS * BATCH)
#define RATE 10000
#define FLOOD_MS 5000
#define SECOND_NS 1000000000LL

static const char *const modes[] = {"off", "denied", "all-auth"};

struct flood {
    int sockets[CONNECTIONS];
    unsigned long names;
};

static void open_flood(struct flood *flood)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(REDIS_PORT)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    for (int i = 0; i < CONNECTIONS; i++) {
        flood->sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (flood->sockets[i] < 0 ||
            connect(flood->sockets[i], (const struct sockaddr *)&address, sizeof(address)) != 0)
            die("connect");
    }
}

static void close_flood(const struct flood *flood)
{
    for (int i = 0; i < CONNECTIONS; i++)
        (void)close(flood->sockets[i]);
}

static void send_batch(struct flood *flood, int fd)
{
    char bytes[BATCH * 32];
    size_t length = 0;
    for (int i = 0; i < BATCH; i++)
        length += (size_t)snprintf(bytes + length, sizeof(bytes) - length, "AUTH u%lu x\r\n",
                                   flood->names++ % 100000000);
    if (write(fd, bytes, length) != (ssize_t)length)
        die("write");
}

static void read_batch(int fd)
{
    char bytes[4096];
    for (int lines = 0; lines < BATCH;) {
        const ssize_t n = read(fd, bytes, sizeof(bytes));
        if (n <= 0 || (lines == 0 && strncmp(bytes, "-WRONGPASS", 10) != 0))
            die("no refusal");
        for (ssize_t i = 0; i < n; i++)
            lines += bytes[i] == '\n';
    }
}

static void step(struct flood *flood)
{
    for (int i = 0; i < CONNECTIONS; i++)
        send_batch(flood, flood->sockets[i]);
    for (int i = 0; i < CONNECTIONS; i++)
        read_batch(flood->sockets[i]);
}

/* Of at most `rate` a second, 0 for no limit; returns what it was. */
static double run_flood(struct flood *flood, int64_t rate)
{
    const int64_t begin = now_ns();
    const int64_t end = begin + FLOOD_MS * (SECOND_NS / 1000);
    int64_t count = 0;
    for (int64_t now = begin; now < end; now = now_ns()) {
        const int64_t due = rate == 0 ? begin : begin + count * SECOND_NS / rate;
        if (now < due) {
            sleep_ms((due - now) / 1000000 + 1);
            continue;
        }
        step(flood);
        count += STEP;
    }
    return (double)count * SECOND_NS / (double)(now_ns() - begin);
}

/* Of the children of PID 1 the server is 0, and what runs beside it 1. */
static pid_t child_of(pid_t pid, int index)
{
    char name[64], text[256], *next = text;
    (void)snprintf(name, sizeof(name), "task/%d/children", pid);
    if (sandbox_proc_file(pid, name, text, sizeof(text)) <= 0)
        die("children");
    while (index-- > 0)
        (void)strtol(next, &next, 10);
    return (pid_t)strtol(next, NULL, 10);
}

/* Processor time, in milliseconds: the first number of schedstat is in nanoseconds (the kernel's
 * Documentation/scheduler/sched-stats.rst); stat counts ticks of 10 ms. */
static double cpu_ms(pid_t pid)
{
    char text[128];
    if (sandbox_proc_file(pid, "schedstat", text, sizeof(text)) <= 0)
        die("schedstat");
    return strtod(text, NULL) / 1e6;
}

/* The lines that have come meanwhile. */
static double read_lines(int fd)
{
    char bytes[4096];
    double lines = 0;
    ssize_t n;
    while ((n = read(fd, bytes, sizeof(bytes))) > 0)
        for (ssize_t i = 0; i < n; i++)
            lines += bytes[i] == '\n';
    return lines;
}

/* Both floods; what it says at the server's start is read before. */
static void measure_mode(const char *mode, pid_t pid, int output)
{
    struct flood flood = {.names = 0};
    const pid_t server = child_of(pid, 0), audit = child_of(pid, 1);
    open_flood(&flood);
    (void)read_lines(output);
    const double server_before = cpu_ms(server), before = audit > 0 ? cpu_ms(audit) : 0;
    const double rate = run_flood(&flood, RATE);
    const double seconds = FLOOD_MS / 1000.0;
    sample("refused AUTH/s, paced", mode, rate);
    sample("server CPU at 10,000 refused AUTH/s", mode, (cpu_ms(server) - server_before) / seconds);
    if (audit > 0) {
        sample("audit CPU at 10,000 refused AUTH/s", mode, (cpu_ms(audit) - before) / seconds);
        sample("audit lines/s at 10,000 refused AUTH/s", mode, read_lines(output) / seconds);
        sample("audit RSS", mode, (double)sandbox_status_number(audit, "VmRSS", 10));
        sample("audit heap and stack", mode, (double)sandbox_status_number(audit, "RssAnon", 10));
    }
    sample("refused AUTH/s", mode, run_flood(&flood, 0));
    close_flood(&flood);
}

static void run_once(const char *mode)
{
    char variable[64];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
        die("pipe2");
    (void)snprintf(variable, sizeof(variable), "REDIS_INIT_AUDIT_LOG=%s", mode);
    const struct redis_spec spec = {.argv = WORDS(build_path("redis-init"), "-q"),
                                    .variable = variable,
                                    .stdout_fd = ends[1],
                                    .stderr_fd = ends[1]};
    const pid_t pid = redis_start(&spec);
    (void)redis_await_pong();
    sleep_ms(2000); /* the audit log has begun */
    measure_mode(mode, pid, ends[0]);
    end_container(pid);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

void measure_audit(void)
{
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < COUNT(modes); i++)
            run_once(modes[(i + (size_t)round) % COUNT(modes)]);
}
