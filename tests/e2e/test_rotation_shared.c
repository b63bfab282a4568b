// SPDX-License-Identifier: Apache-2.0

/* Rotation in a run_dir that others may write to, as an emptyDir is. */

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "rotation_case.h"

static const char users[] = "[user op]\npassword_file = /run/app\nrules = ~* &* +@all\n";

static bool make_shared_folder(void *argument)
{
    (void)argument;
    /* with something in it that is not ours, so that root does not take it for itself */
    return mkdir("/run/shared", 0700) == 0 && mkdir("/run/shared/other", 0700) == 0 &&
           chmod("/run/shared", 0777) == 0;
}

static void share_run_dir(void)
{
    container.before_exec = make_shared_folder;
    container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/shared");
}

static void start_users(void)
{
    share_run_dir();
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
    make_secret(OLD "\n");
    container_write(&container, "x.ini", users, strlen(users), 0644);
    container_write(&container, "app", APP, strlen(APP), 0644);
    start_unwatched();
}

/* Whoever can write there can keep reload from its work: what it reads there is judged, and what it
 * writes is the server's uid's alone. */
START_TEST(a_secret_changes)
{
    make_secret(OLD "\n");
    share_run_dir();
    start();
    ck_assert_ptr_nonnull(strstr(container.log, "conf /proc/self/fd/"));
    swap(NEW "\n");
    await("rotated: new password of default");
    expect_password(NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

/* On a connection of its own: Redis 7.0 ends those of whom it reads anew. */
static void tell_acl(const char *word)
{
    struct container_client *op = container_connect(&container, "127.0.0.1");
    container_expect(op, "OK", "AUTH", "op", APP, NULL);
    container_expect(op, "OK", "ACL", word, NULL);
    container_disconnect(op);
}

/* The server reads its aclfile again: it is to find there what reload wrote. */
START_TEST(acl_load_brings_no_old_password_back)
{
    set_overlap("0");
    start_users();
    swap(NEW "\n");
    expect_reload(0, "rotated: new password of default\n");
    tell_acl("LOAD");
    expect_password(OLD, "WRONGPASS");
    expect_password(NEW, "OK");
    tell_acl("SAVE"); /* and what the server writes, reload reads */
    swap(OLD "\n");
    expect_reload(0, "rotated: new password of default");
    tell_acl("LOAD");
    expect_password(OLD, "OK");
    expect_password(NEW, "WRONGPASS");
    container_stop(&container, 0);
}
END_TEST

/* What is written into another folder the server would not see. */
START_TEST(a_swapped_folder_is_seen)
{
    char path[256];
    char aside[256];
    start_users();
    container_path(&container, "shared/users.acl.d", path, sizeof(path));
    container_path(&container, "shared/aside", aside, sizeof(aside));
    ck_assert_int_eq(rename(path, aside), 0);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    swap(NEW "\n");
    expect_reload(EX_NOINPUT, "the folder of users.acl in run_dir /run/shared is not the server's");
    expect_password(OLD, "OK");
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(rename(aside, path), 0);
    expect_reload(EX_TEMPFAIL, "rotated: new password of default");
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rotation in a shared folder");
    tcase_add_checked_fixture(tests, rotation_setup, rotation_teardown);
    tcase_add_test(tests, a_secret_changes);
    tcase_add_test(tests, acl_load_brings_no_old_password_back);
    tcase_add_test(tests, a_swapped_folder_is_seen);
    return container_main(tests);
}
