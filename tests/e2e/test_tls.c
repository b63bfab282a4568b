// SPDX-License-Identifier: Apache-2.0

/* TLS: what redis-cli sees of it, and the files with which no server is started. */

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"
#include "tls_case.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define KEY_PASSWORD "Kp-4nX9sC6vM3qJ1z"

static struct container container;
static char text[65536];

static void shell(const char *script)
{
    tls_case_make(&container, NULL);
    tls_case_shell(&container, "printf " KEY_PASSWORD " >password && printf wrong >wrong\n"
                               "openssl pkey -in server.key -aes256 -passout pass:" KEY_PASSWORD
                               " -out encrypted.key\n");
    tls_case_shell(&container, script);
}

static void setup(void)
{
    container_init(&container);
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
    container_setenv(&container, "REDIS_INIT_PORT=0");
    container_setenv(&container, "REDIS_PASSWORD=" TLS_CASE_PASSWORD);
}

static void teardown(void)
{
    container_free(&container);
}

/* `%d` is the port, on which TLS is alone. */
static void write_ini(const char *format)
{
    const char *mark = strstr(format, "%d");
    const int n = mark == NULL ? snprintf(text, sizeof(text), "%s", format)
                               : snprintf(text, sizeof(text), "%.*s%d%s", (int)(mark - format),
                                          format, container.port, mark + 2);
    container_write(&container, "x.ini", text, (size_t)n, 0400);
}

static void start(void)
{
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "no start:\n%s",
                  container.log);
}

/* What redis-cli prints. */
static const char *cli(const char *options)
{
    char command[512];
    (void)snprintf(command, sizeof(command), "redis-cli -p %d %s PING", container.port, options);
    return tls_case_output(&container, command);
}

#define TLS "--tls --cacert ca.crt "
#define AS_CLIENT "--cert client.crt --key client.key "

static void expect_pong(const char *options)
{
    const char *answer = cli(options);
    ck_assert_msg(strcmp(answer, "PONG\n") == 0, "%s: %s", options, answer);
}

static void expect_none(const char *options)
{
    const char *answer = cli(options);
    ck_assert_msg(strstr(answer, "PONG") == NULL && *answer != '\0', "%s: %s", options, answer);
}

static void expect_ready(void)
{
    static const char *const words[] = {"ping", "--ready", NULL};
    struct container_process ping = container_exec_start(&container, 0, false, words);
    ck_assert_msg(container_exec_wait(&ping, text, sizeof(text)) == 0, "%s", text);
}

#define PAIR "[tls]\nport = %d\ncert_file = /run/tls/server.crt\nkey_file = /run/tls/server.key\n"
#define CA "ca_file = /run/tls/ca.crt\n"

START_TEST(both_show_a_certificate)
{
    shell("");
    write_ini(PAIR CA);
    start();
    expect_pong(TLS AS_CLIENT);
    expect_none(TLS);
    expect_none("");
    expect_none("--tls --cacert client.crt " AS_CLIENT);
    expect_ready();
    container_stop(&container, 0);
    ck_assert_msg(strstr(container.log, "[tls]") == NULL, "%s", container.log);
}
END_TEST

START_TEST(the_server_alone_shows_one)
{
    shell("");
    write_ini(PAIR CA "auth_clients = no\nprotocols = TLSv1.3\n");
    start();
    expect_pong(TLS);
    expect_none("");
    expect_ready();
    container_stop(&container, 0);
}
END_TEST

