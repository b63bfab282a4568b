// SPDX-License-Identifier: Apache-2.0

/* Folders and files that somebody else could change: they decide neither what the server reads nor
 * what root gives away. */

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"
#define FOREIGN "foreign-5b0a6d1c"
#define OTHER_ID 1234

static struct container container;

static void setup(void)
{
    container_init(&container);
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
}

static void teardown(void)
{
    container_free(&container);
}

static void expect_command_line(const char *word)
{
    char words[4096];
    const ssize_t length = sandbox_proc_file(container.pid, "cmdline", words, sizeof(words));
    ck_assert_int_gt(length, 0);
    ck_assert_msg(memmem(words, (size_t)length, word, strlen(word)) != NULL, "no %s", word);
}

/* An emptyDir, in which a foreign redis.conf and another file lie already. */
static bool share_run_dir(void *argument)
{
    const mode_t *mode = argument;
    FILE *file;
    if (mkdir("/run/shared", 0700) != 0 || chmod("/run/shared", *mode) != 0 ||
        (file = fopen("/run/shared/redis.conf", "we")) == NULL ||
        fputs("requirepass " FOREIGN "\n", file) < 0 || fclose(file) != 0 ||
        (file = fopen("/run/shared/other", "we")) == NULL || fclose(file) != 0)
        return false;
    return geteuid() != 0 || chown("/run/shared/redis.conf", OTHER_ID, OTHER_ID) == 0;
}

/* The server as one who got hold of the folder in time would see it start. */
static void swap_before_the_server_reads(void)
{
    static const char script[] = "#!/bin/sh\n"
                                 "mv /run/shared/redis.conf /run/shared/ours &&\n"
                                 "echo 'requirepass " FOREIGN "' >/run/shared/redis.conf &&\n"
                                 "echo swapped && exec redis-server \"$@\"\n";
    container_write(&container, "bin/swap", script, strlen(script), 0755);
    container_setenv(&container, "REDIS_INIT_SERVER=/run/bin/swap");
}

START_TEST(a_swapped_conf_is_not_read)
{
    static mode_t modes[] = {0777, 02777};
    container.before_exec = share_run_dir;
    container.before_exec_arg = &modes[_i];
    container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/shared");
    swap_before_the_server_reads();
    container_start_guarded(&container, PASSWORD);
    ck_assert_ptr_nonnull(strstr(container.log, "swapped\n"));
    ck_assert_ptr_nonnull(strstr(container.log, "others could swap /run/shared/redis.conf"));
    ck_assert_ptr_nonnull(strstr(container.log, "conf /proc/self/fd/"));
    expect_command_line("/proc/self/fd/");
    container_stop(&container, 0);
}
END_TEST

static bool make_parent_writable(void *argument)
{
    (void)argument;
    return mkdir("/run/open", 0777) == 0 && chmod("/run/open", 0777) == 0;
}

/* The run folder itself is private, but another one could be put in its place. */
START_TEST(a_run_dir_below_a_writable_folder)
{
    container.before_exec = make_parent_writable;
    container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/open/run");
    container_start_guarded(&container, PASSWORD);
    expect_command_line("/proc/self/fd/");
    container_stop(&container, 0);
}
END_TEST

/* Redis takes the path of its conf for a pattern, which would match nothing. */
START_TEST(a_run_dir_that_looks_like_a_pattern)
{
    container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/r[x]d");
    container_start_guarded(&container, PASSWORD);
    expect_command_line("/proc/self/fd/");
    container_stop(&container, 0);
}
END_TEST

static bool link_to_private(void *argument)
{
    (void)argument;
    return mkdir("/run/theirs", 0755) == 0 && symlink("/run", "/run/theirs/way") == 0 &&
           (geteuid() != 0 || (chown("/run/theirs", OTHER_ID, OTHER_ID) == 0 &&
                               lchown("/run/theirs/way", OTHER_ID, OTHER_ID) == 0));
}

/* The folder is private, but the owner of the link decides which one the path leads to. */
START_TEST(a_run_dir_behind_a_link_of_another)
{
    container.before_exec = link_to_private;
    container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/theirs/way/data");
    container_start_guarded(&container, PASSWORD);
    expect_command_line("/proc/self/fd/");
    container_stop(&container, 0);
}
END_TEST

