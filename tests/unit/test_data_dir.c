// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data_dir.h"
#include "unit.h"

#define REDIS_ID 999

static const struct report quiet = {.level = REPORT_ERROR};
static struct data_names names;
static struct failure failure;
static char data[PATH_MAX];

static const char *in_data(const char *name)
{
    static char path[2][PATH_MAX + 64];
    static size_t turn;
    char *next = path[turn++ % 2];
    (void)snprintf(next, PATH_MAX + 64, "%s/%s", data, name);
    return next;
}

static void put_file(const char *name)
{
    unit_write(in_data(name), "x", 1, 0640);
}

static void put_folder(const char *name)
{
    ck_assert_int_eq(mkdir(in_data(name), 0755), 0);
}

static void begin(void)
{
    failure = (struct failure){0};
    names = (struct data_names){.count = 0};
    (void)snprintf(data, sizeof(data), "%s/data", unit_folder());
    (void)umask(0);
}

/* For tests of what only root can do. */
static bool is_root(void)
{
    if (geteuid() == 0)
        return true;
    (void)printf("SKIP: giving files to another user needs root\n");
    return false;
}

static bool prepare(void)
{
    const struct data_dir dir = {data, REDIS_ID, REDIS_ID, &names, 3600};
    return data_dir_prepare(&dir, &quiet, &failure);
}

static void assert_owner(const char *name, uid_t uid)
{
    struct stat status;
    ck_assert_int_eq(lstat(in_data(name), &status), 0);
    ck_assert_msg(status.st_uid == uid && status.st_gid == uid, "%s is %u:%u's", name,
                  status.st_uid, status.st_gid);
}

static void assert_failure(int exit_code, const char *part)
{
    ck_assert_int_eq(failure.exit_code, exit_code);
    ck_assert_msg(strstr(failure.text, part) != NULL, "%s", failure.text);
}