START_TEST(an_encrypted_key_is_opened)
{
    char path[256];
    shell("");
    write_ini("[tls]\nport = %d\ncert_file = /run/tls/server.crt\n"
              "key_file = /run/tls/encrypted.key\nkey_password_file = /run/tls/password\n"
              "auth_clients = optional\n" CA);
    start();
    expect_pong(TLS AS_CLIENT);
    expect_pong(TLS);
    static char bytes[1 << 20];
    const pid_t processes[] = {container.pid, container_server(&container)};
    for (size_t i = 0; i < COUNT(processes); i++) {
        ck_assert_int_gt(sandbox_proc_file(processes[i], "environ", bytes, sizeof(bytes)), 0);
        ck_assert_ptr_null(memmem(bytes, sizeof(bytes), KEY_PASSWORD, strlen(KEY_PASSWORD)));
        ck_assert_int_gt(sandbox_proc_file(processes[i], "cmdline", bytes, sizeof(bytes)), 0);
        ck_assert_ptr_null(memmem(bytes, sizeof(bytes), KEY_PASSWORD, strlen(KEY_PASSWORD)));
    }
    container_path(&container, "redis-init/redis.conf", path, sizeof(path));
    struct stat status;
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFREG | 0600);
    container_stop(&container, 0);
    ck_assert_ptr_null(strstr(container.log, KEY_PASSWORD));
}
END_TEST

START_TEST(an_end_that_is_near_is_said)
{
    shell("openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -days 5 "
          "-copy_extensions copy -out server.crt");
    write_ini(PAIR CA);
    start();
    ck_assert_msg(strstr(container.log, "warning: [tls] /run/tls/server.crt expires at 20") != NULL,
                  "%s", container.log);
    expect_pong(TLS AS_CLIENT);
    container_stop(&container, 0);
}
END_TEST

