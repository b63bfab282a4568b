// SPDX-License-Identifier: Apache-2.0
#include "redis.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RETRY_NS 50000 /* between two tries to connect */
#define GIVE_UP_NS 10000000000

const char redis_password[] = "mv7PtYeWqTSVqHaFTBgXqR0sQBQ3Yb5ohv3Ea0HuJqk";

const char *const redis_words[] = {"redis-server", "--requirepass",    redis_password, "--port",
                                   REDIS_PORT,     "--bind",           "127.0.0.1",    "--dir",
                                   "/run/data",    "--protected-mode", "yes",          NULL};

void redis_bare(const char *argv[])
{
    const struct candidate server = {BARE, WORDS("/usr/bin/redis-server")};
    compose(argv, &server, redis_words + 1);
}

static bool write_password(void)
{
    const int fd = open("/run/password", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    const ssize_t length = (ssize_t)strlen(redis_password);
    return fd >= 0 && write(fd, redis_password, (size_t)length) == length && close(fd) == 0;
}

static bool prepare(void *argument)
{
    const struct redis_spec *spec = argument;
    return chmod("/run", 0755) == 0 && write_password() && mkdir("/run/data", 0755) == 0 &&
           (spec->data == NULL || mount(spec->data, "/run/data", NULL, MS_BIND, NULL) == 0) &&
           (spec->data != NULL || chown("/run/data", redis_id(), redis_id()) == 0) &&
           chdir("/run/data") == 0 && (spec->prepare == NULL || spec->prepare());
}

uid_t redis_id(void)
{
    FILE *users = fopen("/etc/passwd", "re");
    const struct passwd *user = NULL;
    uid_t id = 0;
    while (users != NULL && id == 0 && (user = fgetpwent(users)) != NULL)
        if (strcmp(user->pw_name, "redis") == 0)
            id = user->pw_uid;
    if (id == 0)
        die("there is no user redis");
    (void)fclose(users);
    return id;
}

pid_t redis_start(const struct redis_spec *spec)
{
    char uid[32], gid[32];
    (void)snprintf(uid, sizeof(uid), "REDIS_INIT_UID=%u", redis_id());
    (void)snprintf(gid, sizeof(gid), "REDIS_INIT_GID=%u", redis_id());
    const char *const environment[] = {
        uid,
        gid,
        "PATH=/run/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "REDIS_PASSWORD_FILE=/run/password",
        "REDIS_INIT_DATA_DIR=/run/data",
        "REDIS_INIT_BIND=127.0.0.1",
        "REDIS_INIT_PORT=" REDIS_PORT,
        spec->variable,
        NULL,
    };
    const struct sandbox_spec sandbox = {
        .argv = spec->argv,
        .envp = environment,
        .prepare = prepare,
        .prepare_arg = (void *)(uintptr_t)spec,
        .stdout_fd = spec->stdout_fd,
        .stderr_fd = spec->stderr_fd,
        .new_net = spec->network,
        .scratch = "/run",
    };
    const pid_t pid = sandbox_start(&sandbox);
    if (pid < 0)
        die(spec->argv[0]);
    return pid;
}

void redis_await_ready(int fd)
{
    char line[1024];
    while (sandbox_read_line(fd, line, sizeof(line)))
        if (strstr(line, "Ready to accept connections") != NULL)
            return;
    die("redis-server did not get ready");
}

/* False when nobody listens yet. */
static bool ask(int fd)
{
    char answer[64] = "";
    char request[128];
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(REDIS_PORT)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    const int length = snprintf(request, sizeof(request), "AUTH %s\r\nPING\r\n", redis_password);
    size_t got = 0;
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        write(fd, request, (size_t)length) != length)
        return false;
    for (ssize_t n = 1; n > 0 && strstr(answer, "PONG") == NULL; got += (size_t)n)
        n = read(fd, answer + got, sizeof(answer) - 1 - got);
    if (strstr(answer, "+OK\r\n+PONG") == NULL)
        die(answer);
    return true;
}

int64_t redis_await_pong(void)
{
    const struct timespec pause = {.tv_nsec = RETRY_NS};
    const int64_t end = now_ns() + GIVE_UP_NS;
    while (now_ns() < end) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
            die("socket");
        const bool came = ask(fd);
        const int64_t time = now_ns();
        (void)close(fd);
        if (came)
            return time;
        (void)nanosleep(&pause, NULL);
    }
    die("no PONG");
}
