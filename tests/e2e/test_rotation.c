// SPDX-License-Identifier: Apache-2.0

/* Secrets that change under a server that runs. */

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "rotation_case.h"

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

/* A server by which Redis 5 and 6.0 are told: this program, with a constant of theirs. */
static const char marker[] __attribute__((used)) =
    "Password is longer than CONFIG_AUTHPASS_MAX_LEN";

#define OLD_SERVER "old-server"

START_TEST(a_password_too_long_for_an_old_server)
{
    char longer[17 * SECRET_SIZE];
    size_t length = 0;
    container_copy_self(&container, OLD_SERVER);
    container_setenv(&container, "REDIS_INIT_SERVER=/run/bin/" OLD_SERVER);
    make_secret(OLD "\n");
    start_unwatched();
    for (; length < 513; length += SECRET_SIZE - 1)
        next_secret(longer + length);
    swap(longer);
    expect_reload(EX_DATAERR, "this server takes at most 512 bytes");
    expect_password(OLD, "OK");
    longer[512] = '\0';
    swap(longer);
    expect_reload(0, "rotated: ");
    expect_password(longer, "OK");
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

#define HASH "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5" /* of 12345 */
static const char with_base[] = "[redis]\naclfile = /run/base.acl\n[user app]\n"
                                "password_file = /run/app\nrules = ~app:* +@all\n";

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

/* A writer that pauses in the middle of a line: what is missing would be a right more. */
START_TEST(half_an_ini_gives_no_rights)
{
    static const char half[] = "[user app]\npassword_file = /run/app\nrules = ~app:* +@all";
    static const char base[] = "user low on #" HASH " ~* +@all -@dangerous\n";
    start_users();
    container_write(&container, "x.ini", half, strlen(half), 0644);
    expect_reload(EX_CONFIG, "/run/x.ini seems half written, it ends inside a line");
    expect_login("gone", "gone" APP, "OK");
    container_write(&container, "base.acl", base, strlen(base) - 13, 0644);
    container_write(&container, "x.ini", with_base, strlen(with_base), 0644);
    expect_reload(EX_CONFIG, "/run/base.acl seems half written, it ends inside a line");
    container_write(&container, "base.acl", base, strlen(base), 0644);
    expect_reload(0, "new user low; removed user gone");
    container_stop(&container, 0);
}
END_TEST

/* A start takes it, as there is nobody to write the rest. */
START_TEST(without_a_line_end_it_stays)
{
    container_write(&container, "x.ini", users, strlen(users) - 1, 0644);
    container_write(&container, "app", APP, strlen(APP), 0644);
    container_write(&container, "gone", "gone" APP, strlen(APP) + 4, 0644);
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
    make_secret(OLD "\n");
    start();
    ck_assert_ptr_nonnull(strstr(container.log, "rotation is off because /run/x.ini does not end "
                                                "with a line end"));
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
    read_file(container_users(&container));
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

int main(int argc, char *argv[])
{
    (void)argc;
    if (strcmp(program_invocation_short_name, OLD_SERVER) == 0)
        return execvp("redis-server", argv);
    TCase *tests = tcase_create("rotation");
    tcase_add_checked_fixture(tests, rotation_setup, rotation_teardown);
    tcase_add_test(tests, a_swapped_secret_is_taken_over);
    tcase_add_test(tests, the_old_one_holds_for_the_overlap);
    tcase_add_test(tests, without_an_overlap);
    tcase_add_test(tests, without_acls_the_old_one_goes_at_once);
    tcase_add_test(tests, a_password_too_long_for_an_old_server);
    tcase_add_test(tests, a_server_that_does_not_answer);
    tcase_add_test(tests, sighup_reloads);
    tcase_add_test(tests, users_rotate);
    tcase_add_test(tests, masterauth_follows_its_user);
    tcase_add_test(tests, a_masterauth_of_the_users_stays);
    tcase_add_test(tests, half_an_ini_gives_no_rights);
    tcase_add_test(tests, without_a_line_end_it_stays);
    tcase_add_test(tests, users_come_and_go);
    return container_main(tests);
}
