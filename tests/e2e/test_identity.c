// SPDX-License-Identifier: Apache-2.0

/* Who the server runs as, with which limits, and which folders it was given. */

#include <check.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"
#define CAP_CHOWN 0 /* capabilities(7) */
#define CAP_SETGID 6
#define CAP_SETUID 7

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

static struct stat status_of(const char *name)
{
    char path[256];
    struct stat status;
    container_path(&container, name, path, sizeof(path));
    ck_assert_int_eq(lstat(path, &status), 0);
    return status;
}

static void expect_status_line(pid_t pid, const char *file, const char *line)
{
    char text[8192];
    ck_assert_int_gt(sandbox_proc_file(pid, file, text, sizeof(text)), 0);
    ck_assert_msg(strstr(text, line) != NULL, "%s of %d lacks %s:\n%s", file, pid, line, text);
}

static void expect_unprivileged(pid_t pid, uid_t uid, gid_t gid)
{
    char line[64];
    (void)snprintf(line, sizeof(line), "\nUid:\t%u\t%u\t%u\t%u\n", uid, uid, uid, uid);
    expect_status_line(pid, "status", line);
    (void)snprintf(line, sizeof(line), "\nGid:\t%u\t%u\t%u\t%u\n", gid, gid, gid, gid);
    expect_status_line(pid, "status", line);
    expect_status_line(pid, "status", "\nGroups:\t \n");
    expect_status_line(pid, "status", "\nCapInh:\t0000000000000000\n");
    expect_status_line(pid, "status", "\nCapPrm:\t0000000000000000\n");
    expect_status_line(pid, "status", "\nCapEff:\t0000000000000000\n");
    expect_status_line(pid, "status", "\nCapAmb:\t0000000000000000\n");
    expect_status_line(pid, "status", "\nNoNewPrivs:\t1\n");
}

static bool come_with_groups(void *argument)
{
    (void)argument;
    return setgroups(3, (const gid_t[]){0, 5, 27}) == 0;
}

START_TEST(root_is_dropped_for_good)
{
    if (!container_is_root("root_is_dropped_for_good"))
        return;
    container.before_exec = come_with_groups;
    container_start_guarded(&container, PASSWORD);
    ck_assert_ptr_nonnull(strstr(container.log, "as 999:999 (root dropped)"));
    const pid_t processes[] = {container.pid, container_server(&container)};
    for (size_t i = 0; i < 2; i++) {
        expect_unprivileged(processes[i], 999, 999);
        expect_status_line(processes[i], "status", "\nCapBnd:\t0000000000000000\n");
    }
    container_stop(&container, 0);
}
END_TEST

START_TEST(other_ids_can_be_set)
{
    if (!container_is_root("other_ids_can_be_set"))
        return;
    container_setenv(&container, "REDIS_INIT_UID=1500");
    container_setenv(&container, "REDIS_INIT_GID=1600");
    container_start_guarded(&container, PASSWORD);
    expect_unprivileged(container_server(&container), 1500, 1600);
    container_stop(&container, 0);
    ck_assert_uint_eq(status_of("data").st_uid, 1500);
    ck_assert_uint_eq(status_of("data/dump.rdb").st_gid, 1600);
}
END_TEST

static bool become_1234(void *argument)
{
    (void)argument;
    return mkdir("/run/mine", 0770) == 0 && chown("/run/mine", 1234, 0) == 0 &&
           setgroups(0, NULL) == 0 && setgid(0) == 0 && setuid(1234) == 0;
}

/* OpenShift: no passwd entry, gid 0, and nothing to drop. */
START_TEST(arbitrary_uid_with_gid_0)
{
    if (!container_is_root("arbitrary_uid_with_gid_0"))
        return;
    container.before_exec = become_1234;
    container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/mine");
    container_start_guarded(&container, PASSWORD);
    ck_assert_ptr_nonnull(strstr(container.log, "as 1234:0 (not started as root)"));
    expect_unprivileged(container_server(&container), 1234, 0);
    container_stop(&container, 0);
}
END_TEST

static bool keep_capabilities(unsigned long a, unsigned long b)
{
    for (unsigned long capability = 0; capability <= 63; capability++)
        if (capability != a && capability != b)
            (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    return true;
}

/* `cap_drop: ALL` and `cap_add: [SETUID, SETGID]`: no CAP_SETPCAP, so the bounding set stays, and
 * no CAP_CHOWN, so folders have to be the uid's already, nor CAP_DAC_OVERRIDE to look into them. */
static bool keep_setuid_and_setgid(void *argument)
{
    (void)argument;
    return chmod("/run/data", 0700) == 0 && chown("/run/data", 999, 999) == 0 &&
           mkdir("/run/redis-init", 0700) == 0 && chown("/run/redis-init", 999, 999) == 0 &&
           keep_capabilities(CAP_SETGID, CAP_SETUID);
}

START_TEST(two_capabilities_are_enough)
{
    if (!container_is_root("two_capabilities_are_enough"))
        return;
    container.before_exec = keep_setuid_and_setgid;
    container_start_guarded(&container, PASSWORD);
    expect_unprivileged(container_server(&container), 999, 999);
    container_stop(&container, 0);
}
END_TEST

/* NFS with root_squash: chown is refused. */
static bool refuse_chown(void *argument)
{
    const mode_t *mode = argument;
    return chmod("/run/data", *mode) == 0 && keep_capabilities(CAP_SETGID, CAP_SETUID);
}

START_TEST(refused_chown_of_a_usable_folder_is_fine)
{
    static mode_t mode = 0777;
    if (!container_is_root("refused_chown_of_a_usable_folder_is_fine"))
        return;
    container.before_exec = refuse_chown;
    container.before_exec_arg = &mode;
    container_start_guarded(&container, PASSWORD);
    ck_assert_uint_eq(status_of("data").st_uid, 0);
    container_stop(&container, 0);
    ck_assert_uint_eq(status_of("data/dump.rdb").st_uid, 999);
}
END_TEST

START_TEST(refused_chown_of_a_useless_folder_ends_with_73)
{
    static mode_t mode = 0700;
    if (!container_is_root("refused_chown_of_a_useless_folder_ends_with_73"))
        return;
    container.before_exec = refuse_chown;
    container.before_exec_arg = &mode;
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), 73);
    ck_assert_ptr_nonnull(strstr(container.log, "data_dir /run/data can't be used as uid 999"));
}
END_TEST

