// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SANDBOX_H
#define TESTS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Only bounds a hang; a test waits for events. In milliseconds; generous enough for valgrind. */
#define SANDBOX_DEADLINE_MS 60000

struct sandbox_spec {
    const char *const *argv; /* argv[0] is a path */
    const char *const *envp; /* NULL: this process's environment */
    bool (*prepare)(void *); /* last step before exec, inside; false gives up; may be NULL */
    void *prepare_arg;
    int stdin_fd, stdout_fd, stderr_fd; /* 0: as in this process */
    bool plain;                         /* an ordinary child in this process's namespaces */
    bool new_net;                       /* a network namespace of its own, with loopback up */
    const char *scratch;                /* a folder to mount an empty tmpfs on, or NULL */
};

/*
 * Starts argv as PID 1 of a new PID, mount and IPC namespace with private mounts and a fresh /proc.
 * As root the real ids stay; as another user there is a user namespace as well, with only root
 * mapped, to that user. The process dies with this one. Returns its PID as seen from here, or -1
 * after a line on stderr.
 */
pid_t sandbox_start(const struct sandbox_spec *spec);

/* False where the machine does not let this user make such namespaces: a test then skips, loudly.
 */
bool sandbox_works(void);

/* The wait status; at the deadline the process is killed, and -1 returned. */
int sandbox_wait(pid_t pid);

/* The exit code, 128 + n for signal n, or -1 at the deadline. */
int sandbox_exit_code(pid_t pid);

/* The file /proc/PID/NAME, cut at size - 1 and ended with a NUL. Returns the length, -1 with errno.
 */
ssize_t sandbox_proc_file(pid_t pid, const char *name, char *text, size_t size);

/* The number after "KEY:" in /proc/PID/status, in base 10 or 16; -1 if there is none. */
long long sandbox_status_number(pid_t pid, const char *key, int base);

/* The state letter of /proc/PID/stat; spins, without sleeping, until it is `state`. False at the
 * deadline. */
bool sandbox_await_state(pid_t pid, char state);

/* The only child of that process, as seen from here, or -1. */
pid_t sandbox_only_child(pid_t pid);

/* A line without its end ("\n" or "\r\n"), or false at the deadline or at the end of the file. */
bool sandbox_read_line(int fd, char *line, size_t size);

/* All until the end of the file (or EIO of a terminal), cut and ended with a NUL. -1 at the
 * deadline. */
ssize_t sandbox_read_all(int fd, char *text, size_t size);

#endif
