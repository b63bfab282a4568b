// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SUPERVISE_CASE_H
#define TESTS_SUPERVISE_CASE_H

#include <check.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * What the tests of redis-init-supervise share. The program under test is $REDIS_INIT_SUPERVISE,
 * else the one two folders above the test program (the build folder), else the one in the working
 * folder. Where it makes a difference a test runs once as an ordinary process and once as PID 1 of
 * a namespace; `_i` is then the place.
 */
enum where { PLAIN, PID_1, WHERE_COUNT };

enum repeat { ONCE, IN_EACH_PLACE, ONLY_AS_PID_1, FOR_EACH_ROW };

struct supervise_test {
    const TTest *test;
    enum repeat repeat;
    int rows; /* for FOR_EACH_ROW */
};

/*
 * The whole of main(). A test program with arguments is an actor. Else it runs the tests, and skips
 * loudly what needs namespaces where this user can make none. All of it happens in a PID namespace
 * of its own, so that a supervisor that is broken can only signal processes of the test. Returns
 * the exit code.
 */
int supervise_case_main(int argc, char *argv[], const struct supervise_test *tests, size_t count);

/* Both as absolute paths; `self` is this test program, which plays the actors. */
struct programs {
    char supervise[PATH_MAX];
    char self[PATH_MAX];
};

void find_programs(struct programs *programs);

/* A started supervisor, and this process's ends of its standard streams. */
struct run {
    pid_t pid; /* as seen from here */
    int in, out, err;
};

/*
 * Starts the program under test with the words up to NULL; the word "ACTOR" stands for this test
 * program. `prepare` is called last before exec, or is NULL.
 */
struct run start_prepared(int where, bool (*prepare)(void *), void *argument,
                          const char *const words[]);

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define START(where, ...) start_prepared((where), NULL, NULL, WORDS(__VA_ARGS__))
#define START_PREPARED(where, prepare, argument, ...)                                              \
    start_prepared((where), (prepare), (argument), WORDS(__VA_ARGS__))

/* The same with `fd` as all three standard streams; `fd` is closed here. */
pid_t start_on(int where, int fd, bool (*prepare)(void *), const char *const words[]);

void new_pipe(int ends[2]);

void expect_line(int fd, const char *expected);
void expect_ready(int fd);
void expect_signal(int fd, int signal); /* the line that "signals" says for one from kill(2) */

/* Reads lines until one has `part`. */
void expect_line_with(int fd, const char *part);

/* Ends the actor by the end of its stdin; what was said on stderr is in `text`. */
void expect_end(struct run *run, int exit_code, char *text, size_t size);
void expect_quiet_end(struct run *run, int exit_code);

size_t count_of(const char *text, const char *part);

/*
 * Waits until the supervisor sleeps: in poll(2) or ppoll(2) with a time-out, or without one in
 * read(2) of its signals. False at the deadline. True at once where the kernel does not show system
 * calls (CONFIG_HAVE_ARCH_TRACEHOOK, or no permission for /proc/PID/syscall).
 */
bool await_sleep(pid_t pid, bool with_timeout);

#endif
