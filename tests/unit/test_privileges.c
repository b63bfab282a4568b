// SPDX-License-Identifier: Apache-2.0

/* Each test is a process of its own, so what it gives up is gone for no other. */

#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define REDIS_UID 999
#define REDIS_GID 998
#define LIMITS "limits"

static struct failure failure;

struct sets {
    struct __user_cap_data_struct word[_LINUX_CAPABILITY_U32S_3];
};

static struct sets capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct sets sets = {0};
    ck_assert_int_eq(syscall(SYS_capget, &header, sets.word), 0);
    return sets;
}

static void set_capabilities(const struct sets *sets)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    ck_assert_int_eq(syscall(SYS_capset, &header, sets->word), 0);
}

static void lose(unsigned capability)
{
    struct sets sets = capabilities();
    sets.word[CAP_TO_INDEX(capability)].effective &= ~CAP_TO_MASK(capability);
    sets.word[CAP_TO_INDEX(capability)].permitted &= ~CAP_TO_MASK(capability);
    set_capabilities(&sets);
}

/* As an engine's `cap_add` with ambient ones: it would come through exec into the server. */
static void make_ambient(unsigned capability)
{
    struct sets sets = capabilities();
    sets.word[CAP_TO_INDEX(capability)].inheritable |= CAP_TO_MASK(capability);
    set_capabilities(&sets);
    ck_assert_int_eq(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0), 0);
}

static size_t bounding_count(void)
{
    size_t count = 0;
    for (unsigned long capability = 0; capability <= CAP_LAST_CAP; capability++)
        count += prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1 ? 1 : 0;
    return count;
}

static void expect_no_capabilities(void)
{
    const struct sets sets = capabilities();
    for (size_t i = 0; i < COUNT(sets.word); i++)
        ck_assert_uint_eq(
            sets.word[i].effective | sets.word[i].permitted | sets.word[i].inheritable, 0);
    for (unsigned long capability = 0; capability <= CAP_LAST_CAP; capability++)
        ck_assert_int_ne(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0), 1);
}

static void expect_ids(uid_t uid, gid_t gid)
{
    uid_t uids[3];
    gid_t gids[3];
    ck_assert_int_eq(getresuid(&uids[0], &uids[1], &uids[2]), 0);
    ck_assert_int_eq(getresgid(&gids[0], &gids[1], &gids[2]), 0);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(uids[i], uid);
        ck_assert_uint_eq(gids[i], gid);
    }
}

static void expect_dropped(uid_t uid, gid_t gid)
{
    ck_assert_msg(privileges_drop(uid, gid, &failure), "%s", failure.text);
    expect_ids(uid, gid);
    expect_no_capabilities();
    ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    ck_assert_int_lt(setuid(0), 0);
    ck_assert_int_lt(setresuid(0, 0, 0), 0);
}

START_TEST(root_gives_everything_up)
{
    if (!unit_is_root("root_gives_everything_up"))
        return;
    ck_assert_int_eq(setgroups(3, (const gid_t[]){0, 5, 27}), 0);
    expect_dropped(REDIS_UID, REDIS_GID);
    ck_assert_int_eq(getgroups(0, NULL), 0);
    ck_assert_uint_eq(bounding_count(), 0);
    ck_assert(!privileges_are_root());
}
END_TEST

/* Root's id gives no capability from here on, and none of this can be taken back. */
START_TEST(the_securebits_are_locked)
{
    static const int locked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                              SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                              SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    if (!unit_is_root("the_securebits_are_locked"))
        return;
    ck_assert_int_eq(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), 0);
    expect_dropped(REDIS_UID, REDIS_GID);
    ck_assert_int_eq(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), locked);
    ck_assert_int_eq(prctl(PR_SET_SECUREBITS, 0, 0, 0, 0), -1);
    ck_assert_int_eq(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), -1);
}
END_TEST

/* `cap_drop: ALL` with what is needed added: the bounding set stays, without effect. */
START_TEST(without_setpcap_the_rest_holds)
{
    if (!unit_is_root("without_setpcap_the_rest_holds"))
        return;
    const size_t before = bounding_count();
    lose(CAP_SETPCAP);
    expect_dropped(REDIS_UID, REDIS_GID);
    ck_assert_uint_eq(bounding_count(), before);
    ck_assert_int_eq(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), 0);
}
END_TEST

START_TEST(inheritable_and_ambient_ones_go_as_well)
{
    if (!unit_is_root("inheritable_and_ambient_ones_go_as_well"))
        return;
    make_ambient(CAP_NET_BIND_SERVICE);
    lose(CAP_SETPCAP);
    expect_dropped(REDIS_UID, REDIS_GID);
}
END_TEST

