// SPDX-License-Identifier: Apache-2.0

/* Every start that is refused: the contract's exit code, one line that says why, no server, a disk
 * as it was. */

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
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
    bool starts_only; /* `config` has another answer, or none */
    bool late;        /* found when folders have been prepared */
};

#define INI(lines)                                                                                 \
    {                                                                                              \
        .name = "x.ini", .text = (lines), .mode = 0644                                             \
    }

static const struct refusal refusals[] = {
    /* none given, or unreadable: 66; `config` says that a start would end so */
    {.code = 66, .says = "no password given", .starts_only = true},
    {{"REDIS_PASSWORD_FILE=/run/none"},
     .code = 66,
     .says = "REDIS_PASSWORD_FILE (/run/none)",
     .starts_only = true},
    {{"REDIS_PASSWORD_FILE="}, .code = 66, .says = "set but empty", .starts_only = true},
    {{"REDIS_PASSWORD_FILE=/run/data"}, .code = 66, .says = "is a directory", .starts_only = true},
    {{"REDIS_PASSWORD_FILE=/dev/null"},
     .code = 66,
     .says = "not a regular file",
     .starts_only = true},
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
    /* it may be the password itself */
    {{"REDIS_PASSWORD_FILE=" OTHER}, .code = 66, .says = "absolute path", .starts_only = true},
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
    /* what the server would print, with the password in it */
    {{GIVEN}, {"--port", "--requirepass", OTHER}, .code = 64, .says = "--port lacks its value"},
    {{GIVEN}, {"--maxmemory", "--masterauth", OTHER}, .code = 64, .says = "--maxmemory lacks"},
    {{GIVEN}, {"--hz", "--REQUIREPASS " OTHER}, .code = 64, .says = "--hz lacks its value"},
    {{GIVEN}, {"--requirepas", OTHER}, .code = 64, .says = "did you mean --requirepass?"},
    {{GIVEN}, {"--requirepas " OTHER}, .code = 64, .says = "did you mean --requirepass?"},
    {{GIVEN}, {"--masterauht", OTHER}, .code = 64, .says = "did you mean --masterauth?"},
    {{GIVEN}, {"--requirepass", OTHER, "x"}, .code = 64, .says = "--requirepass takes one value"},
    {{GIVEN}, {"--masterauth", OTHER, OTHER}, .code = 64, .says = "--masterauth takes one value"},
    {{GIVEN}, {"--requirepass=" OTHER}, .code = 64, .says = "--requirepass=...: "},
    {{GIVEN}, {"-requirepass", OTHER}, .code = 64, .says = "--rewrite: `equirepass`"},
    {{GIVEN}, {"-requirepass=" OTHER}, .code = 64, .says = "--rewrite: ``"},
    {{GIVEN}, {"--requirepass \"" OTHER}, .code = 64, .says = "unbalanced quotes"},
    {{GIVEN}, {"--hz", "10", "--requirepass", OTHER, "--", OTHER}, .code = 64, .says = "option"},
    {{GIVEN},
     {"--maxmemory", PASSWORD},
     .code = 64,
     .says = "an argument for redis-server holds the password",
     .starts_only = true},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     .file = INI("[redis.conf]\nrename-command CONFIG " PASSWORD "\n"),
     .code = 78,
     .says = "a line of [redis.conf] holds the password",
     .starts_only = true},
    {{GIVEN},
     {"/run/u.conf"},
     .file = {"u.conf", "requirepas " PASSWORD "\n", 0644},
     .code = 78,
     .says = "/run/u.conf:1: the line holds the password",
     .starts_only = true},
    {{GIVEN},
     {"/run/u.conf"},
     .file = {"u.conf", "hz 1\nrequirepass " OTHER " x\n", 0644},
     .code = 78,
     .says = "/run/u.conf:2: `requirepass` takes one value"},
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
     .file = INI("[redis]\nprot = 1\n"),
     .code = 78,
     .says = "/run/x.ini:2: unknown key `prot`"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     .file = INI("[redis]\nport=1\nport=2\n"),
     .code = 78,
     .says = "x.ini:3: `port` is set a second time"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     .file = {"x.ini", "", 0666},
     .code = 78,
     .says = "can be written by others"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     .file = INI("[redis.conf]\nrequirepass x\n"),
     .code = 78,
     .says = "can't set `requirepass`"},
    {{GIVEN}, {"--port", "70000"}, .code = 78, .says = "--port"},
    {{GIVEN}, {"--aclfile", "/run/acl"}, .code = 78, .says = "aclfile"},
    {{GIVEN}, {"--user", "default", "on", "nopass"}, .code = 78, .says = "user default"},
    {{GIVEN}, {"--user default", "on", "nopass"}, .code = 78, .says = "user default"},
    {{GIVEN}, {"--user default on nopass"}, .code = 78, .says = "user default"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     .file = INI("[redis.conf]\n= user default on nopass\n"),
     .code = 78,
     .says = "is no directive"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     .file = INI("[redis.conf]\n\"user\" = default on nopass\n"),
     .code = 78,
     .says = "is no directive"},
    {{GIVEN},
     {"/run/u.conf"},
     .file = {"u.conf", "user default on nopass ~* +@all\n", 0644},
     .code = 78,
     .says = "/run/u.conf:1"},
    {{GIVEN},
     {"/run/u.conf"},
     .file = {"u.conf", "include /run/gone.conf\n", 0644},
     .code = 78,
     .says = "/run/gone.conf"},
    {{GIVEN},
     {"--include", "/run/u.conf"},
     .file = {"u.conf", "user default on nopass ~* +@all\n", 0644},
     .code = 78,
     .says = "/run/u.conf:1"},
    {{GIVEN},
     {"--include /run/u.conf"},
     .file = {"u.conf", "aclfile /run/acl\n", 0644},
     .code = 78,
     .says = "/run/u.conf:1"},
    {{GIVEN},
     {"-c", "/run/x.ini"},
     .file = INI("[redis.conf]\ninclude \"/run/x.ini\"\nhz 10\n# user default\n"),
     .code = 78,
     .says = "include each other"},
    /* folders: 73 */
    {{GIVEN, "REDIS_INIT_DATA_DIR=/run/no/data"},
     .code = 73,
     .says = "data_dir /run/no/data",
     .starts_only = true},
    {{GIVEN, "REDIS_INIT_CONF=file", "REDIS_INIT_RUN_DIR=/run/no/run"},
     .code = 73,
     .says = "run_dir /run/no/run",
     .starts_only = true,
     .late = true},
    /* programs: 126, 127 */
    {{GIVEN, "REDIS_INIT_SERVER=/run/none"}, .code = 127, .says = "`/run/none` can't be executed"},
    {{GIVEN, "REDIS_INIT_SERVER=/run/data"}, .code = 126, .says = "`/run/data` can't be executed"},
    {{GIVEN}, {"/run/nothing"}, .code = 127, .says = "/run/nothing", .starts_only = true},
    {{GIVEN}, {"nothing"}, .code = 127, .says = "`nothing` can't", .starts_only = true},
    {{GIVEN}, {"/run/data"}, .code = 126, .says = "`/run/data` can't", .starts_only = true},
};

