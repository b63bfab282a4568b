// SPDX-License-Identifier: Apache-2.0

/* Users: each gets in by a password of its own, does its work, and nothing else. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define DEFAULT "a1f0c84e97d2b6530fe8d71c92a45b36"
#define APP "7be2945dc01f83a6e4d7f0b8c3951a62"
#define READER "c95d03e7128fb46a9d01e5c7f23ab864"
#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" /* of "test" */

static struct container container;
static char text[65536];

static void setup(void)
{
    container_init(&container);
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
}

static void teardown(void)
{
    container_free(&container);
}

static void write_text(const char *name, const char *bytes)
{
    container_write(&container, name, bytes, strlen(bytes), 0400);
}

static void start(void)
{
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "no start:\n%s",
                  container.log);
}

static struct container_client *connect_as(const char *user, const char *password)
{
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", user, password, NULL);
    return client;
}

/* A file of the container's into `text`; its mode must be 0600. */
static void read_private(const char *name)
{
    char path[256];
    struct stat status;
    container_path(&container, name, path, sizeof(path));
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFREG | 0600);
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
}

static void expect_absent(pid_t pid, const char *file, const char *part)
{
    static char bytes[1 << 20];
    const ssize_t length = sandbox_proc_file(pid, file, bytes, sizeof(bytes));
    ck_assert_int_gt(length, 0);
    ck_assert_msg(memmem(bytes, (size_t)length, part, strlen(part)) == NULL, "%s of %d has %s",
                  file, pid, part);
}

/* `redis-init ping --ready` beside the server. */
static void expect_ready(void)
{
    static const char *const words[] = {"ping", "--ready", NULL};
    struct container_process ping = container_exec_start(&container, 0, false, words);
    ck_assert_msg(container_exec_wait(&ping, text, sizeof(text)) == 0, "%s", text);
}

static const char two_users[] = "[user app]\npassword_file = /run/app\nrules = ~app:* +@all "
                                "-@dangerous\n[user reader]\npassword_env = READER_PASSWORD\n"
                                "rules = ~* +@read\n";

static void give_two_users(void)
{
    write_text("x.ini", two_users);
    write_text("app", APP "\n");
    container_setenv(&container, "READER_PASSWORD=" READER);
    container_setenv(&container, "REDIS_PASSWORD=" DEFAULT);
}

static void expect_two_users(void)
{
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "NOAUTH", "PING", NULL);
    container_expect(client, "NOAUTH", "GET", "app:1", NULL);
    container_expect(client, "WRONGPASS", "AUTH", "app", READER, NULL);
    container_expect(client, "WRONGPASS", "AUTH", "app", DEFAULT, NULL);
    container_expect(client, "WRONGPASS", "AUTH", "reader", APP, NULL);
    container_expect(client, "WRONGPASS", "AUTH", "nobody", APP, NULL);
    container_expect(client, "WRONGPASS", "AUTH", "default", APP, NULL);
    container_expect(client, "WRONGPASS", "AUTH", "redis-init", "", NULL);
    container_expect(client, "OK", "AUTH", "app", APP, NULL);
    container_expect(client, "OK", "SET", "app:1", "x", NULL);
    container_expect(client, "NOPERM", "SET", "other", "x", NULL);
    container_expect(client, "NOPERM", "FLUSHALL", NULL);
    container_expect(client, "OK", "AUTH", "reader", READER, NULL);
    container_expect(client, "x", "GET", "app:1", NULL);
    container_expect(client, "NOPERM", "SET", "app:1", "y", NULL);
    container_expect(client, "OK", "AUTH", DEFAULT, NULL);
    container_expect(client, "OK", "SET", "other", "x", NULL);
    container_disconnect(client);
}

START_TEST(each_gets_in_by_its_own)
{
    give_two_users();
    container_setenv(&container, "URL=redis://app:" APP "@cache");
    start();
    expect_two_users();
    ck_assert_ptr_nonnull(strstr(container.log, "the variable URL holds the password"));
    ck_assert_ptr_nonnull(strstr(container.log, ", 2 users, default on"));
    static const char *const secrets[] = {DEFAULT, APP, READER, "READER_PASSWORD"};
    const pid_t processes[] = {container.pid, container_server(&container)};
    for (size_t i = 0; i < COUNT(secrets); i++) {
        ck_assert_ptr_null(strstr(container.log, secrets[i]));
        for (size_t j = 0; j < COUNT(processes); j++) {
            expect_absent(processes[j], "environ", secrets[i]);
            expect_absent(processes[j], "cmdline", secrets[i]);
        }
        read_private(container_users(&container));
        ck_assert_msg(strstr(text, secrets[i]) == NULL, "%s", text);
        ck_assert_msg(strstr(text, "nopass") == NULL && strchr(text, '>') == NULL, "%s", text);
    }
    read_private("redis-init/redis.conf");
    ck_assert_ptr_null(strstr(text, "requirepass"));
    ck_assert_ptr_null(strstr(text, APP));
    ck_assert_ptr_null(strstr(text, READER));
    expect_ready();
    container_stop(&container, 0);
}
END_TEST

