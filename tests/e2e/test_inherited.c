// SPDX-License-Identifier: Apache-2.0

/* What an engine, or a mistake, hands to redis-init, and what of it the server gets. */

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"
#define SAY_SECUREBITS "say-securebits"
#define USER_ID 1000

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

static const int leaked[] = {3, 4, 5, 9, 77, 500};

#define LEAKED_COUNT (sizeof(leaked) / sizeof(leaked[0]))

static bool leak(void *argument)
{
    (void)argument;
    const int file = open("/run/leaked", O_RDWR | O_CREAT, 0600);
    for (size_t i = 0; i < LEAKED_COUNT; i++)
        if (file != leaked[i] && dup2(file, leaked[i]) != leaked[i])
            return false;
    return file >= 0;
}

static bool has_open(pid_t pid, const char *name)
{
    bool found = false;
    for (int fd = 0; fd < 1024; fd++) {
        char path[64];
        char target[256];
        (void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
        const ssize_t n = readlink(path, target, sizeof(target));
        found = found || (n > 0 && memmem(target, (size_t)n, name, strlen(name)) != NULL);
    }
    return found;
}

START_TEST(leaked_descriptors_are_not_the_servers)
{
    static const char *const confs[] = {"REDIS_INIT_CONF=file", "REDIS_INIT_CONF=memfd"};
    container.before_exec = leak;
    container_setenv(&container, confs[_i]);
    container_start_guarded(&container, PASSWORD);
    ck_assert(container_has(&container, "leaked"));
    ck_assert(!has_open(container.pid, "leaked"));
    ck_assert(!has_open(container_server(&container), "leaked"));
    ck_assert(has_open(container_server(&container), "socket:")); /* it can be seen */
    container_stop(&container, 0);
}
END_TEST

START_TEST(leaked_descriptors_are_not_another_programs)
{
    static const char script[] = "echo open: /proc/self/fd/*";
    static const char *const words[] = {"sh", "-c", script};
    container.before_exec = leak;
    for (size_t i = 0; i < 3; i++)
        container_arg(&container, words[i]);
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), 0);
    /* the shell has the folder open, too */
    ck_assert_msg(strstr(container.log, "/2 /proc/self/fd/3\n") != NULL, "%s", container.log);
    ck_assert_ptr_null(strstr(container.log, "/proc/self/fd/4"));
    ck_assert_ptr_null(strstr(container.log, "/proc/self/fd/77"));
}
END_TEST

static int say_securebits(void)
{
    const int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
    const int denied = prctl(PR_SET_SECUREBITS, 0, 0, 0, 0) == -1 ? errno : 0;
    return printf("securebits %#x, changing them: %s\n", (unsigned)bits, strerror(denied)) < 0;
}

START_TEST(the_securebits_are_locked_in_the_program)
{
    char line[128];
    const unsigned bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                          SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                          SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    if (!container_is_root("the_securebits_are_locked_in_the_program"))
        return;
    container_copy_self(&container, "self");
    container_arg(&container, "/run/bin/self");
    container_arg(&container, SAY_SECUREBITS);
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), 0);
    (void)snprintf(line, sizeof(line), "securebits %#x, changing them: Operation not permitted",
                   bits);
    ck_assert_msg(strstr(container.log, line) != NULL, "%s", container.log);
}
END_TEST

static bool become_user(void *argument)
{
    (void)argument;
    return chmod("/run/bin/redis-init", 04755) == 0 && setgroups(0, NULL) == 0 &&
           setgid(USER_ID) == 0 && setuid(USER_ID) == 0;
}

/* Root that a user reached through the file's mode would give away what the user names. */
START_TEST(a_setuid_bit_is_refused)
{
    struct statvfs system;
    if (!container_is_root("a_setuid_bit_is_refused"))
        return;
    ck_assert_int_eq(statvfs(container.folder, &system), 0);
    if ((system.f_flag & ST_NOSUID) != 0) {
        puts("SKIP: a_setuid_bit_is_refused needs a /tmp without nosuid");
        return;
    }
    container.before_exec = become_user;
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), 77);
    ck_assert_msg(strstr(container.log, "has a setuid or setgid bit") != NULL, "%s", container.log);
    ck_assert(!container_has(&container, "redis-init"));
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], SAY_SECUREBITS) == 0)
        return say_securebits();
    TCase *tests = tcase_create("inherited");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, leaked_descriptors_are_not_the_servers, 0, 2);
    tcase_add_test(tests, leaked_descriptors_are_not_another_programs);
    tcase_add_test(tests, the_securebits_are_locked_in_the_program);
    tcase_add_test(tests, a_setuid_bit_is_refused);
    return container_main(tests);
}
