// SPDX-License-Identifier: Apache-2.0
#include "run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "private_file.h"
#include "unit.h"

static struct failure failure;
static char run_dir[256];
static char path[PATH_MAX];

static void begin(void)
{
    (void)umask(0);
    failure = (struct failure){0};
    (void)snprintf(run_dir, sizeof(run_dir), "%s/run", unit_folder());
    (void)snprintf(path, sizeof(path), "%s/" LOCK_NAME, run_dir);
    ck_assert_int_eq(mkdir(run_dir, 0777), 0);
}

static void expect_failure(int code, const char *part)
{
    ck_assert_int_eq(failure.exit_code, code);
    ck_assert_msg(strstr(failure.text, part) != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, path) != NULL, "%s", failure.text);
}

/* Takes it, says so, and waits to be killed. */
static pid_t hold(void)
{
    int said[2];
    char byte;
    ck_assert_int_eq(pipe2(said, O_CLOEXEC), 0);
    const pid_t holder = fork();
    ck_assert_int_ge(holder, 0);
    if (holder == 0) {
        if (run_lock_take(run_dir, 0, &failure) && write(said[1], "x", 1) == 1)
            (void)pause();
        _exit(1);
    }
    (void)close(said[1]);
    ck_assert_int_eq(read(said[0], &byte, 1), 1);
    (void)close(said[0]);
    return holder;
}

static void end(pid_t holder)
{
    ck_assert_int_eq(kill(holder, SIGKILL), 0);
    ck_assert_int_eq(waitpid(holder, NULL, 0), holder);
}

START_TEST(one_has_it)
{
    struct stat status;
    const pid_t holder = hold();
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFREG | 0600);
    ck_assert(!run_lock_take(run_dir, 0, &failure));
    expect_failure(EX_TEMPFAIL, "another reload has not ended within 0 s");
    end(holder); /* a kill frees it */
    ck_assert_msg(run_lock_take(run_dir, 0, &failure), "%s", failure.text);
}
END_TEST

START_TEST(it_is_waited_for)
{
    const pid_t holder = hold();
    const pid_t waiter = fork();
    ck_assert_int_ge(waiter, 0);
    if (waiter == 0)
        _exit(run_lock_take(run_dir, RUN_LOCK_SECONDS, &failure) ? 0 : 1);
    end(holder);
    int status;
    ck_assert_int_eq(waitpid(waiter, &status, 0), waiter);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* Whoever may open run_dir can lock that, which is nothing to us. */
START_TEST(a_lock_of_the_folder_is_no_hindrance)
{
    const int folder = open(run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(flock(folder, LOCK_EX), 0);
    ck_assert_msg(run_lock_take(run_dir, 0, &failure), "%s", failure.text);
    ck_assert_int_eq(close(folder), 0);
}
END_TEST

static void plant(int way)
{
    if (way == 0)
        ck_assert_int_eq(symlink("other", path), 0);
    else if (way == 1)
        unit_write(path, "", 0, 0644);
    else if (way == 2)
        ck_assert_int_eq(mkfifo(path, 0600), 0);
    else
        ck_assert_int_eq(mkdir(path, 0700), 0);
}

START_TEST(what_others_could_hold_is_refused)
{
    plant(_i);
    ck_assert(!run_lock_take(run_dir, 0, &failure));
    expect_failure(EX_NOINPUT, "remove it");
    run_lock_forget(run_dir); /* as a start does */
    ck_assert(_i == 3 || run_lock_take(run_dir, 0, &failure));
}
END_TEST

START_TEST(another_users_is_refused)
{
    if (!unit_is_root("another_users_is_refused"))
        return;
    unit_write(path, "", 0, 0600);
    ck_assert_int_eq(chown(path, 1234, 1234), 0);
    ck_assert(!run_lock_take(run_dir, 0, &failure));
    expect_failure(EX_NOINPUT, "remove it");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("run lock");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, one_has_it);
    tcase_add_test(tests, it_is_waited_for);
    tcase_add_test(tests, a_lock_of_the_folder_is_no_hindrance);
    tcase_add_loop_test(tests, what_others_could_hold_is_refused, 0, 4);
    tcase_add_test(tests, another_users_is_refused);
    return unit_main("run lock", tests);
}
