// SPDX-License-Identifier: Apache-2.0
#include "running_conf.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private_file.h"
#include "redis_conf.h"
#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define OTHER_UID 4242

static struct failure failure;
static struct running_conf conf;
static struct settings settings;
static char run_dir[PATH_MAX];

static void begin(void)
{
    ck_assert(secret_memory_init(&failure));
    (void)snprintf(run_dir, sizeof(run_dir), "%s/run", unit_folder());
    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    /* as root the file is opened as this uid: here root itself */
    settings = (struct settings){.run_dir = run_dir, .uid = geteuid(), .gid = getegid()};
}

static void end(void)
{
    running_conf_free(&conf);
}

static bool parse(const char *text)
{
    const size_t length = strlen(text);
    char *bytes = malloc(length + 1); /* to the byte, so that valgrind sees each further one */
    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, text, length);
    const bool ok = running_conf_parse(&conf, bytes, length, &failure);
    free(bytes);
    return ok;
}

static void expect(const char *password, unsigned port, const char *bind, const char *socket)
{
    size_t length = 0;
    ck_assert_int_eq(conf.password != NULL, password != NULL);
    if (password != NULL)
        ck_assert_str_eq(secret_bytes(conf.password, &length), password);
    ck_assert_uint_eq(length, password != NULL ? strlen(password) : 0);
    ck_assert_uint_eq(conf.port, port);
    ck_assert_str_eq(conf.bind, bind);
    ck_assert_str_eq(conf.socket, socket);
}

struct text {
    const char *conf;
    const char *password;
    unsigned port;
    const char *bind;
    const char *socket;
};

static const struct text texts[] = {
    {"", NULL, 6379, "* -::*", ""},
    {"\n\n# requirepass x\n", NULL, 6379, "* -::*", ""},
    {"requirepass \"x\"\nport 1\nbind * -::*\nunixsocket \"/a\"\n", "x", 1, "* -::*", "/a"},
    {"requirepass \"x\"", "x", 6379, "* -::*", ""}, /* no line end */
    {"requirepass \"\\xff\\x01\\\"\\\\ '\"\n", "\xff\x01\"\\ '", 6379, "* -::*", ""},
    {"REQUIREPASS x\nPort 2\n", "x", 2, "* -::*", ""},
    {"requirepass x\nrequirepass y\nport 1\nport 2\n", "y", 2, "* -::*", ""},
    {"bind   127.0.0.1\tx\n", NULL, 6379, "127.0.0.1\tx", ""},
    {"unixsocket own.sock\ndir \"/some where\"\n", NULL, 6379, "* -::*", "/some where/own.sock"},
    {"unixsocket /a\nunixsocket \"\"\nport 0\n", NULL, 0, "* -::*", ""},
    {"include x\nmaxmemory 1\nuser \"unbalanced\nportx 7\nport 7\n", NULL, 7, "* -::*", ""},
    {"averyveryverylongnameofnodirective 7\n", NULL, 6379, "* -::*", ""},
};

START_TEST(the_last_of_each_counts)
{
    ck_assert_msg(parse(texts[_i].conf), "%s", failure.text);
    expect(texts[_i].password, texts[_i].port, texts[_i].bind, texts[_i].socket);
}
END_TEST

static const char *const bad_lines[] = {
    "port",        "port x",          "port 65536", "port -1 ",
    "requirepass", "requirepass \"x", "port 1\\x0", "requirepass \"\\x00\"",
    "unixsocket",  "dir relative"};

START_TEST(what_we_would_not_write_is_refused)
{
    ck_assert(!parse(bad_lines[_i]));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_msg(strstr(failure.text, "was changed") != NULL, "%s", failure.text);
}
END_TEST

START_TEST(what_is_too_long_is_refused)
{
    static char text[2 * BIND_MAX];
    static const char *const names[] = {"bind", "unixsocket", "dir"};
    (void)snprintf(text, sizeof(text), "%s %0*d", names[_i], BIND_MAX, 0);
    ck_assert(!parse(text));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
}
END_TEST