static bool make_links(void *argument)
{
    const uid_t *owner = argument;
    return mkdir("/run/target", 0755) == 0 && mkdir("/run/target/data", 0755) == 0 &&
           symlink("/run/target", "/run/way") == 0 && lchown("/run/way", *owner, 0) == 0 &&
           symlink("/run/target/data", "/run/last") == 0;
}

static struct stat status_of(const char *name)
{
    char path[256];
    struct stat status;
    container_path(&container, name, path, sizeof(path));
    ck_assert_int_eq(lstat(path, &status), 0);
    return status;
}

struct link_way {
    const char *setting;
    const char *says; /* NULL: it is followed */
    uid_t owner;
};

static const struct link_way link_ways[] = {
    {"REDIS_INIT_DATA_DIR=/run/way/data", "data_dir /run/way/data", OTHER_ID},
    {"REDIS_INIT_DATA_DIR=/run/way/new", "data_dir /run/way/new", OTHER_ID},
    {"REDIS_INIT_DATA_DIR=/run/last", "data_dir /run/last", 0},
    {"REDIS_INIT_DATA_DIR=/run/last/", "data_dir /run/last", 0},
    {"REDIS_INIT_RUN_DIR=/run/way/data", "run_dir /run/way/data", OTHER_ID},
    {"REDIS_INIT_RUN_DIR=/run/last", "run_dir /run/last", 0},
    {"REDIS_INIT_DATA_DIR=/run/way/data", NULL, 0},
};

START_TEST(links_that_root_did_not_make_are_not_followed)
{
    const struct link_way *way = &link_ways[_i];
    static uid_t owner;
    if (!container_is_root("links_that_root_did_not_make_are_not_followed"))
        return;
    owner = way->owner;
    container.before_exec = make_links;
    container.before_exec_arg = &owner;
    container_setenv(&container, way->setting);
    container_setenv(&container, "REDIS_INIT_CONF=file");
    if (way->says == NULL) {
        container_start_guarded(&container, PASSWORD);
        container_stop(&container, 0);
        ck_assert_uint_eq(status_of("target/data").st_uid, 999);
        return;
    }
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), 73);
    ck_assert_msg(strstr(container.log, way->says) != NULL, "%s", container.log);
    ck_assert_uint_eq(status_of("target/data").st_uid, 0);
    ck_assert_uint_eq(status_of("target/data").st_mode, S_IFDIR | 0755);
    ck_assert(!container_has(&container, "target/new"));
}
END_TEST

struct owner {
    uid_t ini;
    bool read_only; /* mounted so, as a developer's file may be */
    int code;
};

static const struct owner owners[] = {
    {999, false, 78},
    {1500, false, 78}, /* who the server will be stands in the ini itself */
    {1500, true, 0},
    {0, false, 0},
};

static bool give_ini(void *argument)
{
    const struct owner *owner = argument;
    return chown("/run/x.ini", owner->ini, 0) == 0 &&
           (!owner->read_only ||
            (mount("/run/x.ini", "/run/x.ini", NULL, MS_BIND, NULL) == 0 &&
             mount(NULL, "/run/x.ini", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0));
}

/* Its owner would tell root which folders to give away, and to whom. */
START_TEST(an_ini_of_another_is_refused)
{
    if (!container_is_root("an_ini_of_another_is_refused"))
        return;
    container.before_exec = give_ini;
    container.before_exec_arg = (void *)(uintptr_t)&owners[_i];
    container_write(&container, "x.ini", "[redis]\n", 8, 0644);
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
    if (owners[_i].code == 0) {
        container_start_guarded(&container, PASSWORD);
        container_stop(&container, 0);
        return;
    }
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), owners[_i].code);
    ck_assert_msg(strstr(container.log, "/run/x.ini belongs to uid") != NULL, "%s", container.log);
    ck_assert_uint_eq(status_of("data").st_uid, 0);
}
END_TEST

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))

int main(void)
{
    TCase *tests = tcase_create("folders");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, a_swapped_conf_is_not_read, 0, 2);
    tcase_add_test(tests, a_run_dir_that_looks_like_a_pattern);
    tcase_add_test(tests, a_run_dir_behind_a_link_of_another);
    tcase_add_test(tests, a_run_dir_below_a_writable_folder);
    tcase_add_loop_test(tests, links_that_root_did_not_make_are_not_followed, 0, COUNT(link_ways));
    tcase_add_loop_test(tests, an_ini_of_another_is_refused, 0, COUNT(owners));
    return container_main(tests);
}
