// SPDX-License-Identifier: Apache-2.0

/* Secrets that change under a server that runs. */

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define OLD "a1f0c84e97d2b6530fe8d71c92a45b36"
#define NEW "7be2945dc01f83a6e4d7f0b8c3951a62"
#define APP "c95d03e7128fb46a9d01e5c7f23ab864"
#define APP_NEW "0d58e3b1f7c94a26be8d17a5c02f9364"
#define FILE_VARIABLE "REDIS_PASSWORD_FILE=/run/secret/password"
#define ROUNDS 200

static struct container container;
static char text[65536];
static unsigned swaps;

static void setup(void)
{
    swaps = 0;
    container_init(&container);
}

static void teardown(void)
{
    container_free(&container);
}

static void put_in(const char *folder, const char *name, const char *bytes, mode_t mode)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    container_write(&container, path, bytes, strlen(bytes), mode);
}

/* As the kubelet does it: a new folder, whose name ..data gets by a rename. */
static void swap(const char *bytes)
{
    char folder[64];
    char path[256];
    char to[256];
    (void)snprintf(folder, sizeof(folder), "secret/..2026_%u", ++swaps);
    container_path(&container, folder, path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    if (bytes != NULL)
        put_in(folder, "password", bytes, 0444);
    container_path(&container, "secret/..data_tmp", path, sizeof(path));
    ck_assert_int_eq(symlink(folder + strlen("secret/"), path), 0);
    container_path(&container, "secret/..data", to, sizeof(to));
    ck_assert_int_eq(rename(path, to), 0);
}

static void make_secret(const char *bytes)
{
    char path[256];
    container_path(&container, "secret", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    swap(bytes);
    container_path(&container, "secret/password", path, sizeof(path));
    ck_assert_int_eq(symlink("..data/password", path), 0);
    container_setenv(&container, FILE_VARIABLE);
}

static void start(void)
{
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "no start:\n%s",
                  container.log);
}

static void await(const char *line)
{
    ck_assert_msg(container_await_line(&container, line), "no `%s`:\n%s", line, container.log);
}

/* Started with the password as a variable, so that the supervisor watches nothing and the tests
 * alone reload, who name the file. */
static void start_unwatched(void)
{
    const char *named = container.environment[container.environment_count - 1];
    container.environment[container.environment_count - 1] = "REDIS_PASSWORD=" OLD;
    start();
    ck_assert_ptr_nonnull(strstr(container.log, "rotation is off because the password is given by "
                                                "REDIS_PASSWORD, which can't change"));
    container.environment[container.environment_count - 1] = named;
}

/* The server's; as a normal user everything is that user's, which is 0 here. */
static uid_t own_uid(void)
{
    return geteuid() == 0 ? container_uid() : 0;
}

static int reload_as(uid_t uid)
{
    static const char *const words[] = {"reload", NULL};
    struct container_process process = container_exec_start(&container, uid, false, words);
    return container_exec_wait(&process, text, sizeof(text));
}

static void expect_reload_as(uid_t uid, int code, const char *part)
{
    const int got = reload_as(uid);
    ck_assert_msg(got == code && strstr(text, part) != NULL && (*part != '\0' || *text == '\0'),
                  "%d, not %d with `%s`: %s\n%s", got, code, part, text, container.log);
    ck_assert_ptr_null(strstr(text, OLD));
    ck_assert_ptr_null(strstr(text, NEW));
    ck_assert_ptr_null(strstr(text, APP));
}

static void expect_reload(int code, const char *part)
{
    expect_reload_as(own_uid(), code, part);
}

static void expect_login(const char *user, const char *password, const char *answer)
{
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, answer, "AUTH", user, password, NULL);
    container_disconnect(client);
}

static void expect_password(const char *password, const char *answer)
{
    expect_login("default", password, answer);
}

static void set_overlap(const char *seconds)
{
    static char variable[64];
    (void)snprintf(variable, sizeof(variable), "REDIS_INIT_OVERLAP=%s", seconds);
    container_setenv(&container, variable);
}

