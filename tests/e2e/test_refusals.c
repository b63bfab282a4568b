// SPDX-License-Identifier: Apache-2.0

/* Every start that is refused: the contract's exit code, one line that says why, no server, a disk
 * as it was. */

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORD "f0e1213f546ca15c845d2e54381d2ed1"
#define OTHER "16a2b51a09314540a492cac6dc577a7a"
#define GIVEN "REDIS_PASSWORD=" PASSWORD
#define WEAK "Summer2024Summer2024"

static struct container container;

static void setup(void)
{
    container_init(&container);
}

static void teardown(void)
{
    container_free(&container);
}

struct file {
    const char *name;
    const char *text;
    mode_t mode;
};

struct refusal {
    const char *environment[4];
    const char *arguments[6];
    struct file file;
    int code;
    const char *says; /* part of the line */
};

#define INI(lines)                                                                                 \
    {                                                                                              \
        .name = "x.ini", .text = (lines), .mode = 0644                                             \
    }

static const struct refusal refusals[] = {
    /* none given, or unreadable: 66 */
    {.code = 66, .says = "no password given"},
    {{"REDIS_PASSWORD_FILE=/run/none"}, .code = 66, .says = "REDIS_PASSWORD_FILE (/run/none)"},
    {{"REDIS_PASSWORD_FILE="}, .code = 66, .says = "set but empty"},
    {{"REDIS_PASSWORD_FILE=/run/data"}, .code = 66, .says = "is a directory"},
    {{"REDIS_PASSWORD_FILE=/dev/null"}, .code = 66, .says = "not a regular file"},
    /* given, but unfit: 65 */
    {{"REDIS_PASSWORD="}, .code = 65, .says = "set but empty"},
    {{"REDIS_PASSWORD=" WEAK}, .code = 65, .says = "password refused"},
    {{"REDIS_PASSWORD=/run/bin/redis-init"}, .code = 65, .says = "path of a file"},
    {{"REDIS_PASSWORD=a\nport 0 3f2c91d07ab84e56b1c0"}, .code = 65, .says = "line break"},
    {{"REDIS_PASSWORD=\xef\xbb\xbf" PASSWORD}, .code = 65, .says = "byte-order mark (UTF-8)"},
    {{"REDIS_PASSWORD_FILE=/run/p"}, .file = {"p", "", 0600}, .code = 65, .says = "is empty"},
    {{"REDIS_PASSWORD_FILE=/run/p"}, .file = {"p", "\n", 0600}, .code = 65, .says = "is empty"},
    {{"REDIS_PASSWORD_FILE=/run/p"},
     .file = {"p", "a\nb\n", 0600},
     .code = 65,
     .says = "line break"},
    {{"REDIS_PASSWORD_FILE=/run/p"},
     .file = {"p", PASSWORD, 0666},
     .code = 65,
     .says = "chmod go-w"},
    {{"REDIS_PASSWORD=$(REDIS_PASSWORD)"}, .code = 65, .says = "password refused"},
    /* contradictions and usage: 64 */
    {{GIVEN, "REDIS_PASSWORD_FILE=/run/p"},
     .file = {"p", OTHER, 0600},
     .code = 64,
     .says = "REDIS_PASSWORD and REDIS_PASSWORD_FILE (/run/p) give different passwords"},
    {{GIVEN}, {"--requirepass", OTHER}, .code = 64, .says = "--requirepass"},
    {{GIVEN, "VALKEY_PASSWORD=" OTHER}, .code = 64, .says = "VALKEY_PASSWORD"},
    {{GIVEN}, {"-Z"}, .code = 64, .says = "unknown option -Z"},
    {{GIVEN}, {"--log-fromat", "json"}, .code = 64, .says = "did you mean --log-format?"},
    {{GIVEN}, {"-r", "TERM:NOPE"}, .code = 64, .says = "--rewrite"},
    {{GIVEN}, {"--sentinel"}, .code = 64, .says = "redis-sentinel"},
    {{GIVEN}, {"redis-server", "-"}, .code = 64, .says = "standard input"},
    /* bad settings: 78 */
    {{GIVEN, "REDIS_INIT_PORT=70000"}, .code = 78, .says = "port is `70000`"},
    {{GIVEN, "REDIS_INIT_UID=-1"}, .code = 78, .says = "uid is `-1`"},
    {{GIVEN, "REDIS_INIT_UID=0"}, .code = 78, .says = "uid is `0`"},
    {{GIVEN, "REDIS_INIT_UID=abc"}, .code = 78, .says = "uid is `abc`"},
    {{GIVEN, "REDIS_INIT_MIN_LENGHT=8"}, .code = 78, .says = "did you mean `min_length`?"},
    {{GIVEN, "REDIS_INIT_BIND=eth77"}, .code = 78, .says = "neither an address nor an interface"},
    {{GIVEN, "REDIS_INIT_CONFIG=/run/none.ini"}, .code = 78, .says = "/run/none.ini"},
    {{GIVEN, "REDIS_INIT_CONFIG="}, .code = 78, .says = "REDIS_INIT_CONFIG is empty"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     INI("[redis]\nprot = 1\n"),
     78,
     "/run/x.ini:2: unknown key `prot`"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     INI("[redis]\nport=1\nport=2\n"),
     78,
     "x.ini:3: `port` is set a second time"},
    {{GIVEN}, {"-c", "/run/x.ini"}, {"x.ini", "", 0666}, 78, "can be written by others"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     INI("[redis.conf]\nrequirepass x\n"),
     78,
     "can't set `requirepass`"},
    {{GIVEN}, {"--port", "70000"}, .code = 78, .says = "--port"},
    {{GIVEN}, {"--aclfile", "/run/acl"}, .code = 78, .says = "aclfile"},
    {{GIVEN}, {"--user", "default", "on", "nopass"}, .code = 78, .says = "user default"},
    {{GIVEN}, {"--user default", "on", "nopass"}, .code = 78, .says = "user default"},
    {{GIVEN}, {"--user default on nopass"}, .code = 78, .says = "user default"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     INI("[redis.conf]\n= user default on nopass\n"),
     78,
     "is no directive"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     INI("[redis.conf]\n\"user\" = default on nopass\n"),
     78,
     "is no directive"},
    {{GIVEN},
     {"/run/u.conf"},
     {"u.conf", "user default on nopass ~* +@all\n", 0644},
     78,
     "/run/u.conf:1"},
    {{GIVEN}, {"/run/u.conf"}, {"u.conf", "include /run/gone.conf\n", 0644}, 78, "/run/gone.conf"},
    {{GIVEN},
     {"--include", "/run/u.conf"},
     {"u.conf", "user default on nopass ~* +@all\n", 0644},
     78,
     "/run/u.conf:1"},
    {{GIVEN},
     {"--include /run/u.conf"},
     {"u.conf", "aclfile /run/acl\n", 0644},
     78,
     "/run/u.conf:1"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     INI("[redis.conf]\ninclude \"/run/x.ini\"\nhz 10\n# user default\n"),
     78,
     "include each other"},
    /* folders: 73 */
    {{GIVEN, "REDIS_INIT_DATA_DIR=/run/no/data"}, .code = 73, .says = "data_dir /run/no/data"},
    {{GIVEN, "REDIS_INIT_CONF=file", "REDIS_INIT_RUN_DIR=/run/no/run"},
     .code = 73,
     .says = "run_dir /run/no/run"},
    /* programs: 126, 127 */
    {{GIVEN, "REDIS_INIT_SERVER=/run/none"}, .code = 127, .says = "`/run/none` can't be executed"},
    {{GIVEN, "REDIS_INIT_SERVER=/run/data"}, .code = 126, .says = "`/run/data` can't be executed"},
    {{GIVEN}, {"/run/nothing"}, .code = 127, .says = "/run/nothing"},
};