/* An emptyDir with fsGroup: root's, 2777 or 2770 with the group (just-containers/s6-overlay#600) */
static bool make_fsgroup_folder(void *argument)
{
    (void)argument;
    return mkdir("/run/shared", 0777) == 0 && chmod("/run/shared", 02777) == 0 &&
           chown("/run/data", 1234, 1234) == 0 && setgroups(0, NULL) == 0 && setgid(1234) == 0 &&
           setuid(1234) == 0;
}

START_TEST(fsgroup_folder_is_used_as_it_is)
{
    if (!container_is_root("fsgroup_folder_is_used_as_it_is"))
        return;
    container.before_exec = make_fsgroup_folder;
    container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/shared");
    container_start_guarded(&container, PASSWORD);
    ck_assert_uint_eq(status_of("shared/redis.conf").st_mode, S_IFREG | 0600);
    ck_assert_uint_eq(status_of("shared/redis.conf").st_uid, 1234);
    container_stop(&container, 0);
}
END_TEST

START_TEST(data_is_given_and_the_rest_left_alone)
{
    char path[256], other[256];
    if (!container_is_root("data_is_given_and_the_rest_left_alone"))
        return;
    container_write(&container, "data/foreign.txt", "x", 1, 0644);
    container_write(&container, "target", "x", 1, 0600);
    container_write(&container, "shadow", "x", 1, 0600);
    container_path(&container, "data/temp-77.rdb", path, sizeof(path));
    ck_assert_int_eq(symlink("/run/target", path), 0);
    container_path(&container, "shadow", other, sizeof(other));
    container_path(&container, "data/temp-78.rdb", path, sizeof(path));
    ck_assert_int_eq(link(other, path), 0);
    container_write(&container, "data/nodes.conf", "", 0, 0600);
    container_start_guarded(&container, PASSWORD);
    ck_assert_uint_eq(status_of("data").st_uid, 999);
    ck_assert_uint_eq(status_of("data/nodes.conf").st_uid, 999);
    ck_assert_uint_eq(status_of("data/foreign.txt").st_uid, 0);
    ck_assert_uint_eq(status_of("target").st_uid, 0);
    ck_assert_uint_eq(status_of("shadow").st_uid, 0);
    container_stop(&container, 0);
}
END_TEST

static bool tighten(void *argument)
{
    const struct rlimit files = {64, 20000};
    const struct rlimit core = {RLIM_INFINITY, RLIM_INFINITY};
    const mode_t *mask = argument;
    (void)umask(*mask);
    return setrlimit(RLIMIT_NOFILE, &files) == 0 && setrlimit(RLIMIT_CORE, &core) == 0;
}

struct mask {
    mode_t given;
    const char *line;
};

static const struct mask masks[] = {{0022, "\nUmask:\t0077\n"}, {0027, "\nUmask:\t0027\n"}};

START_TEST(limits_and_umask)
{
    mode_t given = masks[_i].given;
    if (!container_is_root("limits_and_umask"))
        return;
    container.before_exec = tighten;
    container.before_exec_arg = &given;
    container_start_guarded(&container, PASSWORD);
    const pid_t processes[] = {container.pid, container_server(&container)};
    for (size_t i = 0; i < 2; i++) {
        expect_status_line(processes[i], "status", masks[_i].line);
        expect_status_line(processes[i], "limits",
                           "Max core file size        0                    0 ");
        expect_status_line(processes[i], "coredump_filter", "00000000\n");
    }
    expect_status_line(container.pid, "limits",
                       "Max open files            20000                20000 ");
    container_stop(&container, 0);
}
END_TEST

/* moby/moby#31243: a descriptor that was kept can be written to after the drop. */
START_TEST(other_program_is_supervised_without_root)
{
    static const char script[] = "id -u; env; tr .\\0. .-. </proc/1/cmdline; echo; exit 7";
    static const char *const words[] = {"-e", "7", "sh", "-c", script};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        container_arg(&container, words[i]);
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), 0);
    char uid[16];
    (void)snprintf(uid, sizeof(uid), "%u\n", container_uid());
    ck_assert_ptr_nonnull(strstr(container.log, uid));
    ck_assert_ptr_null(strstr(container.log, PASSWORD));
    ck_assert_ptr_null(strstr(container.log, "REDIS_INIT_"));
    ck_assert_ptr_nonnull(strstr(container.log, "redis-init-supervise"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("identity");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, root_is_dropped_for_good);
    tcase_add_test(tests, other_ids_can_be_set);
    tcase_add_test(tests, arbitrary_uid_with_gid_0);
    tcase_add_test(tests, two_capabilities_are_enough);
    tcase_add_test(tests, refused_chown_of_a_usable_folder_is_fine);
    tcase_add_test(tests, refused_chown_of_a_useless_folder_ends_with_73);
    tcase_add_test(tests, fsgroup_folder_is_used_as_it_is);
    tcase_add_test(tests, data_is_given_and_the_rest_left_alone);
    tcase_add_loop_test(tests, limits_and_umask, 0, 2);
    tcase_add_test(tests, other_program_is_supervised_without_root);
    return container_main(tests);
}