static void read_file(const char *name)
{
    char path[256];
    container_path(&container, name, path, sizeof(path));
    FILE *file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s", path);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
}

/* Of what the server has. In a normal user's tests it was given by a descriptor, and can't be. */
static void rewrite_conf(struct container_client *client)
{
    if (geteuid() == 0)
        container_expect(client, "OK", "CONFIG", "REWRITE", NULL);
}

/* The name is Valkey's own after a CONFIG REWRITE. */
static void expect_primary_auth(const char *password)
{
    char line[2][128];
    (void)snprintf(line[0], sizeof(line[0]), "\nmasterauth \"%s\"\n", password);
    (void)snprintf(line[1], sizeof(line[1]), "\nprimaryauth \"%s\"\n", password);
    read_file("redis-init/redis.conf");
    ck_assert_msg(strstr(text, line[0]) != NULL || strstr(text, line[1]) != NULL, "%s", text);
}

/* All by itself, from the swap of the volume to the refusal of the old one. */
START_TEST(a_swapped_secret_is_taken_over)
{
    make_secret(OLD "\n");
    set_overlap("1");
    container_setenv(&container, "REDIS_INIT_POLL=1");
    start();
    struct container_client *before = container_connect(&container, "127.0.0.1");
    container_expect(before, "OK", "AUTH", OLD, NULL);
    swap(NEW "\n");
    await("rotated: new password of default, the old one holds until ");
    expect_password(NEW, "OK");
    container_expect(before, "PONG", "PING", NULL);
    for (bool refused = false; !refused;) { /* an overlap of 1 s, a poll of 1 s */
        char answer[256];
        struct container_client *client = container_connect(&container, "127.0.0.1");
        container_command(client, answer, sizeof(answer), 2, (const char *const[]){"AUTH", OLD},
                          NULL);
        container_disconnect(client);
        refused = strncmp(answer, "WRONGPASS", 9) == 0;
        ck_assert(refused || strcmp(answer, "OK") == 0);
    }
    container_expect(before, "PONG", "PING", NULL);
    expect_password(NEW, "OK");
    read_file("redis-init/redis.conf");
    ck_assert_ptr_nonnull(strstr(text, "\nrequirepass \"" NEW "\"\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nmasterauth \"" NEW "\"\n"));
    ck_assert_ptr_null(strstr(text, OLD));
    container_stop(&container, 0);
    ck_assert_ptr_null(strstr(container.log, OLD));
    ck_assert_ptr_null(strstr(container.log, NEW));
}
END_TEST