START_TEST(in_memory)
{
    give_two_users();
    container_setenv(&container, "REDIS_INIT_CONF=memfd");
    start();
    expect_two_users();
    ck_assert(!container_has(&container, "redis-init"));
    struct container_client *client = connect_as("default", DEFAULT);
    container_expect(client, "OK", "ACL", "LOAD", NULL);
    container_expect(client, "", "ACL", "GETUSER", "redis-init", NULL); /* nil */
    container_disconnect(client);
    container_stop(&container, 0);
}
END_TEST

START_TEST(default_may_be_off)
{
    write_text("x.ini", "[redis]\ndefault_user = off\n[user app]\npassword_file = /run/app\n"
                        "rules = ~* +@all\n");
    write_text("app", APP);
    start();
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "NOAUTH", "PING", NULL);
    container_expect(client, "WRONGPASS", "AUTH", "", NULL);
    container_expect(client, "WRONGPASS", "AUTH", APP, NULL);
    container_expect(client, "WRONGPASS", "AUTH", "default", "", NULL);
    container_expect(client, "NOAUTH", "GET", "x", NULL);
    container_disconnect(client);
    expect_ready();
    container_stop(&container, 0);
}
END_TEST

START_TEST(default_may_have_rules)
{
    write_text("x.ini", "[user default]\nrules = ~a:* +get +set\n");
    container_setenv(&container, "REDIS_PASSWORD=" DEFAULT);
    start();
    struct container_client *client = connect_as("default", DEFAULT);
    container_expect(client, "OK", "SET", "a:1", "x", NULL);
    container_expect(client, "NOPERM", "SET", "b:1", "x", NULL);
    container_expect(client, "NOPERM", "PING", NULL);
    container_disconnect(client);
    expect_ready();
    container_stop(&container, 0);
}
END_TEST

START_TEST(a_file_of_the_users_is_the_base)
{
    static const char base[] = "# of before\nuser old on #" HASH " ~old:* +get\n";
    write_text("x.ini", "[redis]\naclfile = /run/base.acl\n");
    write_text("base.acl", base);
    container_setenv(&container, "REDIS_PASSWORD=" DEFAULT);
    start();
    struct container_client *client = connect_as("old", "test");
    container_expect(client, "", "GET", "old:1", NULL);
    container_expect(client, "NOPERM", "GET", "new:1", NULL);
    container_expect(client, "OK", "AUTH", DEFAULT, NULL);
    container_expect(client, "OK", "ACL", "SETUSER", "old", "off", NULL);
    if (geteuid() == 0) /* a user's comes by descriptor, beside which nothing can be written */
        container_expect(client, "OK", "ACL", "SAVE",
                         NULL); /* into redis-init's, until it starts */
    container_disconnect(client);
    container_stop(&container, 0);
    char path[256];
    container_path(&container, "base.acl", path, sizeof(path));
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
    ck_assert_str_eq(text, base);
}
END_TEST

/* Also where there are no users; its credential is in the private conf, and opens next to nothing.
 */
START_TEST(the_internal_user_may_do_little)
{
    char credential[128];
    write_text("x.ini", "");
    container_setenv(&container, "REDIS_PASSWORD=" DEFAULT);
    start();
    read_private("redis-init/redis.conf");
    const char *line = strstr(text, "\n#credential \"");
    ck_assert_ptr_nonnull(line);
    ck_assert_int_eq(sscanf(line, "\n#credential \"%64[0-9a-f]\"\n", credential), 1);
    ck_assert_uint_eq(strlen(credential), 64);
    struct container_client *client = connect_as("redis-init", credential);
    container_expect(client, "PONG", "PING", NULL);
    container_expect(client, "NOPERM", "GET", "x", NULL);
    container_expect(client, "NOPERM", "KEYS", "*", NULL);
    container_expect(client, "NOPERM", "PUBLISH", "x", "y", NULL);
    container_expect(client, "NOPERM", "CONFIG", "GET", "requirepass", NULL);
    container_expect(client, "NOPERM", "SHUTDOWN", NULL);
    container_expect(client, "NOPERM", "ACL", "LIST", NULL);
    container_expect(client, "OK", "AUTH", DEFAULT, NULL);
    if (geteuid() == 0)
        container_expect(client, "OK", "CONFIG", "REWRITE", NULL); /* leaves it for ping to find */
    container_disconnect(client);
    expect_ready();
    ck_assert_ptr_null(strstr(container.log, credential));
    container_stop(&container, 0);
}
END_TEST