/* Names, modes, owners and sizes of all in the container's folder but the termination message. */
static char *seen;
static size_t seen_length;
static FILE *seen_by;

static int see_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
    (void)ftw;
    if (strcmp(path + strlen(container.folder), "/dev/termination-log") == 0)
        return 0;
    return fprintf(seen_by, "%s %o %u:%u %lld\n", path, status->st_mode, status->st_uid,
                   status->st_gid, flag == FTW_D ? 0LL : (long long)status->st_size) < 0;
}

static char *snapshot(void)
{
    seen_by = open_memstream(&seen, &seen_length);
    ck_assert_ptr_nonnull(seen_by);
    ck_assert_int_eq(nftw(container.folder, see_entry, 16, FTW_PHYS), 0);
    ck_assert_int_eq(fclose(seen_by), 0);
    ck_assert_ptr_nonnull(strstr(seen, "/bin/redis-init "));
    return seen;
}

static void expect_message(const char *says, bool beside)
{
    char message[8192];
    char path[256];
    container_path(&container, "dev/termination-log", path, sizeof(path));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, message, sizeof(message) - 1);
    ck_assert_int_ge(length, 0);
    message[length] = '\0';
    (void)close(fd);
    ck_assert_msg((strstr(message, says) != NULL) != beside, "termination message: %s", message);
    ck_assert_msg(!beside || length == 0, "termination message: %s", message);
}

static void expect_line(int code, const char *says)
{
    container_start(&container);
    ck_assert_msg(container_wait(&container) == code, "not exit code %d:\n%s", code, container.log);
    ck_assert_msg(strstr(container.log, says) != NULL, "not said: %s\n%s", says, container.log);
    ck_assert_ptr_null(strstr(container.log, PASSWORD));
    ck_assert_ptr_null(strstr(container.log, OTHER));
    ck_assert_ptr_null(strstr(container.log, WEAK));
    ck_assert_ptr_null(strstr(container.log, "Redis is starting"));
    ck_assert(!container_has(&container, "redis-init/redis.conf"));
    ck_assert(!container_has(&container, "redis-init/redis.conf.new"));
}

/* Before anything is changed; `beside` a server that runs, for which it must not speak. */
static void expect_refusal(int code, const char *says, bool beside)
{
    char *before = snapshot();
    expect_line(code, says);
    char *after = snapshot();
    ck_assert_str_eq(after, before);
    free(before);
    free(after);
    expect_message(says, beside);
}