static void expect_refusal(int code, const char *says, bool beside)
{
    char message[8192];
    char path[256];
    container_start(&container);
    ck_assert_msg(container_wait(&container) == code, "not exit code %d:\n%s", code, container.log);
    ck_assert_msg(strstr(container.log, says) != NULL, "not said: %s\n%s", says, container.log);
    ck_assert_ptr_null(strstr(container.log, PASSWORD));
    ck_assert_ptr_null(strstr(container.log, OTHER));
    ck_assert_ptr_null(strstr(container.log, WEAK));
    ck_assert_ptr_null(strstr(container.log, "Redis is starting"));
    ck_assert(!container_has(&container, "redis-init/redis.conf"));
    ck_assert(!container_has(&container, "redis-init/redis.conf.new"));

    container_path(&container, "dev/termination-log", path, sizeof(path));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, message, sizeof(message) - 1);
    ck_assert_int_ge(length, 0);
    message[length] = '\0';
    (void)close(fd);
    ck_assert_msg((strstr(message, says) != NULL) != beside, "termination message: %s", message);
    ck_assert_msg(!beside || length == 0, "termination message: %s", message);
}

static void expect_refused(int code, const char *says)
{
    expect_refusal(code, says, false);
}

START_TEST(refused)
{
    const struct refusal *refusal = &refusals[_i];
    for (size_t i = 0; i < 4 && refusal->environment[i] != NULL; i++)
        container_setenv(&container, refusal->environment[i]);
    for (size_t i = 0; i < 6 && refusal->arguments[i] != NULL; i++)
        container_arg(&container, refusal->arguments[i]);
    if (refusal->file.name != NULL)
        container_write(&container, refusal->file.name, refusal->file.text,
                        strlen(refusal->file.text), refusal->file.mode);
    expect_refused(refusal->code, refusal->says);
}
END_TEST

