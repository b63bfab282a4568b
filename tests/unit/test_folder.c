// SPDX-License-Identifier: Apache-2.0
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define OTHER_ID 1234

static const char *path_of(const char *name)
{
    static char paths[4][PATH_MAX];
    static size_t turn;
    char *path = paths[turn++ % 4];
    (void)snprintf(path, PATH_MAX, "%s/%s", unit_folder(), name);
    return path;
}

static void make_folder(const char *name, uid_t owner, mode_t mode)
{
    ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
    ck_assert_int_eq(chown(path_of(name), owner, (gid_t)-1), 0);
    ck_assert_int_eq(chmod(path_of(name), mode), 0);
}

static struct stat status_of(const char *path)
{
    struct stat status;
    ck_assert_msg(lstat(path, &status) == 0, "%s: %s", path, strerror(errno));
    return status;
}

static void expect_opened(const char *path, const char *expected)
{
    struct stat opened;
    const int folder = folder_open_as_root(path);
    ck_assert_msg(folder >= 0, "%s: %s", path, strerror(errno));
    ck_assert_int_eq(fstat(folder, &opened), 0);
    ck_assert_uint_eq(opened.st_ino, status_of(expected).st_ino);
    ck_assert_int_eq(fcntl(folder, F_GETFL) & (O_ACCMODE | O_PATH), O_RDONLY);
    ck_assert_int_eq(fcntl(folder, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(close(folder), 0);
}

/* On no way out a descriptor stays open. */
static void expect_refused(const char *path, int error)
{
    const int lowest = dup(0);
    ck_assert_int_eq(close(lowest), 0);
    errno = 0;
    ck_assert_msg(folder_open_as_root(path) == -1, "%s", path);
    ck_assert_msg(errno == error, "%s: %s", path, strerror(errno));
    ck_assert_int_eq(dup(0), lowest);
    ck_assert_int_eq(close(lowest), 0);
}

START_TEST(a_missing_one_is_made)
{
    static const mode_t masks[] = {0, 0022, 0077};
    (void)umask(masks[_i]);
    const int folder = folder_open_as_root(path_of("new"));
    ck_assert_int_ge(folder, 0);
    ck_assert_int_eq(close(folder), 0);
    ck_assert_uint_eq(status_of(path_of("new")).st_mode, S_IFDIR | 0700);
    ck_assert_uint_eq(status_of(path_of("new")).st_uid, geteuid());
    expect_refused(path_of("none/new"), ENOENT);
    ck_assert_int_eq(access(path_of("none"), F_OK), -1);
}
END_TEST

START_TEST(one_that_is_there_stays_as_it_is)
{
    make_folder("there", geteuid(), 0751);
    make_folder("there/below", geteuid(), 0700);
    expect_opened(path_of("there"), path_of("there"));
    ck_assert_uint_eq(status_of(path_of("there")).st_mode, S_IFDIR | 0751);
    expect_opened(path_of("there//"), path_of("there"));
    expect_opened(path_of("there/./below/"), path_of("there/below"));
    expect_opened(path_of("there/below/.."), path_of("there"));
    expect_opened(path_of("there/below/../."), path_of("there"));
}
END_TEST

static const char *const roots[] = {
    "/", "//", "/.", "/..", "/./..", "/tmp/..", "/tmp/../", "/tmp/../.", "/tmp/./../../.."};

START_TEST(the_root_folder_is_refused)
{
    struct failure failure = {0};
    expect_refused(roots[_i], EBUSY);
    ck_assert(!folder_failure("data_dir", roots[_i], &failure));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert_msg(strstr(failure.text, "data_dir /") != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, "is the root folder") != NULL, "%s", failure.text);
}
END_TEST

START_TEST(a_file_is_refused)
{
    unit_write(path_of("file"), "", 0, 0600);
    expect_refused(path_of("file"), ENOTDIR);
    expect_refused(path_of("file/below"), ENOTDIR);
    expect_refused(path_of("file/.."), ENOTDIR);
}
END_TEST

/* Whoever made it: the folder behind it gets another owner. */
START_TEST(the_last_step_is_no_link)
{
    static const char *const ways[] = {"link", "link/", "link//", "./link"};
    make_folder("target", geteuid(), 0755);
    ck_assert_int_eq(symlink(path_of("target"), path_of("link")), 0);
    expect_refused(path_of(ways[_i]), ELOOP);
    ck_assert_uint_eq(status_of(path_of("target")).st_mode, S_IFDIR | 0755);
    ck_assert_int_eq(symlink(path_of("none"), path_of("dangling")), 0);
    ck_assert_int_eq(folder_open_as_root(path_of("dangling")), -1);
    ck_assert_int_eq(access(path_of("none"), F_OK), -1);
}
END_TEST

struct way {
    uid_t link;
    uid_t folder; /* that the link is in */
    mode_t mode;
    bool followed;
};

static const struct way ways[] = {
    {0, 0, 0755, true},          {0, 0, 0700, true},
    {0, 0, 01777, true}, /* nobody but root can have put root's link there */
    {0, 0, 0777, false},         {0, 0, 0775, false},
    {0, 0, 0757, false},         {0, OTHER_ID, 0755, false},
    {0, OTHER_ID, 01777, false}, {OTHER_ID, 0, 0755, false},
    {OTHER_ID, 0, 01777, false}, {OTHER_ID, OTHER_ID, 0755, false},
};

START_TEST(a_link_on_the_way_is_followed_if_it_is_roots)
{
    const struct way *way = &ways[_i];
    if (!unit_is_root("a_link_on_the_way_is_followed_if_it_is_roots"))
        return;
    make_folder("target", 0, 0755);
    make_folder("target/data", 0, 0700);
    make_folder("way", way->folder, way->mode);
    ck_assert_int_eq(symlink("../target", path_of("way/link")), 0);
    ck_assert_int_eq(lchown(path_of("way/link"), way->link, 0), 0);
    if (way->followed)
        expect_opened(path_of("way/link/data"), path_of("target/data"));
    else
        expect_refused(path_of("way/link/data"), ELOOP);
    if (!way->followed)
        expect_refused(path_of("way/link/new"), ELOOP);
    ck_assert_int_eq(access(path_of("target/new"), F_OK), -1);
}
END_TEST

/* Root's link, to a name that is the user's to choose. */
START_TEST(a_users_link_behind_roots_is_not_followed)
{
    if (!unit_is_root("a_users_link_behind_roots_is_not_followed"))
        return;
    make_folder("target", 0, 0755);
    make_folder("target/data", 0, 0700);
    make_folder("users", OTHER_ID, 0755);
    make_folder("way", 0, 0755);
    ck_assert_int_eq(symlink("../target", path_of("users/link")), 0);
    ck_assert_int_eq(lchown(path_of("users/link"), OTHER_ID, 0), 0);
    ck_assert_int_eq(symlink(path_of("users/link"), path_of("way/link")), 0);
    expect_refused(path_of("way/link/data"), ELOOP);
    ck_assert_int_eq(unlink(path_of("way/link")), 0);
    ck_assert_int_eq(symlink("./second", path_of("way/link")), 0);
    ck_assert_int_eq(symlink(path_of("target//."), path_of("way/second")), 0);
    expect_opened(path_of("way/link/data"), path_of("target/data"));
    ck_assert_int_eq(symlink("third", path_of("way/third")), 0);
    expect_refused(path_of("way/third/data"), ELOOP);
}
END_TEST

/* Not another one, whose name is what fits. */
START_TEST(a_name_that_is_too_long_is_refused)
{
    char name[NAME_MAX + 2];
    memset(name, 'x', sizeof(name));
    name[NAME_MAX] = '\0';
    make_folder(name, geteuid(), 0700);
    expect_opened(path_of(name), path_of(name));
    name[NAME_MAX] = 'x';
    name[NAME_MAX + 1] = '\0';
    expect_refused(path_of(name), ENAMETOOLONG);
}
END_TEST

struct said {
    int error;
    const char *text;
};

static const struct said says[] = {
    {EBUSY, "is the root folder, name another"},
    {ELOOP, "a symbolic link leads there, name the folder"},
    {ENOENT, "can't be made, mount a folder there: No such file"},
    {EROFS, "can't be made, mount a folder there: Read-only file system"},
    {ENOTDIR, "can't be opened: Not a directory"},
    {EACCES, "can't be opened: Permission denied"},
};

START_TEST(a_failure_says_what_to_do)
{
    struct failure failure = {0};
    errno = says[_i].error;
    ck_assert(!folder_failure("run_dir", "/some/where", &failure));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert_msg(strstr(failure.text, "run_dir /some/where ") == failure.text, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, says[_i].text) != NULL, "%s", failure.text);
}
END_TEST

