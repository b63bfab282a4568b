// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private_file.h"
#include "unit.h"

#define CONF "requirepass \"k7#Vq9!xZp2&LmR4\"\n"
#define OLD "requirepass \"the old one\"\n"

static struct failure failure;
static struct private_file file;
static char run_dir[PATH_MAX];

static const char *in_run_dir(const char *name)
{
    static char path[2][PATH_MAX + 64];
    static size_t turn;
    char *next = path[turn++ % 2];
    (void)snprintf(next, PATH_MAX + 64, "%s/%s", run_dir, name);
    return next;
}

static void begin(void)
{
    failure = (struct failure){0};
    (void)snprintf(run_dir, sizeof(run_dir), "%s/run", unit_folder());
    (void)umask(0);
}

static bool write_conf(void)
{
    if (!private_file_place(&file, run_dir, CONF_NAME, CONF, strlen(CONF), &failure))
        return false;
    ck_assert_int_eq(close(file.fd), 0);
    return true;
}

static void assert_failure(const char *part)
{
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert_msg(strstr(failure.text, part) != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, run_dir) != NULL, "%s", failure.text);
    ck_assert_ptr_null(strstr(failure.text, "Vq9"));
}

static void assert_file(const char *path, const char *bytes)
{
    char found[256];
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    const ssize_t length = read(fd, found, sizeof(found));
    ck_assert_int_eq(length, (ssize_t)strlen(bytes));
    ck_assert_mem_eq(found, bytes, strlen(bytes));
    ck_assert_int_eq(close(fd), 0);
}

static void assert_absent(const char *name)
{
    struct stat status;
    ck_assert_int_eq(lstat(in_run_dir(name), &status), -1);
    ck_assert_int_eq(errno, ENOENT);
}

