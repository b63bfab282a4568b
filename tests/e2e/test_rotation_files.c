// SPDX-License-Identifier: Apache-2.0

/* The files that secrets come in: what is wrong with them, who writes them, and which can't change.
 */

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "rotation_case.h"
#include "sandbox.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

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

/* What is to go goes, though the secret that is there by then is no good. */
START_TEST(the_old_one_goes_beside_a_bad_secret)
{
    int code;
    set_overlap("1");
    make_secret(OLD "\n");
    start_unwatched();
    swap(NEW "\n");
    expect_reload(EX_TEMPFAIL, "rotated: ");
    swap("");
    expect_password(OLD, "OK");
    while ((code = reload_as(own_uid())) == EX_TEMPFAIL) /* as the supervisor runs it again */
        ck_assert_msg(strstr(text, "is empty") != NULL, "%s", text);
    ck_assert_int_eq(code, EX_DATAERR);
    expect_password(OLD, "WRONGPASS");
    expect_password(NEW, "OK");
    ck_assert(!container_has(&container, "redis-init/overlap"));
    container_stop(&container, 0);
}
END_TEST

/* A writer that does not swap, and pauses until the supervisor has looked. */
struct step {
    int flags; /* of open(2) */
    const char *bytes;
    const char *line; /* that comes then; NULL: none is awaited */
};

struct writer {
    const char *password; /* in the end */
    struct step steps[3];
};

#define REFUSED "redis-init: password refused: "
#define TAKEN "rotated: new password of default"

static const struct writer writers[] = {
    {NEW, {{O_TRUNC, "7be2945dc0", REFUSED}, {O_APPEND, "1f83a6e4d7f0b8c3951a62\n", TAKEN}}},
    {NEW, {{O_TRUNC, "", "is empty"}, {0, NEW, TAKEN}}},
    {NEW, {{O_TRUNC, NEW "\nab", "has a line break inside"}, {O_TRUNC, NEW, TAKEN}}},
    {OLD, {{O_TRUNC, "a1f0", REFUSED}, {O_APPEND, "c84e97d2b6530fe8d71c92a45b36", NULL}}},
    /* half of it is one as well: the old one holds beside it, and the whole comes next */
    {NEW APP, {{O_TRUNC, NEW, TAKEN}, {O_APPEND, APP, TAKEN}}},
};

static void write_step(const struct step *step)
{
    char path[256];
    secret_path("..data/password", path);
    const int fd = open(path, O_WRONLY | O_CLOEXEC | step->flags);
    ck_assert_int_ge(fd, 0);
    const size_t length = strlen(step->bytes);
    ck_assert_int_eq(write(fd, step->bytes, length), (ssize_t)length);
    ck_assert_int_eq(close(fd), 0);
    if (step->line != NULL)
        await(step->line);
}

static void start_writable(void)
{
    char path[256];
    make_secret(OLD "\n");
    secret_path("..data/password", path);
    ck_assert_int_eq(chmod(path, 0644), 0);
    start();
}

