// SPDX-License-Identifier: Apache-2.0

/* Certificates that change under a server that runs. */

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"
#include "tls_case.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define NEW_PASSWORD "7be2945dc01f83a6e4d7f0b8c3951a62"
#define PAIR                                                                                       \
    "[tls]\nport = %d\ncert_file = /run/tls/live/tls.crt\nkey_file = /run/tls/live/tls.key\n"      \
    "ca_file = /run/tls/live/ca.crt\n"
#define WITH_PASSWORD PAIR "key_password_file = /run/tls/live/password\n"
#define RUNS_ON "; the server runs on with what it has\n"

static struct container container;
static char text[65536];

static void setup(void)
{
    container_init(&container);
    tls_case_make(&container, NULL);
    tls_case_shell(&container, "publish server.crt server.key ca.crt; pair next");
    container_setenv(&container, "REDIS_INIT_PORT=0");
}

static void teardown(void)
{
    container_free(&container);
}

static void shell(const char *script)
{
    tls_case_shell(&container, script);
}

static void await(const char *line)
{
    ck_assert_msg(container_await_line(&container, line), "no `%s`:\n%s", line, container.log);
}

/* `%d` is the port. */
static void write_ini(const char *format)
{
    const char *mark = strstr(format, "%d");
    const int n = snprintf(text, sizeof(text), "%.*s%d%s", (int)(mark - format), format,
                           container.port, mark + 2);
    container_write(&container, "x.ini", text, (size_t)n, 0444);
}

static void write_password(const char *password)
{
    container_write(&container, "password", password, strlen(password), 0644);
}

/* The password is a file's that is watched, as those of [tls] are. */
static void start(const char *ini)
{
    write_ini(ini);
    write_password(TLS_CASE_PASSWORD);
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/password");
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
    container_start(&container);
    await(CONTAINER_READY);
}

static bool go_to_run(void *argument)
{
    (void)argument;
    return chdir("/run") == 0;
}

/* By a relative path of the ini rotation is off: the tests alone reload, with the absolute one. */
static void start_unwatched(const char *ini)
{
    write_ini(ini);
    write_password(TLS_CASE_PASSWORD);
    container.before_exec = go_to_run;
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/password");
    container_setenv(&container, "REDIS_INIT_CONFIG=x.ini");
    container_start(&container);
    await(CONTAINER_READY);
    ck_assert_ptr_nonnull(strstr(container.log, "rotation is off because x.ini is a relative"));
    container.environment[container.environment_count - 1] = "REDIS_INIT_CONFIG=/run/x.ini";
}

static struct container_process begin_reload(const char *option)
{
    const char *const words[] = {"reload", option, NULL};
    return container_exec_start(&container, geteuid() == 0 ? container_uid() : 0, false, words);
}

static void end_reload(struct container_process *process, int code, const char *part)
{
    const int got = container_exec_wait(process, text, sizeof(text));
    ck_assert_msg(got == code && strstr(text, part) != NULL && (*part != '\0' || *text == '\0'),
                  "%d, not %d with `%s`: %s\n%s", got, code, part, text, container.log);
}

static void expect_reload(int code, const char *part)
{
    struct container_process process = begin_reload(NULL);
    end_reload(&process, code, part);
}

static void expect_serial(const char *file)
{
    const char *serial = tls_case_serial_of(&container, file);
    const char *shown = tls_case_serial(&container, container.port);
    ck_assert_str_ne(serial, "");
    ck_assert_msg(strcmp(serial, shown) == 0, "%s, and not %s, %s", shown, file, serial);
}

/* The server shows that pair to a client, which trusts it and is let in. */
static void expect_shown(const char *file)
{
    char command[256];
    expect_serial(file);
    (void)snprintf(command, sizeof(command), "redis-cli -p %d " TLS_CASE_CLIENT " PING",
                   container.port);
    const char *answer = tls_case_output(&container, command);
    ck_assert_msg(strcmp(answer, "PONG\n") == 0, "%s", answer);
}

/* The line that is said of a new pair. */
static const char *rotated(const char *file)
{
    static char line[256];
    (void)snprintf(line, sizeof(line), "rotated: new certificate, serial %s, valid until 20",
                   tls_case_serial_of(&container, file));
    return line;
}