struct refused {
    const char *ini;
    int code;
    const char *part;
};

static const struct refused refusals[] = {
    {"[user a]\npassword_file = /run/weak\n", 65,
     "password refused: password_file of user `a` (/run/x.ini:2)"},
    {"[user a]\npassword_file = /run/app\n[user b]\npassword_file = /run/same\n", 65,
     "password_file of user `b` (/run/x.ini:4): the user `a` has the same one"},
    {"[user a]\npassword_env = REDIS_COPY\n", 65,
     "password_env of user `a` (/run/x.ini:2): the user `default` has the same one"},
    {"[user a]\npassword_file = /run/none\n", 66, "password_file of user `a` (/run/x.ini:2)"},
    {"[user a]\npassword_env = NONE\n", 66,
     "the variable of password_env of user `a` (/run/x.ini:2) is not set"},
    {"[user a]\npassword_file = /run/app\nrules = ~* +@read\nrules = ~x\n", 78,
     "/run/x.ini:4: user `a`: rule 1 `~x`: behind `allkeys`"},
    {"[user a]\npassword_file = /run/app\nrules = +get +nosuchcmd\n", 78,
     "/run/x.ini:3: this server knows no command `nosuchcmd`"},
    {"[user a]\npassword_file = /run/app\nrules = +@raed\n", 78,
     "/run/x.ini:3: this server knows no category `raed`, did you mean `read`?"},
    {"[user a]\npassword_file = /run/app\n[redis.conf]\nuser b on\n", 78,
     "[redis.conf]: the server takes no `user` beside an aclfile"},
    {"[redis]\naclfile = /run/open.acl\n", 78, "/run/open.acl:2: the user is `on` and `nopass`"},
    {"[redis]\naclfile = /run/default.acl\n", 78,
     "/run/default.acl:1: `user default` is not the file's"},
    {"[user a]\n", 78, "/run/x.ini:1: [user a] has no password"},
    {"[redis.conf]\nuser b on nopass ~* +@all\n", 78,
     "[redis.conf]: the user is `on` and `nopass`"},
};

START_TEST(what_is_refused)
{
    write_text("x.ini", refusals[_i].ini);
    write_text("weak", "letmein123");
    write_text("app", APP);
    write_text("same", APP "\n");
    write_text("open.acl", "user fine on #" HASH "\nuser open on nopass ~* +@all\n");
    write_text("default.acl", "user default on nopass ~* +@all\n");
    container_setenv(&container, "REDIS_PASSWORD=" DEFAULT);
    container_setenv(&container, "REDIS_COPY=" DEFAULT);
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), refusals[_i].code);
    ck_assert_msg(strstr(container.log, refusals[_i].part) != NULL, "%s", container.log);
    ck_assert(!container_has(&container, "redis-init"));
    ck_assert_ptr_null(strstr(container.log, APP));
    ck_assert_ptr_null(strstr(container.log, DEFAULT));
    ck_assert_ptr_null(strstr(container.log, "letmein"));
}
END_TEST

/* Over itself, as an engine mounts a file read-only. */
static bool mount_conf(void *context)
{
    static const char path[] = "/run/u.conf";
    (void)context;
    return mount(path, path, NULL, MS_BIND, NULL) == 0 &&
           mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) ==
               0;
}

/* From Windows it is mounted with mode 0777. */
START_TEST(a_conf_of_mode_0777)
{
    write_text("x.ini", "");
    container_write(&container, "u.conf", "hz 11\n", 6, 0777);
    container_setenv(&container, "REDIS_PASSWORD=" DEFAULT);
    container_arg(&container, "/run/u.conf");
    if (_i == 0) {
        container_start(&container);
        ck_assert_int_eq(container_wait(&container), 78);
        ck_assert_msg(strstr(container.log, "/run/u.conf can be written by anybody (mode 0777), "
                                            "chmod o-w or mount it read-only") != NULL,
                      "%s", container.log);
        return;
    }
    if (!container_is_root("a conf that is mounted read-only"))
        return;
    container.before_exec = mount_conf;
    start();
    struct container_client *client = connect_as("default", DEFAULT);
    container_expect(client, "PONG", "PING", NULL);
    container_disconnect(client);
    ck_assert_ptr_null(strstr(container.log, "can be written"));
    container_stop(&container, 0);
}
END_TEST