START_TEST(it_is_made_and_given)
{
    struct stat status;
    if (!is_root())
        return;
    ck_assert_msg(prepare(), "%s", failure.text);
    ck_assert_int_eq(lstat(data, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFDIR | 0700);
    assert_owner(".", REDIS_ID);
    ck_assert(prepare());
}
END_TEST

START_TEST(an_old_one_keeps_its_mode)
{
    struct stat status;
    if (!is_root())
        return;
    ck_assert_int_eq(mkdir(data, 0750), 0);
    ck_assert(prepare());
    ck_assert_int_eq(lstat(data, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFDIR | 0750);
    assert_owner(".", REDIS_ID);
}
END_TEST

START_TEST(redis_files_are_given_and_others_left)
{
    static const char *const given[] = {"dump.rdb",
                                        "temp-12.rdb",
                                        "appendonly.aof",
                                        "nodes.conf",
                                        "users-name.data",
                                        "appendonlydir/a.1.base.rdb",
                                        "appendonlydir/a.manifest"};
    static const char *const left[] = {
        "notes.txt",  "dump.rdb.bak",    "dump-2026.rdb",       "x.manifest",
        "redis.conf", "backup/dump.rdb", "appendonlydir/notes", "appendonlydir/dump.rdb.bak",
    };
    if (!is_root())
        return;
    ck_assert_int_eq(mkdir(data, 0755), 0);
    put_folder("appendonlydir");
    put_folder("backup");
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
        put_file(given[i]);
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        put_file(left[i]);
    (void)strcpy(names.names[names.count++], "users-name.data");
    ck_assert(prepare());
    assert_owner("appendonlydir", REDIS_ID);
    assert_owner("backup", 0);
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
        assert_owner(given[i], REDIS_ID);
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        assert_owner(left[i], 0);
}
END_TEST

START_TEST(links_are_left_and_not_followed)
{
    struct stat status;
    if (!is_root())
        return;
    ck_assert_int_eq(mkdir(data, 0755), 0);
    put_folder("elsewhere");
    put_file("elsewhere/dump.rdb");
    put_file("foreign");
    put_file("second");
    ck_assert_int_eq(symlink("foreign", in_data("dump.rdb")), 0);
    ck_assert_int_eq(symlink("elsewhere", in_data("appendonlydir")), 0);
    ck_assert_int_eq(link(in_data("second"), in_data("temp-2.rdb")), 0);
    ck_assert(prepare());
    assert_owner("foreign", 0);
    assert_owner("dump.rdb", 0);
    assert_owner("appendonlydir", 0);
    assert_owner("elsewhere/dump.rdb", 0);
    assert_owner("temp-2.rdb", 0);
    ck_assert_int_eq(lstat(in_data("second"), &status), 0);
    ck_assert_uint_eq(status.st_nlink, 2);
}
END_TEST

START_TEST(what_is_no_file_is_left)
{
    if (!is_root())
        return;
    ck_assert_int_eq(mkdir(data, 0755), 0);
    put_folder("temp-mine.rdb");
    put_file("temp-mine.rdb/dump.rdb");
    ck_assert_int_eq(mkfifo(in_data("temp-fifo.rdb"), 0600), 0);
    ck_assert(prepare());
    assert_owner("temp-fifo.rdb", 0);
    assert_owner("temp-mine.rdb", 0);
    assert_owner("temp-mine.rdb/dump.rdb", 0);
}
END_TEST

/* A user's name for a file cannot lead out of the folder. */
START_TEST(the_parent_is_left)
{
    static struct settings settings;
    static const struct server_args args;
    struct stat status;
    char directive[] = "dbfilename";
    char *values[] = {(char[]){".."}, (char[]){"."}, (char[]){""}};
    if (!is_root())
        return;
    ck_assert_int_eq(mkdir(data, 0755), 0);
    for (size_t i = 0; i < 3; i++)
        settings.directives[settings.directive_count++] =
            (struct directive_line){directive, values[i]};
    names = data_names_of(&settings, &args);
    ck_assert(prepare());
    ck_assert_int_eq(lstat(unit_folder(), &status), 0);
    ck_assert_uint_eq(status.st_uid, 0);
}
END_TEST

START_TEST(another_file_system_is_left)
{
    struct stat status;
    if (!is_root())
        return;
    ck_assert_int_eq(mkdir(data, 0755), 0);
    put_folder("appendonlydir");
    if (mount("unit", in_data("appendonlydir"), "tmpfs", 0, "size=64k") != 0) {
        ck_assert_int_eq(errno, EPERM);
        (void)printf("SKIP: another file system needs root, who may mount one\n");
        return;
    }
    put_file("appendonlydir/a.aof");
    const bool ok = prepare();
    const int found = lstat(in_data("appendonlydir/a.aof"), &status);
    ck_assert_int_eq(umount(in_data("appendonlydir")), 0);
    ck_assert(ok);
    ck_assert_int_eq(found, 0);
    ck_assert_uint_eq(status.st_uid, 0);
}
END_TEST

START_TEST(the_folder_must_be_one)
{
    char target[PATH_MAX];
    unit_write(data, "x", 1, 0644);
    ck_assert(!prepare());
    assert_failure(EX_CANTCREAT, "can't be opened");
    ck_assert_int_eq(unlink(data), 0);
    (void)snprintf(target, sizeof(target), "%s/target", unit_folder());
    ck_assert_int_eq(mkdir(target, 0755) + symlink(target, data), 0);
    ck_assert(!prepare());
    assert_failure(EX_CANTCREAT, "can't be opened");
    (void)snprintf(data, sizeof(data), "%s/a/b", unit_folder());
    ck_assert(!prepare());
    assert_failure(EX_CANTCREAT, "can't be made, mount a folder there");
    assert_failure(EX_CANTCREAT, data);
}
END_TEST

START_TEST(the_root_folder_is_refused)
{
    static const char *const roots[] = {"/", "//", "///", ""};
    (void)snprintf(data, sizeof(data), "%s", roots[_i]);
    ck_assert(!prepare());
    assert_failure(EX_CANTCREAT, "is the root folder, name another");
}
END_TEST

/* A long walk looks for a stop signal on its way. */
START_TEST(a_stop_signal_ends_the_walk)
{
    sigset_t stop;
    char name[32];
    ck_assert_int_eq(mkdir(data, 0755), 0);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof(name), "file%d", i);
        put_file(name);
    }
    ck_assert_int_eq(sigemptyset(&stop) + sigaddset(&stop, SIGTERM), 0);
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, &stop, NULL), 0);
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert(!prepare());
    assert_failure(128 + SIGTERM, "SIGTERM");
    int taken;
    ck_assert_int_eq(sigwait(&stop, &taken), 0);
    ck_assert_int_eq(taken, SIGTERM);
}
END_TEST

