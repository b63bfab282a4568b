// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_REDIS_H
#define BENCH_REDIS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "measure.h"

#define REDIS_PORT "17379" /* away from one that runs here already */

/*
 * A container that serves Redis on 127.0.0.1: an empty tmpfs on /run with the data folder
 * /run/data, which redis owns and PID 1 starts in, and the password in /run/password.
 */
struct redis_spec {
    const char *const *argv; /* of PID 1 */
    const char *data;        /* a folder to mount as /run/data, or NULL */
    bool network;            /* one of its own, with loopback alone */
    bool (*prepare)(void);   /* a last step inside, or NULL */
    const char *variable;    /* one more of its environment, or NULL */
    int stdout_fd;           /* 0: as here */
    int stderr_fd;           /* likewise */
};

/* Of the user redis, who has 999 in the official image and another id on Debian. */
uid_t redis_id(void);

/* Returns PID 1; dies when it can't be started. */
pid_t redis_start(const struct redis_spec *spec);

/* The same for everybody: what is measured is not the password. */
extern const char redis_password[];

/* The words of a redis-server that does by its arguments what redis-init does by a conf; the
 * program is looked for in PATH, which is nobody's part in a container without an init:
 * redis_bare(). */
extern const char *const redis_words[];

/* The same with the program's path; `argv` has room for WORDS_MAX. */
void redis_bare(const char *argv[]);

/* Reads `fd` until the server says that it is ready. */
void redis_await_ready(int fd);

/* When the first PONG came to an AUTH and a PING on REDIS_PORT; tries until then. */
int64_t redis_await_pong(void);

#endif