/* etc/users.ini: what each role does, and what it is refused. */
struct deed {
    const char *user;
    const char *answer;
    const char *words[5];
};

static const struct deed deeds[] = {
    {"app", "OK", {"SET", "app:1", "x"}},
    {"app", "x", {"GET", "app:1"}},
    {"app", "1", {"EVAL", "return redis.call('del', KEYS[1])", "1", "app:1"}},
    {"app", "0", {"PUBLISH", "app:news", "x"}},
    {"app", "NOPERM", {"GET", "other:1"}},
    {"app", "NOPERM", {"PUBLISH", "other", "x"}},
    {"app", "NOPERM", {"KEYS", "*"}},
    {"app", "NOPERM", {"FLUSHALL"}},
    {"app", "NOPERM", {"CONFIG", "GET", "masterauth"}},
    {"app", "NOPERM", {"ACL", "SETUSER", "app", "~*"}},
    {"reader", "", {"GET", "app:1"}},
    {"reader", "PONG", {"PING"}},
    {"reader", "NOPERM", {"SET", "app:1", "x"}},
    {"reader", "NOPERM", {"GET", "other:1"}},
    {"reader", "NOPERM", {"KEYS", "*"}},
    {"replica", "PONG", {"PING"}},
    {"replica", "OK", {"REPLCONF", "listening-port", "6380"}},
    {"replica", "NOPERM", {"GET", "app:1"}},
    {"replica", "NOPERM", {"INFO"}},
    {"exporter", "# Server", {"INFO", "server"}},
    {"exporter", "0", {"SLOWLOG", "LEN"}},
    {"exporter", "NOPERM", {"SLOWLOG", "RESET"}},
    {"exporter", "NOPERM", {"GET", "app:1"}},
    {"exporter", "NOPERM", {"CONFIG", "GET", "masterauth"}},
    {"exporter", "NOPERM", {"CLIENT", "LIST"}},
    {"operator", "OK", {"SET", "any", "x"}},
    {"operator", "OK", {"CONFIG", "SET", "maxmemory", "10mb"}},
    {"operator", "operator", {"ACL", "WHOAMI"}},
    {"operator", "NOPERM", {"ACL", "SETUSER", "x", "on"}},
    {"operator", "NOPERM", {"ACL", "LIST"}},
};

static const char *const roles[] = {"app", "reader", "replica", "exporter", "operator"};

static void name_secret(char *secret, const char *role)
{
    (void)snprintf(secret, 64, "%.4s%s", role, APP);
}

static void give_roles(void)
{
    char path[512];
    char secret[64];
    const char *source = getenv("srcdir");
    (void)snprintf(path, sizeof(path), "%s/etc/users.ini", source != NULL ? source : "..");
    FILE *file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s", path);
    const size_t length = fread(text, 1, sizeof(text), file);
    (void)fclose(file);
    container_write(&container, "x.ini", text, length, 0400);
    container_path(&container, "secrets", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    for (size_t i = 0; i < COUNT(roles); i++) {
        (void)snprintf(path, sizeof(path), "secrets/redis-%s", roles[i]);
        name_secret(secret, roles[i]);
        write_text(path, secret);
    }
}

START_TEST(each_role_does_its_work)
{
    char secret[64];
    give_roles();
    start();
    for (size_t i = 0; i < COUNT(deeds); i++) {
        const struct deed *deed = &deeds[i];
        name_secret(secret, deed->user);
        struct container_client *client = connect_as(deed->user, secret);
        const char *const *words = deed->words;
        container_expect(client, deed->answer, words[0], words[1], words[2], words[3], NULL);
        container_disconnect(client);
    }
    read_private("redis-init/redis.conf");
    name_secret(secret, "replica");
    const char *line = strstr(text, "\nmasterauth \"");
    ck_assert_ptr_nonnull(line);
    ck_assert_int_eq(strncmp(line + strlen("\nmasterauth \""), secret, strlen(secret)), 0);
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("acl");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, each_gets_in_by_its_own);
    tcase_add_test(tests, in_memory);
    tcase_add_test(tests, default_may_be_off);
    tcase_add_test(tests, default_may_have_rules);
    tcase_add_test(tests, a_file_of_the_users_is_the_base);
    tcase_add_test(tests, the_internal_user_may_do_little);
    tcase_add_loop_test(tests, what_is_refused, 0, COUNT(refusals));
    tcase_add_loop_test(tests, a_conf_of_mode_0777, 0, 2);
    tcase_add_test(tests, each_role_does_its_work);
    return container_main(tests);
}