static void expect_refused(int code, const char *says)
{
    expect_refusal(code, says, false);
}

static void expect_refused_late(int code, const char *says)
{
    expect_line(code, says);
    expect_message(says, false);
}

static void set_up(const struct refusal *refusal)
{
    for (size_t i = 0; i < 4 && refusal->environment[i] != NULL; i++)
        container_setenv(&container, refusal->environment[i]);
    for (size_t i = 0; i < 6 && refusal->arguments[i] != NULL; i++)
        container_arg(&container, refusal->arguments[i]);
    if (refusal->file.name != NULL)
        container_write(&container, refusal->file.name, refusal->file.text,
                        strlen(refusal->file.text), refusal->file.mode);
}

START_TEST(refused)
{
    const struct refusal *refusal = &refusals[_i];
    set_up(refusal);
    if (refusal->late)
        expect_refused_late(refusal->code, refusal->says);
    else
        expect_refused(refusal->code, refusal->says);
}
END_TEST

/* What `config` prints is what a start would use, so it refuses what a start refuses. */
START_TEST(config_refuses_it_as_well)
{
    if (refusals[_i].starts_only)
        return;
    container_arg(&container, "config");
    set_up(&refusals[_i]);
    expect_refusal(refusals[_i].code, refusals[_i].says, true);
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

START_TEST(fifo_that_others_can_write_to_is_refused)
{
    char path[256];
    container_path(&container, "fifo", path, sizeof(path));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(chmod(path, 0622), 0);
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/fifo");
    expect_refused(65, "can be written by others (mode 0622)");
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

/* A server by which Redis 5 and 6.0 are told: this program, with a constant of theirs. */
static const char marker[] __attribute__((used)) =
    "Password is longer than CONFIG_AUTHPASS_MAX_LEN";

#define OLD_SERVER "old-server"

static int play_old_server(void)
{
    return puts("the old server runs") < 0;
}

static void give_long_password(char *variable, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    unsigned state = 12345;
    char *end = stpcpy(variable, "REDIS_PASSWORD=");
    for (size_t i = 0; i < length; i++) {
        state = state * 1103515245U + 12345U;
        *end++ = digits[state >> 28];
    }
    *end = '\0';
    container_copy_self(&container, OLD_SERVER);
    container_setenv(&container, "REDIS_INIT_SERVER=/run/bin/" OLD_SERVER);
    container_setenv(&container, variable);
}

START_TEST(long_password_for_an_old_server_is_refused)
{
    char variable[1024];
    give_long_password(variable, 513);
    expect_refused(65, "this server takes at most 512 bytes");
    ck_assert_ptr_null(strstr(container.log, strchr(variable, '=') + 1));
}
END_TEST

START_TEST(longest_password_for_an_old_server)
{
    char variable[1024];
    give_long_password(variable, 512);
    container_start(&container);
    ck_assert_msg(container_wait(&container) == 0, "%s", container.log);
    ck_assert_ptr_nonnull(strstr(container.log, "the old server runs"));
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
    if (!container_is_root("full_disk_is_refused"))
        return;
    container.before_exec = fill_run_dir;
    container_setenv(&container, GIVEN);
    container_setenv(&container, "REDIS_INIT_CONF=file");
    expect_refused_late(73, "No space left on device");
}
END_TEST

static bool drop_setuid(void *argument)
{
    (void)argument;
    return prctl(PR_CAPBSET_DROP, 7 /* CAP_SETUID: capabilities(7) */, 0, 0, 0) == 0;
}

START_TEST(root_without_setuid_is_refused)
{
    if (!container_is_root("root_without_setuid_is_refused"))
        return;
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

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))

int main(int argc, char **argv)
{
    if (argc == 2 && strstr(argv[0], OLD_SERVER) != NULL)
        return play_old_server();
    TCase *tests = tcase_create("refusals");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, refused, 0, COUNT(refusals));
    tcase_add_loop_test(tests, config_refuses_it_as_well, 0, COUNT(refusals));
    tcase_add_loop_test(tests, a_tool_leaves_no_message, 0, 2);
    tcase_add_test(tests, large_ini_is_refused);
    tcase_add_test(tests, fifo_that_others_can_write_to_is_refused);
    tcase_add_test(tests, fifo_without_writer_is_refused);
    tcase_add_test(tests, long_password_for_an_old_server_is_refused);
    tcase_add_test(tests, longest_password_for_an_old_server);
    tcase_add_test(tests, full_disk_is_refused);
    tcase_add_test(tests, root_without_setuid_is_refused);
    tcase_add_test(tests, missing_supervisor_is_refused);
    tcase_add_test(tests, service_links_are_no_settings);
    return container_main(tests);
}