/* All by itself, from the swap of the volume on; a connection that is there stays. */
START_TEST(a_swapped_pair_is_shown)
{
    char before[64];
    char after[64];
    start(PAIR);
    ck_assert_ptr_null(strstr(container.log, "rotation"));
    struct tls_client client = tls_case_connect(&container, container.port);
    tls_case_ask(&client, "CLIENT ID", before, sizeof(before));
    expect_shown("server.crt");
    shell("publish next.crt next.key ca.crt");
    await(rotated("next.crt"));
    expect_shown("next.crt");
    tls_case_ask(&client, "CLIENT ID", after, sizeof(after));
    ck_assert_str_eq(before, after);
    tls_case_disconnect(&client);
    expect_reload(0, "");
    container_stop(&container, 0);
    ck_assert_ptr_null(strstr(container.log, "Error accepting a client")); /* which reload was */
}
END_TEST

struct bad {
    const char *publish;
    int code;
    const char *part;
};

static const struct bad bads[] = {
    {"publish next.crt server.key ca.crt", 65, "[tls] key_file and cert_file are no pair"},
    {"publish next.crt - ca.crt", 66, "[tls] /run/tls/live/tls.key can't be opened by uid"},
    {"publish - next.key ca.crt", 66, "[tls] /run/tls/live/tls.crt can't be opened by uid"},
    {"publish - - -", 66, "[tls] /run/tls/live/tls.crt can't be opened by uid"},
    {"head -c 300 next.crt >half.crt; publish half.crt next.key ca.crt", 65, "tls.crt holds no"},
    {"head -c 100 next.key >half.key; chmod 600 half.key; publish next.crt half.key ca.crt", 65,
     "tls.key holds no whole private key"},
    {": >empty.crt; publish empty.crt next.key ca.crt", 65, "tls.crt holds no whole certificate"},
    {"head -c 300 ca.crt >half.crt; publish next.crt next.key half.crt", 65, "ca.crt holds no"},
    {"dated old 20200101000000Z 20200201000000Z; publish old.crt server.key ca.crt", 65,
     "tls.crt has expired at 2020-02-01T00:00:00Z"},
    {"dated early 21200101000000Z 21210101000000Z; publish early.crt server.key ca.crt", 65,
     "tls.crt is not valid before 2120-01-01T00:00:00Z"},
    {"openssl req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.crt -subj /CN=weak; "
     "publish weak.crt weak.key ca.crt",
     65, "the key of key_file is too weak (1024 bits)"},
    {"chmod 644 next.key; publish next.crt next.key ca.crt; chmod 644 live/tls.key", 65,
     "tls.key can be read by others (mode 0644)"},
};

START_TEST(a_bad_pair_changes_nothing)
{
    start_unwatched(PAIR);
    shell(bads[_i].publish);
    expect_reload(bads[_i].code, bads[_i].part);
    ck_assert_ptr_nonnull(strstr(text, RUNS_ON));
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    expect_shown("server.crt");
    shell("chmod 600 next.key; publish next.crt next.key ca.crt");
    expect_reload(0, rotated("next.crt"));
    expect_shown("next.crt");
    container_stop(&container, 0);
}
END_TEST

/* What no handshake shows. */
START_TEST(new_authorities_alone)
{
    static const char as_other[] = "redis-cli -p %d --tls --cacert ca.crt --cert other.crt "
                                   "--key other.key PING";
    char command[256];
    (void)snprintf(command, sizeof(command), as_other, container.port);
    start_unwatched(PAIR);
    shell("openssl req -x509 $ec -keyout other.key -out other.crt -subj /CN=other -days 30\n"
          "cat ca.crt other.crt >both.crt");
    ck_assert_ptr_null(strstr(tls_case_output(&container, command), "PONG"));
    shell("publish server.crt server.key both.crt");
    expect_reload(0, "rotated: new authorities\n");
    ck_assert_str_eq(tls_case_output(&container, command), "PONG\n");
    expect_shown("server.crt");
    shell("cat next.crt ca.crt >chain.crt; publish chain.crt next.key ca.crt");
    expect_reload(0, rotated("next.crt"));
    ck_assert_ptr_nonnull(strstr(text, "; new authorities\n"));
    ck_assert_ptr_null(strstr(tls_case_output(&container, command), "PONG"));
    shell("publish next.crt next.key ca.crt");
    expect_reload(0, "rotated: new chain of the certificate\n");
    expect_reload(0, "");
    container_stop(&container, 0);
}
END_TEST