START_TEST(kept_capabilities_go_as_well)
{
    if (!unit_is_root("kept_capabilities_go_as_well"))
        return;
    ck_assert_int_eq(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), 0);
    expect_dropped(REDIS_UID, REDIS_GID);
}
END_TEST

START_TEST(a_group_of_root_is_no_root)
{
    if (!unit_is_root("a_group_of_root_is_no_root"))
        return;
    expect_dropped(REDIS_UID, 0);
}
END_TEST

struct need {
    unsigned capability;
    const char *text;
};

static const struct need needs[] = {
    {CAP_SETUID, "uid 999 can't be taken, the container needs CAP_SETUID"},
    {CAP_SETGID, "gid 998 can't be taken, the container needs CAP_SETGID"},
};

START_TEST(a_missing_capability_is_named)
{
    if (!unit_is_root("a_missing_capability_is_named"))
        return;
    lose(needs[_i].capability);
    ck_assert(!privileges_drop(REDIS_UID, REDIS_GID, &failure));
    ck_assert_int_eq(failure.exit_code, EX_NOPERM);
    ck_assert_int_eq(failure.error, EPERM);
    ck_assert_msg(strstr(failure.text, needs[_i].text) == failure.text, "%s", failure.text);
}
END_TEST

struct half {
    uid_t real;
    uid_t effective;
    bool root;
};

static const struct half halves[] = {
    {0, 0, true}, {0, REDIS_UID, true}, {REDIS_UID, 0, true}, {REDIS_UID, REDIS_UID, false}};

START_TEST(half_of_root_is_root)
{
    if (!unit_is_root("half_of_root_is_root"))
        return;
    ck_assert_int_eq(setresuid(halves[_i].real, halves[_i].effective, (uid_t)-1), 0);
    ck_assert(privileges_are_root() == halves[_i].root);
    if (halves[_i].effective == 0)
        expect_dropped(REDIS_UID, REDIS_GID);
    else if (halves[_i].root)
        ck_assert(!privileges_drop(REDIS_UID, REDIS_GID, &failure));
}
END_TEST

/* The saved id alone is a way back that no id of the process shows. */
START_TEST(a_saved_root_is_found)
{
    if (!unit_is_root("a_saved_root_is_found"))
        return;
    ck_assert_int_eq(setresuid(REDIS_UID, REDIS_UID, 0), 0);
    ck_assert(!privileges_are_root());
    ck_assert(!privileges_drop(REDIS_UID, REDIS_GID, &failure));
    ck_assert_int_eq(failure.exit_code, EX_NOPERM);
    ck_assert_msg(strstr(failure.text, "root could be had back") != NULL, "%s", failure.text);
}
END_TEST

START_TEST(who_is_not_root_stays_who_he_is)
{
    if (geteuid() == 0) {
        make_ambient(CAP_NET_BIND_SERVICE);
        ck_assert_int_eq(setresgid(REDIS_GID, REDIS_GID, REDIS_GID), 0);
        ck_assert_int_eq(setresuid(REDIS_UID, REDIS_UID, REDIS_UID), 0);
    }
    const uid_t uid = getuid();
    const gid_t gid = getgid();
    ck_assert_msg(privileges_drop(uid + 1, gid + 1, &failure), "%s", failure.text);
    expect_ids(uid, gid);
    expect_no_capabilities();
    ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}
END_TEST