static bool mount_read_only(void *argument)
{
    (void)argument;
    return mount("/run/tls", "/run/tls", NULL, MS_BIND, NULL) == 0 &&
           mount(NULL, "/run/tls", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0;
}

/* As what comes from Windows is, or a volume of modes that nobody can change. */
START_TEST(nobody_writes_to_a_read_only_mount)
{
    if (!container_is_root("nobody_writes_to_a_read_only_mount"))
        return;
    shell("chmod 666 ca.crt server.crt");
    write_ini(PAIR CA);
    container.before_exec = mount_read_only;
    start();
    expect_pong(TLS AS_CLIENT);
    container_stop(&container, 0);
}
END_TEST

struct refused {
    const char *spoil;
    const char *ini;
    int code;
    const char *part;
};

#define WITH(cert, key)                                                                            \
    "[tls]\nport = %d\ncert_file = /run/tls/" cert "\nkey_file = /run/tls/" key "\n" CA

static const struct refused refusals[] = {
    {"", WITH("server.crt", "client.key"), 65, "[tls] key_file and cert_file are no pair"},
    {"dated old 20200101000000Z 20200201000000Z", WITH("old.crt", "server.key"), 65,
     "/run/tls/old.crt has expired at 2020-02-01T00:00:00Z"},
    {"dated early 21200101000000Z 21210101000000Z", WITH("early.crt", "server.key"), 65,
     "/run/tls/early.crt is not valid before 2120-01-01T00:00:00Z"},
    {"head -c 300 server.crt >half.crt", WITH("half.crt", "server.key"), 65,
     "/run/tls/half.crt holds no whole certificate"},
    {"head -c 300 ca.crt >half; cat server.crt half >chain.crt", WITH("chain.crt", "server.key"),
     65, "/run/tls/chain.crt holds no whole certificates"},
    {": >half.crt", WITH("half.crt", "server.key"), 65, "holds no whole certificate"},
    {"head -c 100 server.key >half.key; chmod 600 half.key", WITH("server.crt", "half.key"), 65,
     "/run/tls/half.key holds no whole private key"},
    {"", WITH("server.crt", "ca.crt"), 65, "/run/tls/ca.crt can be read by others (mode 0644)"},
    {"chmod 644 server.key", PAIR CA, 65,
     "server.key can be read by others (mode 0644), chmod o-r"},
    {"chmod 660 server.key", PAIR CA, 65, "server.key can be written by others (mode 0660)"},
    {"chmod 646 server.crt", PAIR CA, 65, "server.crt can be written by others (mode 0646)"},
    {"chmod 664 server.crt", PAIR CA, 65,
     "server.crt can be written by others (mode 0664), chmod go-w"},
    {"chmod 666 ca.crt", PAIR CA, 65, "/run/tls/ca.crt can be written by others (mode 0666)"},
    {"chmod 000 server.key", PAIR CA, 66, "[tls] /run/tls/server.key can't be opened by uid "},
    {"rm server.crt", PAIR CA, 66, "[tls] /run/tls/server.crt can't be opened by uid "},
    {"mkdir folder", WITH("folder", "server.key"), 66, "folder is not a regular file"},
    {"", WITH("server.crt", "encrypted.key"), 65, "encrypted.key is encrypted, give its password"},
    {"", WITH("server.crt", "encrypted.key") "key_password_file = /run/tls/wrong\n", 65,
     "encrypted.key is not opened by the password of key_password_file"},
    {"", WITH("server.crt", "encrypted.key") "key_password_file = /run/tls/none\n", 66,
     "[tls] key_password_file (/run/tls/none)"},
    {"printf junk >ca.crt", PAIR CA, 65, "/run/tls/ca.crt holds no whole certificates"},
    {"head -c 300 ca.crt >half.crt; cat half.crt >>ca.crt", PAIR CA, 65,
     "/run/tls/ca.crt holds no whole certificates"},
    {"openssl req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.crt -subj /CN=weak",
     WITH("weak.crt", "weak.key"), 65, "the key of key_file is too weak (1024 bits)"},
    {"", "[tls]\ncert_file = /run/tls/server.crt\n", 78, "[tls] has no effect without its `port`"},
    {"", "[tls]\nport = %d\n", 78, "[tls] port is set: cert_file and key_file have to be, too"},
    {"", PAIR, 78, "[tls] ca_file is missing"},
    {"", PAIR CA "protocols = TLSv1.1\n", 78, "protocols is `TLSv1.1`, it must be TLSv1.2"},
    {"", PAIR CA "auth_clients = maybe\n", 78, "auth_clients is `maybe`, it must be yes, optional"},
};

START_TEST(what_is_refused)
{
    shell(refusals[_i].spoil);
    write_ini(refusals[_i].ini);
    container_start(&container);
    ck_assert_msg(container_wait(&container) == refusals[_i].code, "not %d: %s", refusals[_i].code,
                  container.log);
    ck_assert_msg(strstr(container.log, refusals[_i].part) != NULL, "%s", container.log);
    ck_assert(!container_has(&container, "redis-init/redis.conf"));
}
END_TEST

START_TEST(the_program_that_judges_is_needed)
{
    char path[256];
    shell("");
    write_ini(PAIR CA);
    container_path(&container, "bin/redis-init-tls", path, sizeof(path));
    ck_assert_int_eq(unlink(path), 0);
    container_start(&container);
    ck_assert_int_eq(container_wait(&container), 71);
    ck_assert_msg(strstr(container.log, "/run/bin/redis-init-tls can't be executed, copy it") !=
                      NULL,
                  "%s", container.log);
}
END_TEST

int main(void)
{
    if (access("./redis-init-tls", X_OK) != 0) {
        (void)printf("SKIP: test_tls needs a build with OpenSSL\n");
        return 77;
    }
    TCase *tests = tcase_create("tls");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, both_show_a_certificate);
    tcase_add_test(tests, the_server_alone_shows_one);
    tcase_add_test(tests, an_encrypted_key_is_opened);
    tcase_add_test(tests, an_end_that_is_near_is_said);
    tcase_add_loop_test(tests, what_is_refused, 0, COUNT(refusals));
    tcase_add_test(tests, nobody_writes_to_a_read_only_mount);
    tcase_add_test(tests, the_program_that_judges_is_needed);
    return container_main(tests);
}