START_TEST(a_slow_writer)
{
    const struct writer *writer = &writers[_i];
    start_writable();
    for (size_t i = 0; i < COUNT(writer->steps) && writer->steps[i].bytes != NULL; i++) {
        write_step(&writer->steps[i]);
        expect_password(OLD, "OK");
        expect_password("", "WRONGPASS");
    }
    expect_password(writer->password, "OK");
    swap(APP_NEW); /* and the volume goes on */
    await(TAKEN);
    expect_password(APP_NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

/* Each byte is an event that puts the reading off by a second, and in all they take longer: it is
 * at rest only behind the last. The pauses are what is tested, nothing is waited for by them. */
START_TEST(a_writer_of_single_bytes)
{
    const struct timespec pause = {.tv_nsec = 50000000}; /* 32 of them */
    start_writable();
    write_step(&(const struct step){O_TRUNC, "", NULL});
    for (const char *byte = NEW; *byte != '\0'; byte++) {
        write_step(&(const struct step){O_APPEND, (const char[]){*byte, '\0'}, NULL});
        ck_assert_int_eq(nanosleep(&pause, NULL), 0);
    }
    await(TAKEN);
    expect_password(NEW, "OK");
    expect_password(OLD, "OK");
    container_stop(&container, 0);
    ck_assert_msg(strstr(container.log, "refused") == NULL, "%s", container.log);
}
END_TEST

START_TEST(a_renamed_file)
{
    char next[256];
    char path[256];
    make_secret(OLD "\n");
    start();
    container_write(&container, "next", NEW, strlen(NEW), 0444);
    container_path(&container, "next", next, sizeof(next));
    secret_path("password", path);
    ck_assert_int_eq(rename(next, path), 0); /* also in the place of the kubelet's link */
    await(TAKEN);
    expect_password(NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

/* Only the kubelet's order keeps it away: the file is gone, and comes again. */
START_TEST(a_file_that_is_missing_for_a_while)
{
    make_secret(OLD "\n");
    start();
    swap(NULL);
    await("can't be opened");
    expect_password(OLD, "OK");
    swap(NEW);
    await(TAKEN);
    expect_password(NEW, "OK");
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

static const char *const renames[][2] = {
    {"rename-command CONFIG \"\"\n", "CONFIG"},
    {"rename-command ACL hidden\n", "ACL"},
};

/* As no reload could tell the server anything. */
START_TEST(with_a_renamed_command_it_stays)
{
    char line[128];
    make_secret(OLD "\n");
    container_write(&container, "user.conf", renames[_i][0], strlen(renames[_i][0]), 0644);
    container_arg(&container, "redis-server");
    container_arg(&container, "/run/user.conf");
    container_start(&container);
    (void)snprintf(line, sizeof(line), "rotation is off because rename-command renames %s\n",
                   renames[_i][1]);
    await(CONTAINER_READY);
    ck_assert_msg(strstr(container.log, line) != NULL, "%s", container.log);
    swap(NEW "\n");
    (void)snprintf(line, sizeof(line), "rename-command renames %s, which reload needs",
                   renames[_i][1]);
    expect_reload(EX_CONFIG, line);
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

/* A pipe gives its bytes once. */
START_TEST(a_fifo_stays)
{
    char path[256];
    container_path(&container, "fifo", path, sizeof(path));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/fifo");
    const pid_t writer = fork();
    ck_assert_int_ge(writer, 0);
    if (writer == 0) {
        const int fd = open(path, O_WRONLY | O_CLOEXEC); /* waits for the reader */
        _exit(fd >= 0 && write(fd, OLD, strlen(OLD)) == (ssize_t)strlen(OLD) ? 0 : 1);
    }
    container_start(&container);
    await("rotation is off because /run/fifo is no regular file");
    await(CONTAINER_READY);
    ck_assert_int_eq(sandbox_exit_code(writer), 0);
    expect_password(OLD, "OK");
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rotation files");
    tcase_add_checked_fixture(tests, rotation_setup, rotation_teardown);
    tcase_add_loop_test(tests, a_bad_secret_changes_nothing, 0, COUNT(bads));
    tcase_add_test(tests, the_old_one_goes_beside_a_bad_secret);
    tcase_add_loop_test(tests, a_slow_writer, 0, COUNT(writers));
    tcase_add_test(tests, a_writer_of_single_bytes);
    tcase_add_test(tests, a_renamed_file);
    tcase_add_test(tests, a_file_that_is_missing_for_a_while);
    tcase_add_test(tests, a_password_of_a_variable_stays);
    tcase_add_test(tests, in_memory_it_stays);
    tcase_add_loop_test(tests, a_relative_path_stays, 0, COUNT(relative));
    tcase_add_loop_test(tests, with_a_renamed_command_it_stays, 0, COUNT(renames));
    tcase_add_test(tests, a_file_mounted_alone_stays);
    tcase_add_test(tests, roots_own_file_stays);
    tcase_add_test(tests, a_fifo_stays);
    return container_main(tests);
}