START_TEST(the_old_one_holds_for_the_overlap)
{
    make_secret(OLD "\n");
    start_unwatched();
    expect_reload(0, "");
    swap(NEW "\n");
    expect_reload(EX_TEMPFAIL, "rotated: new password of default, the old one holds until ");
    expect_password(NEW, "OK");
    expect_password(OLD, "OK");
    expect_reload(EX_TEMPFAIL, "");
    ck_assert(container_has(&container, "redis-init/overlap"));
    swap(OLD "\n"); /* and back: what is right again is not taken away */
    expect_reload(EX_TEMPFAIL, "rotated: new password of default");
    expect_password(OLD, "OK");
    expect_password(NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

START_TEST(without_an_overlap)
{
    set_overlap("0");
    make_secret(OLD "\n");
    start_unwatched();
    struct container_client *replica = container_connect(&container, "127.0.0.1");
    container_expect(replica, "OK", "AUTH", OLD, NULL);
    swap(NEW "\n");
    expect_reload(0, "rotated: new password of default\n");
    expect_password(NEW, "OK");
    expect_password(OLD, "WRONGPASS");
    rewrite_conf(replica); /* its file is still understood */
    swap(OLD "\n");
    expect_reload_as(0, 0, "rotated: new password of default\n"); /* as an engine's exec is run */
    expect_password(NEW, "WRONGPASS");
    expect_password(OLD, "OK");
    ck_assert(!container_has(&container, "redis-init/overlap"));
    container_stop(&container, 0);
}
END_TEST

/* Redis 5 and 6.0: what a server behind a script knows can't be told, so that it is taken for one.
 */
START_TEST(without_acls_the_old_one_goes_at_once)
{
    static const char script[] = "#!/bin/sh\nexec redis-server \"$@\"\n";
    container_write(&container, "bin/server", script, strlen(script), 0755);
    container_setenv(&container, "REDIS_INIT_SERVER=/run/bin/server");
    make_secret(OLD "\n");
    start_unwatched();
    struct container_client *before = container_connect(&container, "127.0.0.1");
    container_expect(before, "OK", "AUTH", OLD, NULL);
    swap(NEW "\n");
    expect_reload(0, "rotated: new password of default, the old one is refused from now on: ");
    expect_password(NEW, "OK");
    expect_password(OLD, "WRONGPASS");
    container_expect(before, "PONG", "PING", NULL);
    expect_reload(0, "");
    container_expect(before, "OK", "CONFIG", "SET", "requirepass", OLD, NULL);
    swap(OLD "\n"); /* as if a reload had been killed before it wrote redis.conf */
    expect_reload(0, "rotated: ");
    expect_password(OLD, "OK");
    container_stop(&container, 0);
}
END_TEST

/* Nothing listens: it is tried again later. */
START_TEST(a_server_that_does_not_answer)
{
    char port[64];
    char path[256];
    make_secret(OLD "\n");
    start_unwatched();
    (void)snprintf(port, sizeof(port), "%d", container.port);
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", OLD, NULL);
    container_path(&container, "redis-init/redis.sock", path, sizeof(path));
    ck_assert_int_eq(unlink(path), 0);
    container_expect(client, "OK", "CONFIG", "SET", "port", "0", NULL);
    swap(NEW "\n");
    expect_reload(EX_TEMPFAIL, "redis-init: ");
    container_expect(client, "OK", "CONFIG", "SET", "port", port, NULL);
    expect_password(OLD, "OK");
    expect_password(NEW, "WRONGPASS");
    expect_reload(EX_TEMPFAIL, "rotated: ");
    expect_password(NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

struct bad {
    const char *bytes; /* NULL: there is no file */
    int code;
    const char *part;
};

static const struct bad bads[] = {
    {"", EX_DATAERR, "is empty"},
    {"\n", EX_DATAERR, "is empty"},
    {"7be29", EX_DATAERR, "password refused: "},
    {"letmein123letmein123", EX_DATAERR, "password refused: "},
    {"two\nlines of it", EX_DATAERR, "has a line break inside"},
    {NULL, EX_NOINPUT, "can't be opened"},
};

START_TEST(a_bad_secret_changes_nothing)
{
    set_overlap("0");
    make_secret(OLD "\n");
    start_unwatched();
    swap(bads[_i].bytes);
    expect_reload(bads[_i].code, bads[_i].part);
    ck_assert_ptr_nonnull(strstr(text, "; the server runs on with what it has\n"));
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    expect_password(OLD, "OK");
    expect_password("", "WRONGPASS");
    swap(NEW "\n");
    expect_reload(0, "rotated: ");
    expect_password(NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

/* A writer that does not swap: what is seen halfway is refused, and the whole is taken. */
START_TEST(a_slow_writer)
{
    char path[256];
    if (!container_is_root("a_slow_writer")) /* who may write to a file of 0444 */
        return;
    make_secret(OLD "\n");
    start();
    container_path(&container, "secret/..data/password", path, sizeof(path));
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    (void)fwrite(NEW, 1, 10, file);
    ck_assert_int_eq(fflush(file), 0);
    expect_reload(EX_DATAERR, "password refused: ");
    expect_password(OLD, "OK");
    (void)fwrite(NEW + 10, 1, strlen(NEW) - 10, file);
    ck_assert_int_eq(fclose(file), 0);
    await("rotated: new password of default");
    expect_password(NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

/* Also where nothing changes the file's mark, and it is said to no one else. */
START_TEST(sighup_reloads)
{
    make_secret(OLD "\n");
    start();
    ck_assert_int_eq(kill(container.pid, SIGHUP), 0);
    swap(NEW "\n");
    await("rotated: new password of default");
    expect_password(NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

static const char users[] = "[user app]\npassword_file = /run/app\nrules = ~app:* +@all\n"
                            "[user gone]\npassword_file = /run/gone\nrules = ~* +get\n";
static const char fewer_users[] = "[user app]\npassword_file = /run/app\nrules = ~app:* +get\n"
                                  "[user other]\npassword_file = /run/other\nrules = ~* +get\n";

static void start_users(void)
{
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
    make_secret(OLD "\n");
    container_write(&container, "x.ini", users, strlen(users), 0644);
    container_write(&container, "app", APP, strlen(APP), 0644);
    container_write(&container, "gone", "gone" APP, strlen(APP) + 4, 0644);
    container_write(&container, "other", "other" APP, strlen(APP) + 5, 0644);
    start_unwatched();
}

START_TEST(users_rotate)
{
    start_users();
    struct container_client *before = container_connect(&container, "127.0.0.1");
    container_expect(before, "OK", "AUTH", "app", APP, NULL);
    expect_reload(0, "");
    container_write(&container, "app", APP_NEW, strlen(APP_NEW), 0644);
    expect_reload(EX_TEMPFAIL, "rotated: new password of app, the old one holds until ");
    expect_login("app", APP_NEW, "OK");
    expect_login("app", APP, "OK");
    expect_password(OLD, "OK");
    container_expect(before, "OK", "SET", "app:1", "x", NULL);
    swap(NEW "\n");
    expect_reload(EX_TEMPFAIL, "rotated: new password of default, the old one holds until ");
    expect_login("app", APP, "OK");
    expect_password(NEW, "OK");
    expect_password(OLD, "OK");
    set_overlap("0"); /* what is noted keeps its time */
    container.environment[container.environment_count] = NULL;
    container_write(&container, "app", APP, strlen(APP), 0644);
    expect_reload(EX_TEMPFAIL, "rotated: new password of app\n");
    expect_login("app", APP, "OK");
    expect_login("app", APP_NEW, "WRONGPASS");
    expect_password(OLD, "OK");
    container_expect(before, "OK", "SET", "app:1", "x", NULL);
    container_stop(&container, 0);
}
END_TEST

/* Of the user whom masteruser names, here by an argument that reload does not have. */
START_TEST(masterauth_follows_its_user)
{
    container_arg(&container, "redis-server");
    container_arg(&container, "--masteruser");
    container_arg(&container, "app");
    start_users();
    container_write(&container, "app", APP_NEW, strlen(APP_NEW), 0644);
    expect_reload(EX_TEMPFAIL, "rotated: new password of app, the old one holds until ");
    read_file("redis-init/redis.conf");
    ck_assert_ptr_nonnull(strstr(text, "\nmasterauth \"" APP_NEW "\"\n"));
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", OLD, NULL);
    rewrite_conf(client);
    expect_primary_auth(APP_NEW);
    container_write(&container, "app", APP, strlen(APP), 0644);
    expect_reload(EX_TEMPFAIL, "rotated: new password of app, the old one holds until ");
    expect_primary_auth(APP);
    container_stop(&container, 0);
}
END_TEST

START_TEST(a_masterauth_of_the_users_stays)
{
    container_arg(&container, "redis-server");
    container_arg(&container, "--masterauth");
    container_arg(&container, "theirs");
    make_secret(OLD "\n");
    start_unwatched();
    swap(NEW "\n");
    expect_reload(EX_TEMPFAIL, "rotated: new password of default");
    read_file("redis-init/redis.conf");
    ck_assert_ptr_nonnull(strstr(text, "\nmasterauth \"theirs\"\n"));
    ck_assert_ptr_null(strstr(text, "\nmasterauth \"" NEW));
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", NEW, NULL);
    rewrite_conf(client);
    expect_primary_auth("theirs");
    container_stop(&container, 0);
}
END_TEST

START_TEST(users_come_and_go)
{
    start_users();
    struct container_client *gone = container_connect(&container, "127.0.0.1");
    container_expect(gone, "OK", "AUTH", "gone", "gone" APP, NULL);
    struct container_client *app = container_connect(&container, "127.0.0.1");
    container_expect(app, "OK", "AUTH", "app", APP, NULL);
    container_write(&container, "x.ini", fewer_users, strlen(fewer_users), 0644);
    expect_reload(0, "rotated: new rules of app; new user other; removed user gone\n");
    expect_login("gone", "gone" APP, "WRONGPASS");
    expect_login("other", "other" APP, "OK");
    container_expect(app, "NOPERM", "SET", "app:1", "x", NULL);
    container_expect(app, "", "GET", "app:1", NULL);
    expect_reload(0, "");
    read_file("redis-init/users.acl");
    ck_assert_ptr_nonnull(strstr(text, "user other on #"));
    ck_assert_ptr_null(strstr(text, "user gone "));
    container_write(&container, "x.ini", "[user app]\nruls = x\n", 20, 0644);
    expect_reload(EX_CONFIG, "unknown key `ruls`");
    container_write(&container, "x.ini", "", 0, 0644);
    expect_reload(EX_CONFIG, "the server was started with users, which only a start can change");
    expect_login("app", APP, "OK");
    container_stop(&container, 0);
}
END_TEST

/* Whether whoever writes there has not ended. */
static bool is_open(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLRDHUP};
    return poll(&poll_fd, 1, 0) == 0 || (poll_fd.revents & POLLHUP) == 0;
}

/* A client that never pauses loses no command, whatever the password is. */
START_TEST(many_rotations_under_load)
{
    char answer[256];
    set_overlap("0");
    make_secret(OLD "\n");
    start_unwatched();
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", OLD, NULL);
    unsigned long commands = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        static const char *const words[] = {"reload", NULL};
        swap(i % 2 == 0 ? NEW : OLD);
        struct container_process process =
            container_exec_start(&container, own_uid(), false, words);
        do {
            container_command(client, answer, sizeof(answer), 2, (const char *const[]){"INCR", "x"},
                              NULL);
            ck_assert_msg(strtoul(answer, NULL, 10) == ++commands, "%s", answer);
        } while (is_open(process.output));
        ck_assert_int_eq(container_exec_wait(&process, text, sizeof(text)), 0);
        expect_password(i % 2 == 0 ? NEW : OLD, "OK");
        expect_password(i % 2 == 0 ? OLD : NEW, "WRONGPASS");
    }
    printf("%lu commands in %u rotations\n", commands, ROUNDS);
    container_stop(&container, 0);
}
END_TEST

START_TEST(a_password_of_a_variable_stays)
{
    container_setenv(&container, "REDIS_PASSWORD=" OLD);
    container_start(&container);
    await("rotation is off because the password is given by REDIS_PASSWORD, which can't change");
    await(CONTAINER_READY);
    ck_assert(!container_has(&container, "redis-init/environment"));
    container_stop(&container, 0);
}
END_TEST

START_TEST(in_memory_it_stays)
{
    make_secret(OLD "\n");
    container_setenv(&container, "REDIS_INIT_CONF=memfd");
    container_start(&container);
    await("rotation is off because redis.conf is in a memfd");
    await(CONTAINER_READY);
    container_stop(&container, 0);
}
END_TEST

static bool make_shared_folder(void *argument)
{
    (void)argument;
    /* with something in it that is not ours, so that root does not take it for itself */
    return mkdir("/run/shared", 0700) == 0 && mkdir("/run/shared/other", 0700) == 0 &&
           chmod("/run/shared", 0777) == 0;
}

/* An emptyDir is root's, and everyone may write to it. Whoever does can keep reload from its work:
 * what it reads there is judged, and what it writes is the server's uid's alone. */
START_TEST(in_a_shared_run_dir_it_changes)
{
    make_secret(OLD "\n");
    container.before_exec = make_shared_folder;
    container_setenv(&container, "REDIS_INIT_RUN_DIR=/run/shared");
    start();
    ck_assert_ptr_nonnull(strstr(container.log, "conf /proc/self/fd/"));
    swap(NEW "\n");
    await("rotated: new password of default");
    expect_password(NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

static bool go_to_run(void *argument)
{
    (void)argument;
    return chdir("/run") == 0;
}

static const char *const relative[][2] = {
    {"REDIS_PASSWORD_FILE=secret/password", "secret/password is a relative path"},
    {"REDIS_INIT_CONFIG=x.ini", "x.ini is a relative path"},
};

/* The server starts as ever; its supervisor, and reload, would look for the file at another place.
 */
START_TEST(a_relative_path_stays)
{
    make_secret(OLD "\n");
    container_write(&container, "x.ini", "", 0, 0644);
    container.before_exec = go_to_run;
    if (_i == 0)
        container.environment[container.environment_count - 1] = relative[_i][0];
    else
        container_setenv(&container, relative[_i][0]);
    container_start(&container);
    await("rotation is off because ");
    ck_assert_ptr_nonnull(strstr(container.log, relative[_i][1]));
    await(CONTAINER_READY);
    expect_password(OLD, "OK");
    container_stop(&container, 0);
}
END_TEST

static bool mount_file(void *argument)
{
    (void)argument;
    return mount("/run/secret/..data/password", "/run/single", NULL, MS_BIND, NULL) == 0;
}

START_TEST(a_file_mounted_alone_stays)
{
    if (!container_is_root("a_file_mounted_alone_stays"))
        return;
    make_secret(OLD "\n");
    container_write(&container, "single", "", 0, 0444);
    container.environment[container.environment_count - 1] = "REDIS_PASSWORD_FILE=/run/single";
    container.before_exec = mount_file;
    container_start(&container);
    await("rotation is off because /run/single is a mount by itself (subPath): mount its folder");
    await(CONTAINER_READY);
    container_stop(&container, 0);
}
END_TEST

START_TEST(roots_own_file_stays)
{
    if (!container_is_root("roots_own_file_stays"))
        return;
    container_write(&container, "single", OLD, strlen(OLD), 0400);
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/single");
    container_start(&container);
    await("rotation is off because /run/single can't be read by the server's user");
    await(CONTAINER_READY);
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rotation");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_swapped_secret_is_taken_over);
    tcase_add_test(tests, the_old_one_holds_for_the_overlap);
    tcase_add_test(tests, without_an_overlap);
    tcase_add_test(tests, without_acls_the_old_one_goes_at_once);
    tcase_add_test(tests, a_server_that_does_not_answer);
    tcase_add_loop_test(tests, a_bad_secret_changes_nothing, 0, COUNT(bads));
    tcase_add_test(tests, a_slow_writer);
    tcase_add_test(tests, sighup_reloads);
    tcase_add_test(tests, users_rotate);
    tcase_add_test(tests, masterauth_follows_its_user);
    tcase_add_test(tests, a_masterauth_of_the_users_stays);
    tcase_add_test(tests, users_come_and_go);
    tcase_add_test(tests, many_rotations_under_load);
    tcase_add_test(tests, a_password_of_a_variable_stays);
    tcase_add_test(tests, in_memory_it_stays);
    tcase_add_loop_test(tests, a_relative_path_stays, 0, 2);
    tcase_add_test(tests, in_a_shared_run_dir_it_changes);
    tcase_add_test(tests, a_file_mounted_alone_stays);
    tcase_add_test(tests, roots_own_file_stays);
    return container_main(tests);
}