struct place {
    uid_t above_owner; /* 0: the caller, whoever that is */
    mode_t above_mode;
    uid_t owner;
    mode_t mode;
    bool is_private;
};

static const struct place places[] = {
    {0, 0755, 0, 0700, true},          {0, 0755, 0, 0755, true},
    {0, 0755, 0, 01777, true},         {0, 01777, 0, 0700, true},
    {0, 0755, 0, 0777, false},         {0, 0755, 0, 02777, false}, /* an emptyDir with fsGroup */
    {0, 0755, 0, 0770, false},         {0, 0755, 0, 0707, false},
    {0, 0777, 0, 0700, false}, /* another folder could be put in its place */
    {0, 0770, 0, 0700, false},         {0, 0755, OTHER_ID, 0700, false},
    {0, 0755, OTHER_ID, 01777, false}, {OTHER_ID, 0755, 0, 0700, false},
};

static bool is_private(const char *name)
{
    const int folder = open(path_of(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(folder, 0);
    const bool found = folder_is_private(folder);
    ck_assert_int_eq(dup(0), folder + 1);
    ck_assert_int_eq(close(folder) + close(folder + 1), 0);
    return found;
}

START_TEST(private_is_where_nobody_else_can_swap)
{
    const struct place *place = &places[_i];
    if ((place->owner != 0 || place->above_owner != 0) &&
        !unit_is_root("private_is_where_nobody_else_can_swap"))
        return;
    make_folder("above", geteuid(), 0700);
    make_folder("above/run", place->owner != 0 ? place->owner : geteuid(), place->mode);
    ck_assert_int_eq(chmod(path_of("above"), place->above_mode), 0);
    if (place->above_owner != 0)
        ck_assert_int_eq(chown(path_of("above"), place->above_owner, (gid_t)-1), 0);
    ck_assert(is_private("above/run") == place->is_private);
}
END_TEST

/* What is root's is private to whoever has to trust root anyway. */
START_TEST(the_callers_own_is_private)
{
    if (!unit_is_root("the_callers_own_is_private"))
        return;
    make_folder("mine", OTHER_ID, 0755);
    make_folder("mine/run", OTHER_ID, 0700);
    ck_assert(!is_private("mine/run"));
    ck_assert_int_eq(chmod(unit_folder(), 0711), 0);
    ck_assert_int_eq(seteuid(OTHER_ID), 0);
    ck_assert(is_private("mine/run"));
    const int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert(folder_is_private(root));
    ck_assert_int_eq(close(root), 0);
    ck_assert(!folder_is_private(-1));
}
END_TEST

static void begin(void)
{
    (void)umask(0);
}

int main(void)
{
    TCase *tests = tcase_create("folder");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, a_missing_one_is_made, 0, 3);
    tcase_add_test(tests, one_that_is_there_stays_as_it_is);
    tcase_add_loop_test(tests, the_root_folder_is_refused, 0, COUNT(roots));
    tcase_add_test(tests, a_file_is_refused);
    tcase_add_loop_test(tests, the_last_step_is_no_link, 0, 4);
    tcase_add_loop_test(tests, a_link_on_the_way_is_followed_if_it_is_roots, 0, COUNT(ways));
    tcase_add_test(tests, a_users_link_behind_roots_is_not_followed);
    tcase_add_test(tests, a_name_that_is_too_long_is_refused);
    tcase_add_loop_test(tests, a_failure_says_what_to_do, 0, COUNT(says));
    tcase_add_loop_test(tests, private_is_where_nobody_else_can_swap, 0, COUNT(places));
    tcase_add_test(tests, the_callers_own_is_private);
    return unit_main("folder", tests);
}