START_TEST(a_folder_of_ours_can_be_used)
{
    ck_assert_int_eq(mkdir(data, 0700), 0);
    ck_assert(data_dir_check(data, &failure));
    (void)snprintf(data, sizeof(data), "%s/absent", unit_folder());
    ck_assert(!data_dir_check(data, &failure));
    assert_failure(EX_CANTCREAT, data);
}
END_TEST

/* In a child, so that root can remove the folder afterwards. */
static bool is_refused_as_redis(void)
{
    char part[64];
    (void)snprintf(part, sizeof(part), "can't be used as uid %u,", REDIS_ID);
    return setgid(REDIS_ID) == 0 && setuid(REDIS_ID) == 0 && !data_dir_check(data, &failure) &&
           failure.exit_code == EX_CANTCREAT && failure.error == EACCES &&
           strstr(failure.text, part) != NULL;
}

START_TEST(a_folder_of_another_cannot_be_used)
{
    static const mode_t modes[] = {0700, 0705, 0706, 0703, 0704};
    int status;
    if (!is_root())
        return;
    ck_assert_int_eq(chmod(unit_folder(), 0755), 0);
    ck_assert_int_eq(mkdir(data, modes[_i]), 0);
    const pid_t child = fork();
    if (child == 0)
        _exit(is_refused_as_redis() ? 0 : 1);
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* A look at the clock each 256 entries; "." and ".." are two of them. */
START_TEST(progress_is_said)
{
    static const struct report notices = {.level = REPORT_NOTICE};
    const struct data_dir dir = {data, geteuid(), getegid(), &names, (unsigned)_i * 3600};
    char name[32];
    char line[PATH_MAX + 128] = "";
    int ends[2];
    put_folder("");
    for (int i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof(name), "%d.rdb", i);
        put_file(name);
    }
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    ck_assert(data_dir_prepare(&dir, &notices, &failure));
    ck_assert_int_eq(close(STDERR_FILENO) | close(ends[1]), 0);
    ck_assert_int_ge(read(ends[0], line, sizeof(line) - 1), 0);
    ck_assert_msg((strstr(line, ": 256 entries seen, 0 given to ") != NULL) == (_i == 0), "%s",
                  line);
    ck_assert_int_eq(read(ends[0], line, sizeof(line)), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("data dir");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, it_is_made_and_given);
    tcase_add_test(tests, an_old_one_keeps_its_mode);
    tcase_add_test(tests, redis_files_are_given_and_others_left);
    tcase_add_test(tests, links_are_left_and_not_followed);
    tcase_add_test(tests, what_is_no_file_is_left);
    tcase_add_test(tests, the_parent_is_left);
    tcase_add_test(tests, another_file_system_is_left);
    tcase_add_test(tests, the_folder_must_be_one);
    tcase_add_loop_test(tests, progress_is_said, 0, 2);
    tcase_add_loop_test(tests, the_root_folder_is_refused, 0, 4);
    tcase_add_test(tests, a_stop_signal_ends_the_walk);
    tcase_add_test(tests, a_folder_of_ours_can_be_used);
    tcase_add_loop_test(tests, a_folder_of_another_cannot_be_used, 0, 5);
    return unit_main("data dir", tests);
}
