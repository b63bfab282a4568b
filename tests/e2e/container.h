// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CONTAINER_H
#define TESTS_CONTAINER_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CONTAINER_ENV_MAX 32
#define CONTAINER_ARGS_MAX 32
#define CONTAINER_PORT 6379
#define CONTAINER_READY "Ready to accept connections" /* every version of the server says so */

/*
 * A container as an engine would make it: redis-init as PID 1 of PID, mount, IPC and network
 * namespaces, with a folder of the test mounted on /run (programs in /run/bin, data in /run/data)
 * and a /dev of its own with a termination log. Started by root it is root inside; started by
 * another user it is uid 1000 inside, in a user namespace, and nothing is dropped.
 */
struct container {
    char folder[64]; /* what is /run inside, seen from outside */
    const char *environment[CONTAINER_ENV_MAX];
    size_t environment_count;
    const char *arguments[CONTAINER_ARGS_MAX];
    size_t argument_count;
    bool (*before_exec)(void *); /* a last step inside, or NULL */
    void *before_exec_arg;
    int port; /* CONTAINER_PORT as root; a free one of the host's for a normal user, who has no
                 network of his own */
    char port_variable[32];
    pid_t pid;  /* PID 1, seen from outside */
    int output; /* stdout and stderr, to read */
    char log[65536];
    size_t log_length;
};

/* The ids that redis-server has to have in these tests. */
uid_t container_uid(void);

/* Makes the folder; the environment has PATH, REDIS_INIT_DATA_DIR=/run/data and nothing else. */
void container_init(struct container *container);
void container_setenv(struct container *container, const char *assignment);
void container_arg(struct container *container, const char *argument);

/* A file below folder, with that mode; `name` is relative. */
void container_write(const struct container *container, const char *name, const void *bytes,
                     size_t length, mode_t mode);

/* This test program as /run/bin/NAME inside. */
void container_copy_self(const struct container *container, const char *name);

/* Loud, and counted by the summary: in CI a skip fails. */
bool container_is_root(const char *test);

void container_start(struct container *container);

/* Reads output until a line has `text`; false at its end or the deadline. All output is kept in
 * log. */
bool container_await_line(struct container *container, const char *text);

/* Reads the rest of the output and returns the exit code. */
int container_wait(struct container *container);

bool container_has(const struct container *container, const char *name);
/* The aclfile of run_dir /run/redis-init. In a normal user's container others could swap it. */
const char *container_users(const struct container *container);

void container_path(const struct container *container, const char *name, char *path, size_t size);

/* PID, seen from outside, of the only child of PID 1. */
pid_t container_server(const struct container *container);

/* Of several: the server is 0, what was started beside it 1. */
pid_t container_child(const struct container *container, int index);

/* Sends one command over TCP inside; returns the answer's text (an error's, too) in `answer`. */
struct container_client;
struct container_client *container_connect(const struct container *container, const char *address);
void container_command(struct container_client *client, char *answer, size_t size, int argc,
                       const char *const *argv, const size_t *lengths);
void container_disconnect(struct container_client *client);

/* The answer has to begin with `expected`; the words follow, and end with NULL. */
void container_expect(struct container_client *client, const char *expected, ...)
    __attribute__((sentinel));

/* Starts, awaits the server, and sees that this password, which no log line has, opens it and
 * nothing else does. */
void container_start_guarded(struct container *container, const char *password);

/*
 * A process beside the server, as an engine's exec or a probe makes it: in the namespaces of the
 * container and with its environment, but a child of nobody there.
 */
struct container_process {
    pid_t parent; /* the test's child, which waits for it */
    int output;   /* stdout and stderr, to read */
};

/* This process in the container's namespaces; its children are in the PID namespace, too. */
bool container_enter(const struct container *container);

/* Starts redis-init with these words (NULL-ended), or another program if the first is its path, as
 * `uid`; 0 is root with CAP_SETUID, CAP_SETGID and CAP_CHOWN alone, or in a user's tests that user.
 * A process that is `abandoned` loses its parent at once, and has PID 1 for it. */
struct container_process container_exec_start(const struct container *container, uid_t uid,
                                              bool abandoned, const char *const *words);

/* Its PID as seen from outside. */
pid_t container_exec_pid(const struct container_process *process);

/* Reads its output to the end; the exit code, or that of the parent of an abandoned one: 0. */
int container_exec_wait(struct container_process *process, char *output, size_t size);

/* SIGTERM, and this exit code. */
void container_stop(struct container *container, int code);

/* The whole of main(): skips loudly where no namespaces can be made, runs and counts. */
int container_main(TCase *tests);

/* Ends what still runs and removes the folder. */
void container_free(struct container *container);

#endif