/* In a normal user's tests the server was given its file by a descriptor, and can't write it. */
static void rewrite_conf(void)
{
    char command[256];
    (void)snprintf(command, sizeof(command), "redis-cli -p %d " TLS_CASE_CLIENT " CONFIG REWRITE",
                   container.port);
    if (geteuid() == 0)
        ck_assert_str_eq(tls_case_output(&container, command), "OK\n");
}

START_TEST(the_password_of_the_key)
{
    shell(
        "encrypt() { printf %s $3 >$3; chmod 644 $3; openssl pkey -in $1 -aes256 -passout pass:$3 "
        "-out $2; }\n"
        "encrypt server.key a.key Kp-one; encrypt server.key b.key Kp-two\n"
        "encrypt next.key c.key Kp-three; publish server.crt a.key ca.crt Kp-one");
    start_unwatched(WITH_PASSWORD);
    shell("publish server.crt b.key ca.crt Kp-one");
    expect_reload(EX_DATAERR, "is not opened by the password of key_password_file" RUNS_ON);
    shell("publish server.crt b.key ca.crt Kp-two");
    expect_reload(0, "rotated: new password of the key\n");
    expect_reload(0, "");
    expect_shown("server.crt");
    shell("publish next.crt c.key ca.crt Kp-three");
    expect_reload(0, rotated("next.crt"));
    ck_assert_ptr_nonnull(strstr(text, "; new password of the key\n"));
    ck_assert_ptr_null(strstr(text, "Kp-"));
    expect_shown("next.crt");
    rewrite_conf(); /* its file is still understood */
    expect_reload(0, "");
    shell("publish server.crt b.key ca.crt Kp-two");
    expect_reload(0, rotated("server.crt"));
    container_stop(&container, 0);
    ck_assert_ptr_null(strstr(container.log, "Kp-"));
}
END_TEST

/* One that is refused does not hold up the other. As long as an old password holds there
 * is another run to come. */
START_TEST(passwords_and_certificates_are_apart)
{
    /* where an old password holds on, another run is asked for in any case */
    const int code = _i == 0 ? EX_DATAERR : EX_TEMPFAIL;
    container_setenv(&container, _i == 0 ? "REDIS_INIT_OVERLAP=0" : "REDIS_INIT_OVERLAP=300");
    start_unwatched(PAIR);
    shell("publish next.crt server.key ca.crt");
    write_password(NEW_PASSWORD);
    expect_reload(code, "rotated: new password of default");
    ck_assert_ptr_nonnull(strstr(text, "[tls] key_file and cert_file are no pair"));
    expect_serial("server.crt");
    shell("publish next.crt next.key ca.crt");
    write_password("letmein123letmein123");
    expect_reload(code, "password refused: ");
    ck_assert_ptr_nonnull(strstr(text, rotated("next.crt")));
    expect_serial("next.crt");
    shell("publish - - -");
    expect_reload(code, "password refused: ");
    ck_assert_ptr_nonnull(strstr(text, "[tls] /run/tls/live/tls.crt can't be opened"));
    struct container_process process = begin_reload("--certificates");
    end_reload(&process, EX_NOINPUT, "[tls] /run/tls/live/tls.crt can't be opened");
    ck_assert_ptr_null(strstr(text, "password"));
    process = begin_reload("--passwords");
    end_reload(&process, code, "password refused: ");
    ck_assert_ptr_null(strstr(text, "[tls]"));
    container_stop(&container, 0);
}
END_TEST

/* A password that can't change keeps no certificate from it. */
START_TEST(beside_a_password_of_a_variable)
{
    write_ini(PAIR);
    container_setenv(&container, "REDIS_PASSWORD=" TLS_CASE_PASSWORD);
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
    container_start(&container);
    await("rotation of passwords is off because the password is given by REDIS_PASSWORD");
    await(CONTAINER_READY);
    shell("publish next.crt server.key ca.crt");
    await("[tls] key_file and cert_file are no pair");
    expect_shown("server.crt");
    shell("publish next.crt next.key ca.crt");
    await(rotated("next.crt"));
    expect_shown("next.crt");
    container_stop(&container, 0);
    ck_assert_ptr_null(strstr(container.log, "no password"));
}
END_TEST

