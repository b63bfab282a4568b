// SPDX-License-Identifier: Apache-2.0
#include "rotation_case.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

struct container container;
char text[65536];
static unsigned swaps;

void rotation_setup(void)
{
    swaps = 0;
    container_init(&container);
}

void rotation_teardown(void)
{
    container_free(&container);
}

static void put_secret(const char *folder, const char *bytes)
{
    char name[128];
    (void)snprintf(name, sizeof(name), "secret/%s/password", folder);
    container_write(&container, name, bytes, strlen(bytes), 0444);
}

void secret_path(const char *name, char path[256])
{
    const int n = snprintf(path, 256, "%s/secret/%s", container.folder, name);
    ck_assert(n > 0 && n < 256);
}

static void remove_folder(const char *name)
{
    char file[128];
    char path[256];
    (void)snprintf(file, sizeof(file), "%.64s/password", name);
    secret_path(file, path);
    ck_assert(unlink(path) == 0 || errno == ENOENT);
    secret_path(name, path);
    ck_assert_int_eq(rmdir(path), 0);
}

void swap(const char *bytes)
{
    char before[64];
    char folder[64];
    char path[256];
    char data[256];
    secret_path("..data", data);
    const ssize_t length = readlink(data, before, sizeof(before) - 1);
    before[length > 0 ? length : 0] = '\0';
    (void)snprintf(folder, sizeof(folder), "..2026_11_25_10_%02u_%02u.%u", swaps / 60 % 60,
                   swaps % 60, 1000000000U + swaps);
    swaps++;
    secret_path(folder, path);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    if (bytes != NULL)
        put_secret(folder, bytes);
    secret_path("..data_tmp", path);
    ck_assert_int_eq(symlink(folder, path), 0);
    ck_assert_int_eq(rename(path, data), 0);
    if (before[0] != '\0')
        remove_folder(before);
}

void make_secret(const char *bytes)
{
    char path[256];
    container_path(&container, "secret", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    swap(bytes);
    container_path(&container, "secret/password", path, sizeof(path));
    ck_assert_int_eq(symlink("..data/password", path), 0);
    container_setenv(&container, FILE_VARIABLE);
}

void start(void)
{
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "no start:\n%s",
                  container.log);
}

void await(const char *line)
{
    ck_assert_msg(container_await_line(&container, line), "no `%s`:\n%s", line, container.log);
}

void start_unwatched(void)
{
    const char *named = container.environment[container.environment_count - 1];
    container.environment[container.environment_count - 1] = "REDIS_PASSWORD=" OLD;
    start();
    ck_assert_ptr_nonnull(strstr(container.log, "rotation is off because the password is given by "
                                                "REDIS_PASSWORD, which can't change"));
    container.environment[container.environment_count - 1] = named;
}

uid_t own_uid(void)
{
    return geteuid() == 0 ? container_uid() : 0;
}

int reload_as(uid_t uid)
{
    static const char *const words[] = {"reload", NULL};
    struct container_process process = container_exec_start(&container, uid, false, words);
    return container_exec_wait(&process, text, sizeof(text));
}

void expect_reload_as(uid_t uid, int code, const char *part)
{
    const int got = reload_as(uid);
    ck_assert_msg(got == code && strstr(text, part) != NULL && (*part != '\0' || *text == '\0'),
                  "%d, not %d with `%s`: %s\n%s", got, code, part, text, container.log);
    ck_assert_ptr_null(strstr(text, OLD));
    ck_assert_ptr_null(strstr(text, NEW));
    ck_assert_ptr_null(strstr(text, APP));
}

void expect_reload(int code, const char *part)
{
    expect_reload_as(own_uid(), code, part);
}

void expect_login(const char *user, const char *password, const char *answer)
{
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, answer, "AUTH", user, password, NULL);
    container_disconnect(client);
}

/* As every version takes it; Redis 5 has another word for what is wrong. */
void expect_password(const char *password, const char *answer)
{
    char got[256];
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_command(client, got, sizeof(got), 2, (const char *const[]){"AUTH", password}, NULL);
    container_disconnect(client);
    const char *said = strcmp(got, "ERR invalid password") == 0 ? "WRONGPASS" : got;
    ck_assert_msg(strncmp(said, answer, strlen(answer)) == 0, "%s, not %s", got, answer);
}

void set_overlap(const char *seconds)
{
    static char variable[64];
    (void)snprintf(variable, sizeof(variable), "REDIS_INIT_OVERLAP=%s", seconds);
    container_setenv(&container, variable);
}

void read_file(const char *name)
{
    char path[256];
    container_path(&container, name, path, sizeof(path));
    FILE *file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s", path);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
}

/* splitmix64, as Vigna gives it (xoshiro.di.unimi.it) */
void next_secret(char secret[SECRET_SIZE])
{
    static uint64_t state = 20261125;
    uint64_t parts[2];
    for (size_t i = 0; i < 2; i++) {
        uint64_t z = (state += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        parts[i] = z ^ (z >> 31);
    }
    (void)snprintf(secret, SECRET_SIZE, "%016llx%016llx", (unsigned long long)parts[0],
                   (unsigned long long)parts[1]);
}
