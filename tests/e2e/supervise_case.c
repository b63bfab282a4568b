// SPDX-License-Identifier: Apache-2.0
#include "supervise_case.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"
#include "sandbox.h"

#define WORDS_MAX 40
#define INSIDE "inside-a-namespace"
#define PROGRAM "redis-init-supervise"

static bool find_beside(const char *self, char path[PATH_MAX])
{
    char guess[PATH_MAX + sizeof("/../../" PROGRAM)];
    const char *slash = strrchr(self, '/');
    if (slash == NULL)
        return false;
    (void)snprintf(guess, sizeof(guess), "%.*s/../../" PROGRAM, (int)(slash - self), self);
    return realpath(guess, path) != NULL;
}

void find_programs(struct programs *programs)
{
    const char *named = getenv("REDIS_INIT_SUPERVISE");
    ck_assert_ptr_nonnull(realpath("/proc/self/exe", programs->self));
    if (named == NULL && find_beside(programs->self, programs->supervise))
        return;
    if (named == NULL)
        named = "./" PROGRAM;
    ck_assert_msg(realpath(named, programs->supervise) != NULL, "%s: %s", named, strerror(errno));
}

static void compose(const char *argv[WORDS_MAX], const struct programs *programs,
                    const char *const words[])
{
    size_t count = 0;
    argv[count++] = programs->supervise;
    for (; *words != NULL; words++) {
        ck_assert_uint_lt(count, WORDS_MAX - 1);
        argv[count++] = strcmp(*words, "ACTOR") == 0 ? programs->self : *words;
    }
    argv[count] = NULL;
}

void new_pipe(int ends[2])
{
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
}

struct run start_prepared(int where, bool (*prepare)(void *), void *argument,
                          const char *const words[])
{
    struct programs programs;
    const char *argv[WORDS_MAX];
    int in[2], out[2], err[2];

    find_programs(&programs);
    compose(argv, &programs, words);
    new_pipe(in);
    new_pipe(out);
    new_pipe(err);
    const struct sandbox_spec spec = {.argv = argv,
                                      .prepare = prepare,
                                      .prepare_arg = argument,
                                      .stdin_fd = in[0],
                                      .stdout_fd = out[1],
                                      .stderr_fd = err[1],
                                      .plain = where == PLAIN};
    const struct run run = {sandbox_start(&spec), in[1], out[0], err[0]};
    ck_assert_int_gt(run.pid, 0);
    ck_assert_int_eq(close(in[0]) + close(out[1]) + close(err[1]), 0);
    return run;
}

pid_t start_on(int where, int fd, bool (*prepare)(void *), const char *const words[])
{
    struct programs programs;
    const char *argv[WORDS_MAX];

    find_programs(&programs);
    compose(argv, &programs, words);
    const struct sandbox_spec spec = {.argv = argv,
                                      .prepare = prepare,
                                      .stdin_fd = fd,
                                      .stdout_fd = fd,
                                      .stderr_fd = fd,
                                      .plain = where == PLAIN};
    const pid_t pid = sandbox_start(&spec);
    ck_assert_int_gt(pid, 0);
    ck_assert_int_eq(close(fd), 0);
    return pid;
}

void expect_line(int fd, const char *expected)
{
    char line[512];
    ck_assert_msg(sandbox_read_line(fd, line, sizeof(line)), "no line, expected %s", expected);
    ck_assert_str_eq(line, expected);
}

void expect_line_with(int fd, const char *part)
{
    char line[512];
    do {
        ck_assert_msg(sandbox_read_line(fd, line, sizeof(line)), "no line with %s", part);
    } while (strstr(line, part) == NULL);
}

void expect_ready(int fd)
{
    char line[512];
    ck_assert(sandbox_read_line(fd, line, sizeof(line)));
    ck_assert_msg(strncmp(line, "ready", 5) == 0, "not ready: %s", line);
}

void expect_signal(int fd, int signal)
{
    char expected[32];
    (void)snprintf(expected, sizeof(expected), "%d 0", signal);
    expect_line(fd, expected);
}

void expect_end(struct run *run, int exit_code, char *text, size_t size)
{
    ck_assert_int_eq(close(run->in), 0);
    ck_assert_int_ge(sandbox_read_all(run->err, text, size), 0);
    ck_assert_int_eq(sandbox_exit_code(run->pid), exit_code);
}

void expect_quiet_end(struct run *run, int exit_code)
{
    char text[4096];
    expect_end(run, exit_code, text, sizeof(text));
    ck_assert_str_eq(text, "");
}

size_t count_of(const char *text, const char *part)
{
    size_t found = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        found++;
    return found;
}

/* Without a time-out it reads whole structures from its signalfd; a smaller read is of the pipe to
 * its child. */
static bool is_sleep(const char *text, bool with_timeout)
{
    long number;
    unsigned long arguments[3];

    if (sscanf(text, "%ld %lx %lx %lx", &number, &arguments[0], &arguments[1], &arguments[2]) != 4)
        return false;
    if (!with_timeout)
        return number == SYS_read && arguments[2] >= sizeof(struct signalfd_siginfo);
#ifdef SYS_poll
    if (number == SYS_poll)
        return true;
#endif
    return number == SYS_ppoll;
}

bool await_sleep(pid_t pid, bool with_timeout)
{
    char text[256];
    const time_t end = time(NULL) + SANDBOX_DEADLINE_MS / 1000;

    do {
        if (sandbox_proc_file(pid, "syscall", text, sizeof(text)) <= 0 ||
            is_sleep(text, with_timeout))
            return true;
        (void)sched_yield();
    } while (time(NULL) < end);
    return false;
}

static void add(TCase *tests, const struct supervise_test *row, bool namespaces)
{
    const bool inside = row->repeat == IN_EACH_PLACE || row->repeat == ONLY_AS_PID_1;
    const int first = row->repeat == ONLY_AS_PID_1 ? PID_1 : PLAIN;

    if (inside && !namespaces)
        (void)printf("SKIP: %s as PID 1: this machine lets this user make no namespaces\n",
                     row->test->name);
    if (row->repeat == FOR_EACH_ROW)
        tcase_add_loop_test(tests, row->test, 0, row->rows);
    else if (row->repeat == ONCE)
        tcase_add_test(tests, row->test);
    else
        tcase_add_loop_test(tests, row->test, first, namespaces ? WHERE_COUNT : PID_1);
}

/* The program again, as PID 1. */
static int run_inside(void)
{
    char self[PATH_MAX];
    const char *const argv[] = {realpath("/proc/self/exe", self), INSIDE, NULL};
    const struct sandbox_spec spec = {.argv = argv};
    int status;
    const pid_t pid = sandbox_start(&spec);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_all(const struct supervise_test *tests, size_t count, bool namespaces)
{
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 2.0 * SANDBOX_DEADLINE_MS / 1000);
    for (size_t i = 0; i < count; i++)
        add(all, &tests[i], namespaces);
    Suite *suite = suite_create(program_invocation_short_name);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

int supervise_case_main(int argc, char *argv[], const struct supervise_test *tests, size_t count)
{
    const bool inside = argc == 2 && strcmp(argv[1], INSIDE) == 0;
    if (argc > 1 && !inside)
        return actor(argc, argv);

    /* A folder in PATH that this user may not search turns "not found" into "permission denied". */
    if (setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1) != 0)
        return 1;
    const bool namespaces = sandbox_works();
    return namespaces && !inside ? run_inside() : run_all(tests, count, namespaces);
}