static void assert_written(void)
{
    struct stat status;
    assert_file(in_run_dir(CONF_NAME), CONF);
    ck_assert_int_eq(lstat(in_run_dir(CONF_NAME), &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFREG | 0600);
    ck_assert_uint_eq(status.st_uid, geteuid());
    ck_assert_uint_eq(status.st_nlink, 1);
    assert_absent(CONF_NAME NEW_SUFFIX);
}

START_TEST(the_folder_is_made)
{
    struct stat status;
    ck_assert_msg(write_conf(), "%s", failure.text);
    assert_written();
    ck_assert_int_eq(stat(run_dir, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFDIR | 0700);
}
END_TEST

/* Whatever the umask: 0600, neither less nor more. */
START_TEST(the_mode_does_not_depend_on_the_umask)
{
    static const mode_t masks[] = {0, 0022, 0077, 0277, 0377};
    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    (void)umask(masks[_i]);
    ck_assert_msg(write_conf(), "%s", failure.text);
    (void)umask(0);
    assert_written();
}
END_TEST

/* Who has the old file open goes on reading the old one. */
START_TEST(an_old_file_is_replaced_not_written_over)
{
    char found[sizeof(OLD)] = "";
    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    unit_write(in_run_dir(CONF_NAME), OLD, strlen(OLD), 0644);
    const int fd = open(in_run_dir(CONF_NAME), O_RDONLY | O_CLOEXEC);
    ck_assert(write_conf());
    assert_written();
    ck_assert_int_eq(read(fd, found, sizeof(found)), (ssize_t)strlen(OLD));
    ck_assert_str_eq(found, OLD);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* What a killed start left is not continued: somebody may have it open. */
START_TEST(a_left_over_new_file_is_not_reused)
{
    char byte;
    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    unit_write(in_run_dir(CONF_NAME NEW_SUFFIX), "", 0, 0666);
    const int fd = open(in_run_dir(CONF_NAME NEW_SUFFIX), O_RDONLY | O_CLOEXEC);
    ck_assert(write_conf());
    assert_written();
    ck_assert_int_eq(read(fd, &byte, 1), 0);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(links_in_the_way_are_not_followed)
{
    const char *names[] = {CONF_NAME, CONF_NAME NEW_SUFFIX};
    char target[PATH_MAX];
    (void)snprintf(target, sizeof(target), "%s/target", unit_folder());
    unit_write(target, OLD, strlen(OLD), 0644);
    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    if (_i < 2)
        ck_assert_int_eq(symlink(target, in_run_dir(names[_i])), 0);
    else
        ck_assert_int_eq(link(target, in_run_dir(names[_i - 2])), 0);
    ck_assert(write_conf());
    assert_written();
    assert_file(target, OLD);
}
END_TEST

START_TEST(a_folder_that_is_a_link_is_refused)
{
    ck_assert_int_eq(symlink(unit_folder(), run_dir), 0);
    ck_assert(!write_conf());
    assert_failure("can't be opened");
    ck_assert_int_eq(unlink(run_dir), 0);
    ck_assert_int_eq(snprintf(run_dir, sizeof(run_dir), "%s", unit_folder()) > 0, 1);
    assert_absent(CONF_NAME);
}
END_TEST

START_TEST(a_file_is_no_folder)
{
    unit_write(run_dir, "", 0, 0600);
    ck_assert(!write_conf());
    assert_failure("can't be opened");
    ck_assert_int_eq(failure.error, ENOTDIR);
}
END_TEST

START_TEST(a_folder_without_its_parent_is_not_made)
{
    (void)snprintf(run_dir, sizeof(run_dir), "%s/a/b", unit_folder());
    ck_assert(!write_conf());
    assert_failure("can't be made, mount a writable folder there");
}
END_TEST

/* The last step fails: a folder stands where redis.conf is to be. */
START_TEST(nothing_half_written_stays)
{
    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    ck_assert_int_eq(mkdir(in_run_dir(CONF_NAME), 0700), 0);
    ck_assert(!write_conf());
    assert_failure("redis.conf can't be written");
    ck_assert_int_eq(failure.error, EISDIR);
    assert_absent(CONF_NAME NEW_SUFFIX);
}
END_TEST

/* A folder in the place of the new file is not ours to remove. */
START_TEST(a_folder_as_the_new_file_is_an_error)
{
    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    ck_assert_int_eq(mkdir(in_run_dir(CONF_NAME NEW_SUFFIX), 0700), 0);
    ck_assert(!write_conf());
    assert_failure("redis.conf can't be written");
    assert_absent(CONF_NAME);
}
END_TEST

START_TEST(a_full_disk_keeps_the_old_file)
{
    const size_t size = 1 << 20;
    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    if (mount("unit", run_dir, "tmpfs", 0, "size=64k") != 0) {
        ck_assert_int_eq(errno, EPERM);
        (void)printf("SKIP: a full disk needs root, who may mount one\n");
        return;
    }
    char *bytes = calloc(1, size);
    ck_assert_ptr_nonnull(bytes);
    unit_write(in_run_dir(CONF_NAME), OLD, strlen(OLD), 0600);
    const bool ok = private_file_place(&file, run_dir, CONF_NAME, bytes, size, &failure);
    free(bytes);
    struct stat status;
    const int left = lstat(in_run_dir(CONF_NAME NEW_SUFFIX), &status);
    assert_file(in_run_dir(CONF_NAME), OLD);
    ck_assert_int_eq(umount(run_dir), 0);
    ck_assert(!ok);
    assert_failure("No space left");
    ck_assert_int_eq(failure.error, ENOSPC);
    ck_assert_int_eq(left, -1);
}
END_TEST

START_TEST(a_memfd_is_sealed)
{
    char found[256];
    struct stat status;
    const int fd = private_memfd(CONF_NAME, CONF, strlen(CONF), &failure);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pread(fd, found, sizeof(found), 0), (ssize_t)strlen(CONF));
    ck_assert_mem_eq(found, CONF, strlen(CONF));
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFREG | 0600);
    ck_assert_int_eq(fcntl(fd, F_GETFD), 0); /* it survives exec */
    ck_assert_int_eq(pwrite(fd, "x", 1, 0), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(ftruncate(fd, 0), -1);
    ck_assert_int_eq(ftruncate(fd, 4096), -1);
    ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
    ck_assert_ptr_eq(mmap(NULL, 1, PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* The server opens it by this name, and reads it from the beginning. */
START_TEST(a_memfd_is_read_by_its_path)
{
    char path[64];
    char found[256];
    const int fd = private_memfd(CONF_NAME, CONF, strlen(CONF), &failure);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    const int again = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(again, 0);
    ck_assert_int_eq(read(again, found, sizeof(found)), (ssize_t)strlen(CONF));
    ck_assert_int_eq(open(path, O_RDWR | O_TRUNC | O_CLOEXEC), -1);
    ck_assert_int_eq(close(again) + close(fd), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("private file");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, the_folder_is_made);
    tcase_add_loop_test(tests, the_mode_does_not_depend_on_the_umask, 0, 5);
    tcase_add_test(tests, an_old_file_is_replaced_not_written_over);
    tcase_add_test(tests, a_left_over_new_file_is_not_reused);
    tcase_add_loop_test(tests, links_in_the_way_are_not_followed, 0, 4);
    tcase_add_test(tests, a_folder_that_is_a_link_is_refused);
    tcase_add_test(tests, a_file_is_no_folder);
    tcase_add_test(tests, a_folder_without_its_parent_is_not_made);
    tcase_add_test(tests, nothing_half_written_stays);
    tcase_add_test(tests, a_folder_as_the_new_file_is_an_error);
    tcase_add_test(tests, a_full_disk_keeps_the_old_file);
    tcase_add_test(tests, a_memfd_is_sealed);
    tcase_add_test(tests, a_memfd_is_read_by_its_path);
    return unit_main("private file", tests);
}
