// SPDX-License-Identifier: Apache-2.0
#include "conf_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private_file.h"
#include "unit.h"

#define PASSWORD "k7#Vq9!xZp2&LmR4"
#define FOREIGN "requirepass foreign\n"

static struct failure failure;
static const struct acl_file *acl; /* NULL: no users */
static struct conf_place_found place;
static struct settings settings;
static struct server_args args;
static const struct server_features features;
static struct server_socket unix_socket;
static char run_dir[256];
static char said[4096];

static const char *in_run_dir(const char *name)
{
    static char path[320];
    (void)snprintf(path, sizeof(path), "%s/%s", run_dir, name);
    return path;
}

static void begin(void)
{
    (void)umask(0);
    failure = (struct failure){0};
    ck_assert(secret_memory_init(&failure));
    (void)snprintf(run_dir, sizeof(run_dir), "%s/run", unit_folder());
    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    args = (struct server_args){0};
    unix_socket = (struct server_socket){"/run/redis.sock", true};
    settings = (struct settings){.run_dir = run_dir, .data_dir = "/data", .port = 6379};
}

/* What is reported is in `said`. */
static bool write_conf(enum conf_place where)
{
    char password[] = PASSWORD;
    char log[PATH_MAX];
    const struct report report = {.level = REPORT_NOTICE};
    struct secret *secret = secret_new(&failure);
    ck_assert(secret != NULL && secret_take(secret, password, "it", &failure));
    const struct redis_conf conf = {.settings = &settings,
                                    .args = &args,
                                    .features = &features,
                                    .bind = "*",
                                    .password = secret,
                                    .has_users = acl != NULL,
                                    .socket = &unix_socket};
    settings.conf = where;

    (void)snprintf(log, sizeof(log), "%s/stderr", unit_folder());
    const int before = dup(STDERR_FILENO);
    const int file = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_eq(dup2(file, STDERR_FILENO), STDERR_FILENO);
    const bool ok = conf_place_write(&place, &conf, acl, &report, &failure);
    ck_assert_int_eq(dup2(before, STDERR_FILENO), STDERR_FILENO);
    const ssize_t length = pread(file, said, sizeof(said) - 1, 0);
    ck_assert_int_ge(length, 0);
    said[length] = '\0';
    ck_assert_int_eq(close(before) + close(file), 0);
    secret_free(secret);
    ck_assert_ptr_null(strstr(said, PASSWORD));
    return ok;
}

/* What the server reads when it opens the path. */
static void read_place(char *text, size_t size)
{
    const int fd = open(place.path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0, "%s: %s", place.path, strerror(errno));
    const ssize_t length = read(fd, text, size - 1);
    ck_assert_int_ge(length, 0);
    text[length] = '\0';
    ck_assert_int_eq(close(fd), 0);
}

static void expect_ours_at_place(void)
{
    char text[4096];
    read_place(text, sizeof(text));
    ck_assert_msg(strstr(text, "\nrequirepass \"" PASSWORD "\"\n") != NULL, "%s", text);
}

