// SPDX-License-Identifier: Apache-2.0

/* A start that succeeds: where the conf is, where the password came from, what the log says. */

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

START_TEST(conf_is_private)
{
    char path[256];
    struct stat status;
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_start_guarded(&container, PASSWORD);
    container_path(&container, "redis-init/redis.conf", path, sizeof(path));
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFREG | 0600);
    ck_assert(geteuid() != 0 || status.st_uid == 999);
    ck_assert(!container_has(&container, "redis-init/redis.conf.new"));
    container_path(&container, "redis-init", path, sizeof(path));
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0700);
    container_stop(&container, 0);
}
END_TEST

/* Whether that process has the memfd open; Redis's title hides nothing of this. */
static bool has_memfd(pid_t pid)
{
    bool found = false;
    for (int fd = 0; fd < 64; fd++) {
        char path[64];
        char target[64];
        (void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
        ssize_t n = readlink(path, target, sizeof(target));
        found = found || (n > 0 && memmem(target, (size_t)n, "memfd:redis.conf", 16) != NULL);
    }
    return found;
}

START_TEST(memfd_is_only_the_servers)
{
    container_setenv(&container, "REDIS_INIT_CONF=memfd");
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_start_guarded(&container, PASSWORD);
    ck_assert(!container_has(&container, "redis-init/redis.conf"));
    ck_assert(has_memfd(container_server(&container)));
    ck_assert(!has_memfd(container.pid));
    container_stop(&container, 0);
}
END_TEST

static bool make_run_dir_useless(void *argument)
{
    (void)argument;
    if (mkdir("/run/ro", 0755) != 0)
        return false;
    return geteuid() == 0 ? mount("none", "/run/ro", "tmpfs", MS_RDONLY, NULL) == 0
                          : chmod("/run/ro", 0555) == 0;
}

START_TEST(auto_falls_back_to_memfd)
{
    container.before_exec = make_run_dir_useless;
    container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/ro/redis-init");
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_start_guarded(&container, PASSWORD);
    ck_assert_ptr_nonnull(strstr(container.log, "kept in a sealed memfd"));
    container_stop(&container, 0);
}
END_TEST

struct source {
    const char *variable;
    const char *file; /* that holds PASSWORD, or NULL */
    mode_t mode;
};

static const struct source sources[] = {
    {"VALKEY_PASSWORD=" PASSWORD, NULL, 0},
    {"REDIS_PASSWORD_FILE=/run/pw", "pw", 0400},
    {"REDIS_PASSWORD_FILE=/run/pw", "pw", 0440},
    {"REDIS_PASSWORD_FILE=/run/pw", "pw", 0644},
    {"VALKEY_PASSWORD_FILE=/run/pw", "pw", 0600},
    {"REDIS_INIT_FILE=/run/pw", "pw", 0600},
    {"CREDENTIALS_DIRECTORY=/run/data", "data/redis-password", 0400},
};

START_TEST(every_source_works)
{
    const struct source *source = &sources[_i];
    if (source->file != NULL)
        container_write(&container, source->file, PASSWORD "\n", strlen(PASSWORD) + 1,
                        source->mode);
    container_setenv(&container, source->variable);
    container_start_guarded(&container, PASSWORD);
    container_stop(&container, 0);
}
END_TEST

/* As the kubelet lays it out: name -> ..data/name, ..data -> ..DATE, ..DATE/name. */
START_TEST(secret_volume_works)
{
    char path[256];
    container_path(&container, "secret", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    container_path(&container, "secret/..2026", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    container_write(&container, "secret/..2026/password", PASSWORD, strlen(PASSWORD), 0440);
    container_path(&container, "secret/..data", path, sizeof(path));
    ck_assert_int_eq(symlink("..2026", path), 0);
    container_path(&container, "secret/password", path, sizeof(path));
    ck_assert_int_eq(symlink("..data/password", path), 0);
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/secret/password");
    container_start_guarded(&container, PASSWORD);
    container_stop(&container, 0);
}
END_TEST

START_TEST(users_conf_comes_first)
{
    static const char conf[] =
        "port 7777\nrequirepass open-sesame\nmaxmemory 64mb\nbind "
        "127.0.0.2\nlogfile /run/data/log\npidfile /none/pid\ndaemonize yes\n";
    container_write(&container, "user.conf", conf, strlen(conf), 0644);
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_arg(&container, "/run/user.conf");
    container_arg(&container, "--maxmemory-policy");
    container_arg(&container, "allkeys-lru");
    container_start_guarded(&container, PASSWORD);
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", PASSWORD, NULL);
    char answer[8192];
    container_command(client, answer, sizeof(answer), 2, (const char *const[]){"INFO", "memory"},
                      NULL);
    ck_assert_ptr_nonnull(strstr(answer, "maxmemory:67108864"));
    ck_assert_ptr_nonnull(strstr(answer, "maxmemory_policy:allkeys-lru"));
    container_disconnect(client);
    container_stop(&container, 0);
}
END_TEST

START_TEST(allow_empty_password_is_said)
{
    container_setenv(&container, "REDIS_INIT_ALLOW_EMPTY_PASSWORD=yes");
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "no start:\n%s",
                  container.log);
    ck_assert_ptr_nonnull(strstr(container.log, "allow_empty_password is set"));
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "PONG", "PING", NULL);
    container_disconnect(client);
    container_stop(&container, 0);
}
END_TEST

START_TEST(allow_empty_password_is_said_with_one_as_well)
{
    container_setenv(&container, "REDIS_INIT_ALLOW_EMPTY_PASSWORD=yes");
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_arg(&container, "--quiet");
    container_start_guarded(&container, PASSWORD);
    ck_assert_ptr_nonnull(strstr(container.log, "allow_empty_password is set, for development"));
    ck_assert_ptr_null(strstr(container.log, "owns the data"));
    container_stop(&container, 0);
}
END_TEST

START_TEST(json_log_has_one_object_a_line)
{
    container_arg(&container, "--log-format=json");
    container_setenv(&container, "REDIS_PASSWORD=" PASSWORD);
    container_start_guarded(&container, PASSWORD);
    ck_assert_int_eq(strncmp(container.log, "{\"level\":\"notice\",\"program\":\"redis-init\"", 39),
                     0);
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("start");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, conf_is_private);
    tcase_add_test(tests, memfd_is_only_the_servers);
    tcase_add_test(tests, auto_falls_back_to_memfd);
    tcase_add_loop_test(tests, every_source_works, 0, (int)(sizeof(sources) / sizeof(sources[0])));
    tcase_add_test(tests, secret_volume_works);
    tcase_add_test(tests, users_conf_comes_first);
    tcase_add_test(tests, allow_empty_password_is_said);
    tcase_add_test(tests, allow_empty_password_is_said_with_one_as_well);
    tcase_add_test(tests, json_log_has_one_object_a_line);
    return container_main(tests);
}
