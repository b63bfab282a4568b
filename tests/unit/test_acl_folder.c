// SPDX-License-Identifier: Apache-2.0
#include "acl_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private_file.h"
#include "unit.h"

static struct failure failure;
static char run_dir[256];
static char path[PATH_MAX];
static unsigned long long inode;

static void begin(void)
{
    (void)umask(0);
    failure = (struct failure){0};
    (void)snprintf(run_dir, sizeof(run_dir), "%s/run", unit_folder());
    (void)snprintf(path, sizeof(path), "%s/" ACL_FOLDER_NAME, run_dir);
    ck_assert_int_eq(mkdir(run_dir, 0777), 0);
}

static void expect_failure(int code, const char *part)
{
    ck_assert_int_eq(failure.exit_code, code);
    ck_assert_msg(strstr(failure.text, part) != NULL, "%s", failure.text);
}

START_TEST(it_is_made_and_found_again)
{
    struct stat status;
    for (int turn = 0; turn < 2; turn++) { /* also beside that of a former start */
        const int folder = acl_folder_make(run_dir, &inode, &failure);
        ck_assert_msg(folder >= 0, "%s", failure.text);
        ck_assert_int_eq(fstat(folder, &status), 0);
        ck_assert_uint_eq(status.st_mode, S_IFDIR | 0700);
        ck_assert_uint_eq(status.st_ino, inode);
        const int again = acl_folder_open(run_dir, inode, &failure);
        ck_assert_msg(again >= 0, "%s", failure.text);
        ck_assert_int_eq(close(folder) + close(again), 0);
    }
}
END_TEST

START_TEST(without_one_it_is_run_dir)
{
    struct stat status;
    const int folder = acl_folder_open(run_dir, 0, &failure);
    ck_assert_int_eq(fstat(folder, &status), 0);
    inode = status.st_ino;
    ck_assert_int_eq(stat(run_dir, &status), 0);
    ck_assert_uint_eq(status.st_ino, inode);
    ck_assert_int_eq(close(folder), 0);
    ck_assert_int_eq(rmdir(run_dir), 0);
    ck_assert_int_eq(acl_folder_open(run_dir, 0, &failure), -1);
    expect_failure(EX_NOINPUT, "start anew");
    ck_assert_int_eq(acl_folder_make(run_dir, &inode, &failure), -1);
    expect_failure(EX_CANTCREAT, run_dir);
}
END_TEST

static void plant(int way)
{
    if (way == 0)
        ck_assert_int_eq(symlink(unit_folder(), path), 0);
    else if (way == 1)
        unit_write(path, "", 0, 0600);
    else
        ck_assert_int_eq(mkdir(path, way == 2 ? 0750 : 0703), 0);
}

/* Whoever could enter it puts another file there. */
START_TEST(a_planted_one_is_refused)
{
    plant(_i);
    ck_assert_int_eq(acl_folder_make(run_dir, &inode, &failure), -1);
    expect_failure(EX_CANTCREAT, path);
}
END_TEST

START_TEST(that_of_another_user_is_refused)
{
    if (!unit_is_root("that_of_another_user_is_refused"))
        return;
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(chown(path, 1234, 1234), 0);
    ck_assert_int_eq(acl_folder_make(run_dir, &inode, &failure), -1);
    expect_failure(EX_CANTCREAT, path);
}
END_TEST

/* Also one of the same user's, as that of a former start is. */
START_TEST(another_in_its_place_is_not_taken_for_it)
{
    char aside[PATH_MAX];
    (void)snprintf(aside, sizeof(aside), "%s/aside", run_dir);
    const int folder = acl_folder_make(run_dir, &inode, &failure);
    ck_assert_int_eq(rename(path, aside), 0);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(acl_folder_open(run_dir, inode, &failure), -1);
    expect_failure(EX_NOINPUT, "is not the server's any more, start anew");
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(symlink("aside", path), 0);
    ck_assert_int_eq(acl_folder_open(run_dir, inode, &failure), -1);
    ck_assert_int_eq(close(folder), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("acl folder");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, it_is_made_and_found_again);
    tcase_add_test(tests, without_one_it_is_run_dir);
    tcase_add_loop_test(tests, a_planted_one_is_refused, 0, 4);
    tcase_add_test(tests, that_of_another_user_is_refused);
    tcase_add_test(tests, another_in_its_place_is_not_taken_for_it);
    return unit_main("acl folder", tests);
}
