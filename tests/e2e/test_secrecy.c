// SPDX-License-Identifier: Apache-2.0

/* Where the password is not: environments, arguments and memory, as the kernel shows them. */

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"

static struct container container;

static void setup(void)
{
    container_init(&container);
}

static void teardown(void)
{
    container_free(&container);
}

static void expect_absent(pid_t pid, const char *file, const char *text)
{
    static char bytes[1 << 20];
    ssize_t length = sandbox_proc_file(pid, file, bytes, sizeof(bytes));
    ck_assert_int_gt(length, 0);
    ck_assert_msg(memmem(bytes, (size_t)length, text, strlen(text)) == NULL, "%s of %d has %s",
                  file, pid, text);
}

/* That what was absent is looked for where it would be. */
static void expect_present(pid_t pid, const char *file, const char *text)
{
    static char bytes[1 << 20];
    ck_assert_int_gt(sandbox_proc_file(pid, file, bytes, sizeof(bytes)), 0);
    ck_assert_msg(strstr(bytes, text) != NULL, "%s of %d lacks %s:\n%s", file, pid, text, bytes);
}

#define MAPPING_MAX (1UL << 30) /* beyond it is the shadow of a sanitizer */

/* Reads each readable mapping; [vvar] and the like refuse to be read. */
static void expect_memory_without(pid_t pid, const char *text)
{
    char path[64];
    unsigned long from, to;
    char mode[8];
    size_t scanned = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    FILE *maps = fopen(path, "re");
    (void)snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert(maps != NULL && memory >= 0);
    while (fscanf(maps, "%lx-%lx %7s%*[^\n]", &from, &to, mode) == 3) {
        if (mode[0] != 'r' || to - from > MAPPING_MAX)
            continue;
        char *bytes = malloc(to - from);
        ck_assert_ptr_nonnull(bytes);
        ssize_t n = pread(memory, bytes, to - from, (off_t)from);
        if (n > 0) {
            scanned += (size_t)n;
            ck_assert_msg(memmem(bytes, (size_t)n, text, strlen(text)) == NULL, "found at %lx",
                          from);
        }
        free(bytes);
    }
    ck_assert_uint_gt(scanned, 4096);
    (void)fclose(maps);
    (void)close(memory);
}

START_TEST(serves_and_guards)
{
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_setenv(&container, "REDIS_URL=redis://:" PASSWORD "@localhost");
    container_setenv(&container, "KEPT=yes");
    container_start_guarded(&container, PASSWORD);
    /* to a user the namespace's root folder belongs to nobody, so the file comes by descriptor */
    ck_assert_ptr_nonnull(strstr(container.log, geteuid() == 0 ? "conf /run/redis-init/redis.conf"
                                                               : "conf /proc/self/fd/"));
    ck_assert_ptr_nonnull(strstr(container.log, "password from REDIS_PASSWORD, 128 bits"));
    ck_assert_ptr_nonnull(strstr(container.log, "REDIS_URL holds the password"));

    const pid_t processes[] = {container.pid, container_server(&container)};
    for (size_t i = 0; i < 2; i++) {
        expect_absent(processes[i], "environ", PASSWORD);
        expect_absent(processes[i], "environ", "REDIS_PASSWORD");
        expect_absent(processes[i], "environ", "REDIS_INIT_");
        expect_absent(processes[i], "cmdline", PASSWORD);
        expect_absent(processes[i], "maps", "libsodium");
        expect_absent(processes[i], "maps", "libinih");
        expect_absent(processes[i], "maps", "/redis-init\n");
    }
    expect_present(container.pid, "maps", "/redis-init-supervise\n");
    char environment[4096];
    ck_assert_int_gt(sandbox_proc_file(processes[0], "environ", environment, sizeof(environment)),
                     0);
    ck_assert_ptr_nonnull(memmem(environment, sizeof(environment), "KEPT=yes", 8));
    expect_memory_without(container.pid, PASSWORD);
    container_stop(&container, 0);
    ck_assert(container_has(&container, "data/dump.rdb"));
}
END_TEST

START_TEST(requirepass_leaves_argv)
{
    container_arg(&container, "redis-server");
    container_arg(&container, "--requirepass");
    container_arg(&container, PASSWORD);
    container_arg(&container, "--appendonly");
    container_arg(&container, "yes");
    container_start_guarded(&container, PASSWORD);
    ck_assert_ptr_nonnull(strstr(container.log, "the better way"));
    expect_absent(container.pid, "cmdline", PASSWORD);
    expect_absent(container_server(&container), "cmdline", PASSWORD);
    ck_assert(container_has(&container, "data/appendonlydir") ||
              container_has(&container, "data/appendonly.aof")); /* before Redis 7 */
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("secrecy");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, serves_and_guards);
    tcase_add_test(tests, requirepass_leaves_argv);
    return container_main(tests);
}
