// SPDX-License-Identifier: Apache-2.0
#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 900 /* only bounds a hang, under valgrind on a busy machine too */
#define NOBODY 65534        /* the overflow uid of user_namespaces(7) */

int unit_main(const char *name, TCase *tests)
{
    Suite *suite = suite_create(name);
    tcase_set_timeout(tests, TIMEOUT_SECONDS);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

static char folder[64];
static pid_t owner;

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
    (void)status;
    (void)flag;
    (void)ftw;
    (void)remove(path);
    return 0;
}

static void remove_folder(void)
{
    if (owner != getpid())
        return; /* a child that a test forked */
    if (seteuid(getuid()) == 0)
        (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *unit_folder(void)
{
    if (owner == getpid())
        return folder;
    (void)snprintf(folder, sizeof(folder), "/tmp/redis-init-unit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    owner = getpid();
    ck_assert_int_eq(atexit(remove_folder), 0);
    return folder;
}

const char *unit_self(void)
{
    static char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    ck_assert_int_gt(length, 0);
    path[length] = '\0';
    return path;
}

void unit_write(const char *path, const void *bytes, size_t length, mode_t mode)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    ck_assert_int_eq(close(fd), 0);
}

bool unit_is_root(const char *test)
{
    if (geteuid() != 0)
        (void)printf("SKIP: %s needs root\n", test);
    return geteuid() == 0;
}

void unit_drop_root(void)
{
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chmod(unit_folder(), 0711), 0);
    ck_assert_int_eq(seteuid(NOBODY), 0);
}