/* And the other way round. */
START_TEST(a_file_that_only_root_reads)
{
    if (!container_is_root("a_file_that_only_root_reads"))
        return;
    shell("printf Kp-one >password; chmod 600 password\n"
          "openssl pkey -in server.key -aes256 -passout pass:Kp-one -out a.key\n"
          "publish server.crt a.key ca.crt password");
    start(WITH_PASSWORD);
    ck_assert_ptr_nonnull(strstr(container.log,
                                 "rotation of certificates is off because "
                                 "/run/tls/live/password can't be read by the server's user"));
    shell("publish next.crt next.key ca.crt password");
    write_password(NEW_PASSWORD);
    await("rotated: new password of default");
    expect_shown("server.crt");
    container_stop(&container, 0);
    ck_assert_ptr_null(strstr(container.log, "[tls]"));
}
END_TEST

/* redis-init-tls waits when it has judged the files. */
static void wait_when_judged(void)
{
    static const char script[] =
        "#!/bin/sh\n/run/bin/real-tls \"$@\"\ncode=$?\n"
        "[ \"$1\" = -s ] || { echo >/run/judged; read -r line </run/go; }\nexit $code\n";
    char from[256];
    char to[256];
    static const char *const names[] = {"judged", "go"};
    container_path(&container, "bin/redis-init-tls", from, sizeof(from));
    container_path(&container, "bin/real-tls", to, sizeof(to));
    ck_assert_int_eq(rename(from, to), 0);
    container_write(&container, "bin/redis-init-tls", script, strlen(script), 0755);
    for (size_t i = 0; i < COUNT(names); i++) {
        container_path(&container, names[i], to, sizeof(to));
        ck_assert_int_eq(mkfifo(to, 0600), 0);
        ck_assert_int_eq(chmod(to, 0666), 0);
    }
}

/* Each end waits for the other. */
static void pass(const char *name, int flags)
{
    char path[256];
    char byte = '\n';
    container_path(&container, name, path, sizeof(path));
    const int fd = open(path, flags | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(flags == O_RDONLY ? read(fd, &byte, 1) : write(fd, &byte, 1), 1);
    (void)close(fd);
}

/* The files are others between the judgement and the server's reading. */
static void expect_raced_reload(const char *publish, int code, const char *part)
{
    struct container_process process = begin_reload(NULL);
    pass("judged", O_RDONLY);
    shell(publish);
    pass("go", O_WRONLY);
    end_reload(&process, code, part);
}

START_TEST(swapped_while_it_is_read)
{
    shell("pair third");
    start_unwatched(PAIR);
    wait_when_judged();
    shell("publish next.crt next.key ca.crt");
    expect_raced_reload("publish next.crt server.key ca.crt", EXIT_FAILURE,
                        "it answers with an error, ERR, its log says why" RUNS_ON);
    expect_shown("server.crt");
    shell("publish next.crt next.key ca.crt");
    expect_raced_reload("publish third.crt third.key ca.crt", EX_TEMPFAIL,
                        "the server was told of the new files of [tls], but ");
    ck_assert_ptr_null(strstr(text, "rotated"));
    expect_shown("third.crt");
    expect_raced_reload("", 0, rotated("third.crt"));
    expect_raced_reload("", 0, "");
    container_stop(&container, 0);
}
END_TEST

struct change {
    const char *assignment;
    const char *part;
};

static const struct change changes[] = {
    {"REDIS_INIT_TLS_CERT_FILE=/run/tls/next.crt", "[tls] cert_file names another file than at"},
    {"REDIS_INIT_TLS_KEY_PASSWORD_FILE=/run/password",
     "[tls] key_password_file was not set at the start, which only a start can change"},
};

START_TEST(what_only_a_start_can_change)
{
    start_unwatched(PAIR);
    container_setenv(&container, changes[_i].assignment);
    container.environment[container.environment_count] = NULL;
    expect_reload(EX_CONFIG, changes[_i].part);
    expect_shown("server.crt");
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    if (access("./redis-init-tls", X_OK) != 0) {
        (void)printf("SKIP: test_rotation_tls needs a build with OpenSSL\n");
        return 77;
    }
    TCase *tests = tcase_create("rotation of certificates");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_swapped_pair_is_shown);
    tcase_add_loop_test(tests, a_bad_pair_changes_nothing, 0, COUNT(bads));
    tcase_add_test(tests, new_authorities_alone);
    tcase_add_test(tests, the_password_of_the_key);
    tcase_add_loop_test(tests, passwords_and_certificates_are_apart, 0, 2);
    tcase_add_test(tests, beside_a_password_of_a_variable);
    tcase_add_test(tests, a_file_that_only_root_reads);
    tcase_add_test(tests, swapped_while_it_is_read);
    tcase_add_loop_test(tests, what_only_a_start_can_change, 0, COUNT(changes));
    return container_main(tests);
}