START_TEST(nothing_comes_into_a_core)
{
    struct rlimit limit;
    char filter[16] = "";
    ck_assert_msg(privileges_forbid_cores(&failure), "%s", failure.text);
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    ck_assert_uint_eq(limit.rlim_cur, 0);
    ck_assert_uint_eq(limit.rlim_max, 0);
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
    const int fd = open("/proc/self/coredump_filter", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(read(fd, filter, sizeof(filter) - 1), 0);
    ck_assert_str_eq(filter, "00000000\n");
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(an_ordinary_program_is_the_callers)
{
    ck_assert_msg(privileges_are_the_callers(&failure), "%s", failure.text);
}
END_TEST

struct mask {
    mode_t given;
    mode_t kept;
};

static const struct mask masks[] = {{0022, 0077}, {0077, 0077}, {0027, 0027}, {0007, 0007},
                                    {0, 0},       {0002, 0002}, {0777, 0777}};

START_TEST(the_mask_is_tightened_unless_it_was_chosen)
{
    (void)umask(masks[_i].given);
    ck_assert_msg(privileges_set_limits(&failure), "%s", failure.text);
    ck_assert_uint_eq(umask(0), masks[_i].kept);
}
END_TEST

struct files {
    rlim_t given[2]; /* soft and hard */
    rlim_t kept[2];  /* by who may not raise the hard one */
    rlim_t raised;   /* the hard one by who may */
};

static const struct files all_files[] = {
    {{64, 64}, {64, 64}, 10032},
    {{64, 5000}, {5000, 5000}, 10032},
    {{64, 10032}, {10032, 10032}, 10032},
    {{64, 20000}, {20000, 20000}, 20000},
    {{15000, 15000}, {15000, 15000}, 15000},
    {{1024, 65536}, {65536, 65536}, 65536},
    {{1024, 100000}, {65536, 100000}, 100000},
    {{70000, 100000}, {70000, 100000}, 100000},
};

static bool may_raise(void)
{
    const struct sets sets = capabilities();
    return (sets.word[CAP_TO_INDEX(CAP_SYS_RESOURCE)].effective & CAP_TO_MASK(CAP_SYS_RESOURCE)) !=
           0;
}

/* What nobody can set on this machine is no case here. */
static bool can_be_given(const struct files *row)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    return may_raise() || row->given[1] <= limit.rlim_max;
}

/* In a program of its own, whose limits the kernel keeps also where this one runs under valgrind.
 */
static int play_limits(char **words)
{
    struct rlimit limit = {strtoul(words[1], NULL, 10), strtoul(words[2], NULL, 10)};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || (*words[0] == 'u' && seteuid(REDIS_UID) != 0))
        return 1;
    if (!privileges_set_limits(&failure) || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 2;
    printf("%lu %lu\n", (unsigned long)limit.rlim_cur, (unsigned long)limit.rlim_max);
    return 0;
}

static void expect_files(const struct files *row, const char *who, bool raised)
{
    char command[2 * PATH_MAX];
    char found[64];
    char expected[64];
    const bool higher = raised && row->raised > row->given[1];
    (void)snprintf(command, sizeof(command), "exec '%s' " LIMITS " %s %lu %lu", unit_self(), who,
                   (unsigned long)row->given[0], (unsigned long)row->given[1]);
    (void)snprintf(expected, sizeof(expected), "%lu %lu\n",
                   (unsigned long)(higher ? row->raised : row->kept[0]),
                   (unsigned long)(higher ? row->raised : row->kept[1]));
    FILE *output = popen(command, "re");
    ck_assert_ptr_nonnull(output);
    ck_assert_ptr_nonnull(fgets(found, sizeof(found), output));
    ck_assert_int_eq(pclose(output), 0);
    ck_assert_str_eq(found, expected);
}

START_TEST(the_open_files_are_raised)
{
    if (can_be_given(&all_files[_i]))
        expect_files(&all_files[_i], "caller", may_raise());
}
END_TEST

START_TEST(others_raise_them_as_far_as_they_may)
{
    if (unit_is_root("others_raise_them_as_far_as_they_may") && can_be_given(&all_files[_i]))
        expect_files(&all_files[_i], "user", false);
}
END_TEST

static void add_drops(TCase *tests)
{
    tcase_add_test(tests, root_gives_everything_up);
    tcase_add_test(tests, the_securebits_are_locked);
    tcase_add_test(tests, without_setpcap_the_rest_holds);
    tcase_add_test(tests, inheritable_and_ambient_ones_go_as_well);
    tcase_add_test(tests, kept_capabilities_go_as_well);
    tcase_add_test(tests, a_group_of_root_is_no_root);
    tcase_add_loop_test(tests, a_missing_capability_is_named, 0, COUNT(needs));
    tcase_add_loop_test(tests, half_of_root_is_root, 0, COUNT(halves));
    tcase_add_test(tests, a_saved_root_is_found);
    tcase_add_test(tests, who_is_not_root_stays_who_he_is);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], LIMITS) == 0)
        return play_limits(argv + 2);
    TCase *tests = tcase_create("privileges");
    add_drops(tests);
    tcase_add_test(tests, nothing_comes_into_a_core);
    tcase_add_test(tests, an_ordinary_program_is_the_callers);
    tcase_add_loop_test(tests, the_mask_is_tightened_unless_it_was_chosen, 0, COUNT(masks));
    tcase_add_loop_test(tests, the_open_files_are_raised, 0, COUNT(all_files));
    tcase_add_loop_test(tests, others_raise_them_as_far_as_they_may, 0, COUNT(all_files));
    return unit_main("privileges", tests);
}
