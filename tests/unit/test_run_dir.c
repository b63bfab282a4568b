// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "private_file.h"
#include "run_dir.h"
#include "server_socket.h"
#include "unit.h"

#define REDIS_ID 999

static struct failure failure;
static char path[PATH_MAX];
static uid_t uid; /* root gives it to the server, others only to themselves */
static gid_t gid;

static void begin(void)
{
    failure = (struct failure){0};
    (void)snprintf(path, sizeof(path), "%s/run", unit_folder());
    uid = geteuid() == 0 ? REDIS_ID : geteuid();
    gid = geteuid() == 0 ? REDIS_ID : getegid();
    (void)umask(0);
}

static void put_file(const char *name)
{
    char file[PATH_MAX + 64];
    (void)snprintf(file, sizeof(file), "%s/%s", path, name);
    unit_write(file, "x", 1, 0644);
}

static void assert_folder(uid_t owner, gid_t group, mode_t mode)
{
    struct stat status;
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_uint_eq(status.st_uid, owner);
    ck_assert_uint_eq(status.st_gid, group);
    ck_assert_uint_eq(status.st_mode, S_IFDIR | mode);
}

static void assert_refused(const char *part)
{
    ck_assert(!run_dir_prepare(path, uid, gid, &failure));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert_msg(strstr(failure.text, part) != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, path) != NULL, "%s", failure.text);
}

static void assert_taken(void)
{
    ck_assert_msg(run_dir_prepare(path, uid, gid, &failure), "%s", failure.text);
    assert_folder(uid, gid, 0700);
}

START_TEST(it_is_made)
{
    static const mode_t masks[] = {0, 0022, 0077, 0777};
    /* a mask that takes the owner's own rights keeps all but root out of the new folder */
    if (masks[_i] == 0777 && !unit_is_root("it_is_made with a mask of 0777"))
        return;
    (void)umask(masks[_i]);
    const bool ok = run_dir_prepare(path, uid, gid, &failure);
    (void)umask(0);
    ck_assert_msg(ok, "%s", failure.text);
    assert_folder(uid, gid, 0700);
}
END_TEST

START_TEST(an_empty_one_is_taken)
{
    ck_assert_int_eq(mkdir(path, 0755), 0);
    assert_taken();
    assert_taken(); /* and so is one that has been taken before */
}
END_TEST

START_TEST(one_with_our_files_is_taken)
{
    ck_assert_int_eq(mkdir(path, 0777), 0);
    put_file(CONF_NAME);
    put_file(CONF_NAME NEW_SUFFIX);
    put_file(SOCKET_NAME);
    assert_taken();
}
END_TEST

START_TEST(one_with_others_files_is_left)
{
    static const char *const names[] = {"redis.conf.old", ".hidden", "redis.con", "redis.socket"};
    ck_assert_int_eq(mkdir(path, 01777), 0);
    put_file(CONF_NAME);
    put_file(names[_i]);
    ck_assert_msg(run_dir_prepare(path, uid, gid, &failure), "%s", failure.text);
    assert_folder(geteuid(), getegid(), 01777);
}
END_TEST

START_TEST(its_files_are_not_given)
{
    struct stat status;
    char file[PATH_MAX + 64];
    ck_assert_int_eq(mkdir(path, 0755), 0);
    put_file(CONF_NAME);
    assert_taken();
    (void)snprintf(file, sizeof(file), "%s/" CONF_NAME, path);
    ck_assert_int_eq(lstat(file, &status), 0);
    ck_assert_uint_eq(status.st_uid, geteuid());
    ck_assert_uint_eq(status.st_mode, S_IFREG | 0644);
}
END_TEST

START_TEST(a_link_is_not_followed)
{
    char target[PATH_MAX + 64];
    struct stat status;
    (void)snprintf(target, sizeof(target), "%s/target", unit_folder());
    ck_assert_int_eq(mkdir(target, 0755), 0);
    ck_assert_int_eq(symlink(target, path), 0);
    assert_refused("can't be opened");
    ck_assert_int_eq(stat(target, &status), 0);
    ck_assert_uint_eq(status.st_uid, geteuid());
    ck_assert_uint_eq(status.st_mode, S_IFDIR | 0755);
}
END_TEST

START_TEST(a_file_is_refused)
{
    unit_write(path, "x", 1, 0644);
    assert_refused("can't be opened");
    ck_assert_int_eq(failure.error, ENOTDIR);
}
END_TEST

START_TEST(its_parent_is_not_made)
{
    struct stat status;
    (void)snprintf(path, sizeof(path), "%s/a/b", unit_folder());
    assert_refused("can't be made");
    ck_assert_int_eq(failure.error, ENOENT);
    *strrchr(path, '/') = '\0';
    ck_assert_int_eq(lstat(path, &status), -1);
}
END_TEST

/* In a child, so that root can remove the folder afterwards. */
static bool is_made_as_redis(void)
{
    if (geteuid() == 0 && (setgid(REDIS_ID) != 0 || setuid(REDIS_ID) != 0))
        return false;
    return run_dir_prepare(path, uid + 1, gid, &failure);
}

/* Whether it can be written is judged later, by who has to write. */
START_TEST(a_refused_chown_is_no_failure)
{
    int status;
    ck_assert_int_eq(chmod(unit_folder(), 0777), 0);
    const pid_t child = fork();
    if (child == 0)
        _exit(is_made_as_redis() ? 0 : 1);
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    assert_folder(uid, gid, 0700);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("run dir");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, it_is_made, 0, 4);
    tcase_add_test(tests, an_empty_one_is_taken);
    tcase_add_test(tests, one_with_our_files_is_taken);
    tcase_add_loop_test(tests, one_with_others_files_is_left, 0, 4);
    tcase_add_test(tests, its_files_are_not_given);
    tcase_add_test(tests, a_link_is_not_followed);
    tcase_add_test(tests, a_file_is_refused);
    tcase_add_test(tests, its_parent_is_not_made);
    tcase_add_test(tests, a_refused_chown_is_no_failure);
    return unit_main("run dir", tests);
}