/* A tool that is run beside the server must not speak for it. */
START_TEST(a_tool_leaves_no_message)
{
    static const char *const tools[][2] = {{"genpass", PASSWORD}, {"checkpass", PASSWORD}};
    container_arg(&container, tools[_i][0]);
    container_arg(&container, tools[_i][1]);
    expect_refusal(64, "takes no arguments", true);
}
END_TEST

START_TEST(large_ini_is_refused)
{
    static char text[65537];
    memset(text, '#', sizeof(text));
    container_write(&container, "x.ini", text, sizeof(text), 0644);
    container_setenv(&container, GIVEN);
    container_setenv(&container, "REDIS_INIT_CONFIG=/run/x.ini");
    expect_refused(78, "larger than 65536 bytes");
}
END_TEST

START_TEST(fifo_without_writer_is_refused)
{
    char path[256];
    container_path(&container, "fifo", path, sizeof(path));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/fifo");
    expect_refused(66, "FIFO without a writer");
}
END_TEST

static bool fill_run_dir(void *argument)
{
    (void)argument;
    if (mkdir("/run/redis-init", 0700) != 0 ||
        mount("none", "/run/redis-init", "tmpfs", 0, "size=4k,mode=0777") != 0)
        return false;
    int fd = open("/run/redis-init/redis.conf.other", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    static const char page[4096];
    return fd >= 0 && write(fd, page, sizeof(page)) == (ssize_t)sizeof(page) && close(fd) == 0;
}

START_TEST(full_disk_is_refused)
{
    if (geteuid() != 0) {
        puts("SKIP: full_disk_is_refused needs root");
        return;
    }
    container.before_exec = fill_run_dir;
    container_setenv(&container, GIVEN);
    container_setenv(&container, "REDIS_INIT_CONF=file");
    expect_refused(73, "No space left on device");
}
END_TEST

static bool drop_setuid(void *argument)
{
    (void)argument;
    return prctl(PR_CAPBSET_DROP, 7 /* CAP_SETUID: capabilities(7) */, 0, 0, 0) == 0;
}

START_TEST(root_without_setuid_is_refused)
{
    if (geteuid() != 0) {
        puts("SKIP: root_without_setuid_is_refused needs root");
        return;
    }
    container.before_exec = drop_setuid;
    container_setenv(&container, GIVEN);
    expect_refused(77, "needs CAP_SETUID");
}
END_TEST

START_TEST(missing_supervisor_is_refused)
{
    char path[256];
    container_path(&container, "bin/redis-init-supervise", path, sizeof(path));
    ck_assert_int_eq(unlink(path), 0);
    container_setenv(&container, GIVEN);
    expect_refused(71, "copy it beside redis-init");
}
END_TEST

START_TEST(service_links_are_no_settings)
{
    container_setenv(&container, GIVEN);
    container_setenv(&container, "REDIS_PORT=tcp://10.0.0.1:6379");
    container_setenv(&container, "REDIS_SERVICE_HOST=10.0.0.1");
    container_setenv(&container, "REDIS_INIT_SERVICE_PORT=6379");
    container_setenv(&container, "REDIS_INIT_PORT_6379_TCP_ADDR=10.0.0.1");
    container_setenv(&container, "REDIS_INIT_PORT=tcp://10.0.0.1:6379");
    container_arg(&container, "config");
    container_start(&container);
    ck_assert_msg(container_wait(&container) == 0, "%s", container.log);
    ck_assert_ptr_nonnull(strstr(container.log, "\nrequirepass <redacted>\n"));
    ck_assert_ptr_null(strstr(container.log, "10.0.0.1"));
    ck_assert_ptr_null(strstr(container.log, PASSWORD));
    ck_assert(!container_has(&container, "redis-init"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("refusals");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, refused, 0, (int)(sizeof(refusals) / sizeof(refusals[0])));
    tcase_add_loop_test(tests, a_tool_leaves_no_message, 0, 2);
    tcase_add_test(tests, large_ini_is_refused);
    tcase_add_test(tests, fifo_without_writer_is_refused);
    tcase_add_test(tests, full_disk_is_refused);
    tcase_add_test(tests, root_without_setuid_is_refused);
    tcase_add_test(tests, missing_supervisor_is_refused);
    tcase_add_test(tests, service_links_are_no_settings);
    return container_main(tests);
}