START_TEST(the_credential_of_the_internal_user)
{
    char bytes[] =
        "requirepass \"x\"\ntls-port 6380\n#credential \"0123abcd\"\n# credential \"y\"\n";
    size_t length;
    ck_assert_msg(running_conf_parse(&conf, bytes, strlen(bytes), &failure), "%s", failure.text);
    ck_assert_uint_eq(conf.tls_port, 6380);
    ck_assert_str_eq(secret_bytes(conf.credential, &length), "0123abcd");
    ck_assert_ptr_null(memmem(bytes, sizeof(bytes), "0123abcd", 8));
    running_conf_free(&conf);
    ck_assert_ptr_null(conf.credential);
}
END_TEST

START_TEST(its_bytes_do_not_keep_the_password)
{
    char bytes[] = "requirepass \"Summer2024\"\nport 1\n";
    ck_assert(running_conf_parse(&conf, bytes, strlen(bytes), &failure));
    ck_assert_ptr_null(memmem(bytes, sizeof(bytes), "Summer2024", 10));
    expect("Summer2024", 1, "* -::*", "");
}
END_TEST

static void write_conf(const char *header, mode_t mode)
{
    char path[PATH_MAX + 64], text[512];
    (void)snprintf(path, sizeof(path), "%s/" CONF_NAME, run_dir);
    const int n = snprintf(text, sizeof(text), "%srequirepass x\nport 1\n", header);
    unit_write(path, text, (size_t)n, mode);
}

static bool read_found(uid_t uid)
{
    bool found = true;
    ck_assert_msg(running_conf_read(&conf, &settings, uid, &found, &failure), "%s", failure.text);
    ck_assert_int_eq(found, conf.password != NULL);
    return found;
}

START_TEST(a_private_one_of_ours_is_read)
{
    write_conf(REDIS_CONF_HEADER, 0600);
    ck_assert(read_found(geteuid()));
    expect("x", 1, "* -::*", "");
}
END_TEST

START_TEST(no_other_is_taken)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0602};
    ck_assert(!read_found(geteuid())); /* none */
    for (size_t i = 0; i < COUNT(modes); i++) {
        write_conf(REDIS_CONF_HEADER, modes[i]);
        ck_assert(!read_found(geteuid()));
    }
    write_conf(REDIS_CONF_HEADER, 0600);
    ck_assert(!read_found(OTHER_UID));
    settings.conf = CONF_MEMFD;
    ck_assert(!read_found(geteuid()));
    settings.conf = CONF_FILE;
    ck_assert(read_found(geteuid()));
    end();
    write_conf("# a conf of the user's own\n", 0600);
    ck_assert(!read_found(geteuid()));
    write_conf("", 0600);
    ck_assert(!read_found(geteuid()));
}
END_TEST

/* A FIFO would be waited for, a link leads elsewhere. */
START_TEST(nothing_but_a_file_is_opened)
{
    char path[PATH_MAX + 64], target[PATH_MAX + 64];
    write_conf(REDIS_CONF_HEADER, 0600);
    (void)snprintf(path, sizeof(path), "%s/" CONF_NAME, run_dir);
    (void)snprintf(target, sizeof(target), "%s/target", run_dir);
    ck_assert_int_eq(rename(path, target), 0);
    ck_assert_int_eq(symlink(target, path), 0);
    ck_assert(!read_found(geteuid()));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert(!read_found(geteuid()));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rename(target, path), 0);
    ck_assert(read_found(geteuid()));
    end();
    (void)snprintf(target, sizeof(target), "%s/link", unit_folder());
    ck_assert_int_eq(symlink(run_dir, target), 0);
    settings.run_dir = target;
    ck_assert(!read_found(geteuid()));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("running conf");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, the_last_of_each_counts, 0, COUNT(texts));
    tcase_add_loop_test(tests, what_we_would_not_write_is_refused, 0, COUNT(bad_lines));
    tcase_add_loop_test(tests, what_is_too_long_is_refused, 0, 3);
    tcase_add_test(tests, the_credential_of_the_internal_user);
    tcase_add_test(tests, its_bytes_do_not_keep_the_password);
    tcase_add_test(tests, a_private_one_of_ours_is_read);
    tcase_add_test(tests, no_other_is_taken);
    tcase_add_test(tests, nothing_but_a_file_is_opened);
    return unit_main("running conf", tests);
}