static void expect_descriptor(void)
{
    char path[64];
    struct stat status;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", place.fd);
    ck_assert_str_eq(place.path, path);
    ck_assert_int_eq(fcntl(place.fd, F_GETFD), 0); /* it survives exec */
    ck_assert_int_eq(fstat(place.fd, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFREG | 0600);
    expect_ours_at_place();
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void expect_socket(bool there)
{
    char text[4096];
    read_place(text, sizeof(text));
    ck_assert_msg((strstr(text, "\nunixsocket \"/run/redis.sock\"\n") != NULL) == there, "%s",
                  text);
}

/* Ours is in the folder of a file, the user's wherever he says. */
START_TEST(a_memfd_has_no_socket_of_ours)
{
    ck_assert_msg(write_conf(CONF_FILE), "%s", failure.text);
    expect_socket(true);
    ck_assert_msg(write_conf(CONF_MEMFD), "%s", failure.text);
    expect_socket(false);
    ck_assert_int_eq(close(place.fd), 0);
    unix_socket.is_ours = false;
    ck_assert_msg(write_conf(CONF_MEMFD), "%s", failure.text);
    expect_socket(true);
    ck_assert_int_eq(close(place.fd), 0);
}
END_TEST

START_TEST(a_file_in_a_private_folder)
{
    static const enum conf_place places[] = {CONF_FILE, CONF_AUTO};
    ck_assert_msg(write_conf(places[_i]), "%s", failure.text);
    ck_assert_str_eq(place.path, in_run_dir(CONF_NAME));
    ck_assert_int_eq(place.fd, -1);
    expect_ours_at_place();
    ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(no_descriptor_of_a_file_stays_open)
{
    const int lowest = dup(0);
    ck_assert_int_eq(close(lowest), 0);
    ck_assert_msg(write_conf(CONF_FILE), "%s", failure.text);
    ck_assert_int_eq(dup(0), lowest);
    ck_assert_int_eq(close(lowest), 0);
}
END_TEST

/* Whoever may write into the folder puts his own file there: it is not what the server reads. */
START_TEST(a_descriptor_where_others_can_swap)
{
    static const enum conf_place places[] = {CONF_FILE, CONF_AUTO};
    ck_assert_int_eq(chmod(run_dir, 0777), 0);
    ck_assert_msg(write_conf(places[_i]), "%s", failure.text);
    ck_assert_msg(strstr(said, "others could swap") != NULL, "%s", said);
    ck_assert_msg(strstr(said, in_run_dir(CONF_NAME)) != NULL, "%s", said);
    expect_descriptor();
    ck_assert_int_eq(fcntl(place.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    ck_assert(exists(in_run_dir(CONF_NAME)));
    ck_assert_int_eq(unlink(in_run_dir(CONF_NAME)), 0);
    unit_write(in_run_dir(CONF_NAME), FOREIGN, strlen(FOREIGN), 0644);
    expect_ours_at_place();
    ck_assert_int_eq(close(place.fd), 0);
}
END_TEST

START_TEST(a_memfd_touches_no_folder)
{
    ck_assert_msg(write_conf(CONF_MEMFD), "%s", failure.text);
    expect_descriptor();
    ck_assert(!exists(in_run_dir(CONF_NAME)));
    ck_assert_str_eq(said, "");
    ck_assert_int_eq(close(place.fd), 0);
}
END_TEST

START_TEST(auto_takes_a_memfd_where_no_file_can_be)
{
    ck_assert_int_eq(rmdir(run_dir), 0);
    (void)snprintf(run_dir, sizeof(run_dir), "%s/none/run", unit_folder());
    ck_assert(!write_conf(CONF_FILE));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert_msg(strstr(failure.text, run_dir) != NULL, "%s", failure.text);
    ck_assert_msg(write_conf(CONF_AUTO), "%s", failure.text);
    ck_assert_msg(strstr(said, "redis.conf is kept in a sealed memfd") != NULL, "%s", said);
    ck_assert_msg(strstr(said, run_dir) != NULL, "%s", said);
    expect_descriptor();
    expect_socket(false);
    ck_assert_int_eq(close(place.fd), 0);
}
END_TEST

/* As it is named, by another way, and by a second name. */
static void name_own_conf(int way)
{
    char alias[PATH_MAX];
    (void)snprintf(alias, sizeof(alias), "%s/alias.conf", unit_folder());
    unit_write(in_run_dir(CONF_NAME), FOREIGN, strlen(FOREIGN), 0600);
    const char *name = alias;
    if (way == 0)
        name = in_run_dir(CONF_NAME);
    else if (way == 1)
        ck_assert_int_eq(symlink(in_run_dir(CONF_NAME), alias), 0);
    else
        ck_assert_int_eq(link(in_run_dir(CONF_NAME), alias), 0);
    args.has_conf_file = true;
    (void)snprintf(args.conf_file, sizeof(args.conf_file), "%s", name);
}

static void expect_own_conf(void)
{
    char text[256];
    (void)snprintf(place.path, sizeof(place.path), "%s", in_run_dir(CONF_NAME));
    read_place(text, sizeof(text));
    ck_assert_str_eq(text, FOREIGN);
}

START_TEST(a_users_own_conf_is_not_replaced)
{
    name_own_conf(_i);
    ck_assert(!write_conf(CONF_FILE));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert_msg(strstr(failure.text, "is your own, which would be lost") != NULL, "%s",
                  failure.text);
    expect_own_conf();
    ck_assert_msg(write_conf(CONF_AUTO), "%s", failure.text);
    ck_assert_msg(strstr(said, "is your own") != NULL, "%s", said);
    expect_descriptor();
    ck_assert_int_eq(close(place.fd), 0);
    expect_own_conf();
}
END_TEST

START_TEST(another_conf_of_the_users_is_no_hindrance)
{
    args.has_conf_file = true;
    (void)snprintf(args.conf_file, sizeof(args.conf_file), "%s/user.conf", unit_folder());
    unit_write(args.conf_file, "", 0, 0600);
    unit_write(in_run_dir(CONF_NAME), FOREIGN, strlen(FOREIGN), 0600);
    ck_assert_msg(write_conf(CONF_FILE), "%s", failure.text);
    expect_ours_at_place();
}
END_TEST

static void expect_line(const char *line)
{
    char text[4096];
    read_place(text, sizeof(text));
    ck_assert_msg(strstr(text, line) != NULL, "no `%s` in\n%s", line, text);
}

/* Beside redis.conf, in the same way. */
START_TEST(the_aclfile_is_placed_as_well)
{
    static const struct acl_base base;
    static const struct acl_users users;
    const struct acl_file file = {.base = &base, .users = &users};
    char line[512];
    struct stat status;
    settings.aclfile = "";
    acl = &file;
    ck_assert_msg(write_conf(CONF_FILE), "%s", failure.text);
    ck_assert_int_eq(place.acl_fd, -1);
    ck_assert_int_eq(lstat(in_run_dir(ACL_NAME), &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFREG | 0600);
    (void)snprintf(line, sizeof(line), "\naclfile \"%s\"\n", in_run_dir(ACL_NAME));
    expect_line(line);
    ck_assert(!exists(in_run_dir(ACL_NAME NEW_SUFFIX)));

    ck_assert_msg(write_conf(CONF_MEMFD), "%s", failure.text);
    ck_assert_int_gt(place.acl_fd, STDERR_FILENO);
    ck_assert_int_ne(place.acl_fd, place.fd);
    (void)snprintf(line, sizeof(line), "\naclfile \"/proc/self/fd/%d\"\n", place.acl_fd);
    expect_line(line);
    ck_assert_int_eq(close(place.acl_fd) + close(place.fd), 0);

    settings.aclfile = in_run_dir(ACL_NAME);
    ck_assert(!write_conf(CONF_FILE));
    ck_assert_ptr_nonnull(strstr(failure.text, "is your own, which would be lost"));
    acl = NULL;
}
END_TEST

START_TEST(a_run_dir_may_be_too_long)
{
    char path[PATH_MAX];
    memset(path, 'x', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    settings.run_dir = path;
    ck_assert(!write_conf(CONF_FILE));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert_int_eq(failure.error, ENAMETOOLONG);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("conf place");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, a_file_in_a_private_folder, 0, 2);
    tcase_add_test(tests, a_memfd_has_no_socket_of_ours);
    tcase_add_test(tests, no_descriptor_of_a_file_stays_open);
    tcase_add_loop_test(tests, a_descriptor_where_others_can_swap, 0, 2);
    tcase_add_test(tests, a_memfd_touches_no_folder);
    tcase_add_test(tests, auto_takes_a_memfd_where_no_file_can_be);
    tcase_add_loop_test(tests, a_users_own_conf_is_not_replaced, 0, 3);
    tcase_add_test(tests, another_conf_of_the_users_is_no_hindrance);
    tcase_add_test(tests, the_aclfile_is_placed_as_well);
    tcase_add_test(tests, a_run_dir_may_be_too_long);
    return unit_main("conf place", tests);
}
