// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "secret.h"
#include "unit.h"

#define GOOD "k7#Vq9!xZp2&LmR4"
#define TEXT(bytes) (bytes), sizeof(bytes) - 1

static struct secret *secret;
static struct failure failure;

static void make_secret(void)
{
    failure = (struct failure){0};
    ck_assert(secret_memory_init(&failure));
    secret = secret_new(&failure);
    ck_assert_ptr_nonnull(secret);
}

static void free_secret(void)
{
    secret_free(secret);
}

static void path_of(char path[PATH_MAX], const char *name)
{
    ck_assert_int_lt(snprintf(path, PATH_MAX, "%s/%s", unit_folder(), name), PATH_MAX);
}

static bool read_bytes(const void *bytes, size_t length, mode_t mode)
{
    char path[PATH_MAX];
    path_of(path, "password");
    unit_write(path, bytes, length, mode);
    const bool ok = secret_read_file(secret, path, "the file", &failure);
    ck_assert_int_eq(unlink(path), 0);
    return ok;
}

static void assert_secret(const char *expected, size_t expected_length)
{
    size_t length;
    const char *bytes = secret_bytes(secret, &length);
    ck_assert_uint_eq(length, expected_length);
    ck_assert_mem_eq(bytes, expected, length);
    ck_assert_int_eq(bytes[length], '\0');
}

static void assert_failure(int exit_code, const char *part)
{
    ck_assert_int_eq(failure.exit_code, exit_code);
    ck_assert_msg(strstr(failure.text, part) != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, "the file") != NULL, "%s", failure.text);
    ck_assert_ptr_null(strstr(failure.text, "Vq9"));
    ck_assert_ptr_null(strchr(failure.text, '\n'));
}

struct text {
    const char *bytes;
    size_t length;
};

static const struct text accepted[] = {
    {TEXT(GOOD)},       {TEXT(GOOD "\n")},  {TEXT(GOOD "\r\n")},
    {TEXT("x")},        {TEXT(" x ")},      {TEXT("\t\x01\x7f\x80\xff")},
    {TEXT("\xef\xbb")}, {TEXT("\xff\xfd")}, {TEXT("x\xef\xbb\xbf")},
};

START_TEST(one_line_end_is_not_part_of_it)
{
    const struct text *text = &accepted[_i];
    size_t length = text->length;
    if (text->bytes[length - 1] == '\n')
        length -= text->bytes[length - 2] == '\r' ? 2 : 1;
    ck_assert(read_bytes(text->bytes, text->length, 0600));
    assert_secret(text->bytes, length);
}
END_TEST

struct refused {
    const char *bytes;
    size_t length;
    const char *reason;
};

static const struct refused refused[] = {
    {TEXT(""), "is empty"},
    {TEXT("\n"), "is empty"},
    {TEXT("\r\n"), "is empty"},
    {TEXT("\n\n"), "line break"},
    {TEXT(GOOD "\n\n"), "line break"},
    {TEXT(GOOD "\r\r\n"), "line break"},
    {TEXT(GOOD "\r"), "line break"},
    {TEXT(GOOD "\n" GOOD), "line break"},
    {TEXT("\n" GOOD), "line break"},
    {TEXT(GOOD "\0"), "NUL"},
    {TEXT("\0" GOOD), "NUL"},
    {TEXT(GOOD "\0\n"), "NUL"},
    {TEXT("\xef\xbb\xbf" GOOD), "(UTF-8)"},
    {TEXT("\xef\xbb\xbf"), "(UTF-8)"},
    {TEXT("\xff\xfek\0007\000"), "(UTF-16LE)"},
    {TEXT("\xfe\xff\000k\0007"), "(UTF-16BE)"},
};

START_TEST(an_unfit_file_is_refused)
{
    ck_assert(!read_bytes(refused[_i].bytes, refused[_i].length, 0600));
    assert_failure(EX_DATAERR, refused[_i].reason);
    ck_assert_ptr_nonnull(strstr(failure.text, "password refused"));
}
END_TEST

START_TEST(length_ends_at_its_maximum)
{
    static const char *const ends[] = {"", "\n", "\r\n"};
    char bytes[SECRET_MAX + 8];
    memset(bytes, 'a', sizeof(bytes));
    const size_t end = strlen(ends[_i]);
    memcpy(bytes + SECRET_MAX, ends[_i], end);
    ck_assert(read_bytes(bytes, SECRET_MAX + end, 0600));
    memset(bytes, 'a', sizeof(bytes));
    assert_secret(bytes, SECRET_MAX);
    memcpy(bytes + SECRET_MAX + 1, ends[_i], end);
    ck_assert(!read_bytes(bytes, SECRET_MAX + 1 + end, 0600));
    assert_failure(EX_DATAERR, "longer than 4096 bytes");
}
END_TEST

START_TEST(a_huge_file_is_not_read_to_its_end)
{
    char *bytes = malloc(1 << 20);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'a', 1 << 20);
    ck_assert(!read_bytes(bytes, 1 << 20, 0600));
    free(bytes);
    assert_failure(EX_DATAERR, "longer than");
}
END_TEST

static const mode_t open_modes[] = {0666, 0620, 0602, 0660, 0622, 0777};
static const mode_t right_modes[] = {0644, 0440, 0400, 0600, 0444, 0755};

START_TEST(a_file_that_others_can_write_is_refused)
{
    char mode[8];
    ck_assert(!read_bytes(TEXT(GOOD), open_modes[_i]));
    (void)snprintf(mode, sizeof(mode), "%04o", open_modes[_i]);
    assert_failure(EX_DATAERR, "can be written by others");
    ck_assert_ptr_nonnull(strstr(failure.text, mode));
}
END_TEST

START_TEST(a_file_that_others_can_read_is_accepted)
{
    ck_assert(read_bytes(TEXT(GOOD), right_modes[_i]));
    assert_secret(TEXT(GOOD));
}
END_TEST

static int next_descriptor(void)
{
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(close(fd), 0);
    return fd;
}

START_TEST(no_descriptor_stays_open)
{
    const int before = next_descriptor();
    ck_assert(read_bytes(TEXT(GOOD), 0600));
    ck_assert(!read_bytes(TEXT(GOOD), 0666));
    ck_assert(!read_bytes(TEXT(""), 0600));
    ck_assert_int_eq(next_descriptor(), before);
}
END_TEST

START_TEST(an_absent_file_is_named)
{
    ck_assert(!secret_read_file(secret, "/nonexistent/password", "the file", &failure));
    assert_failure(EX_NOINPUT, "(/nonexistent/password)");
    assert_failure(EX_NOINPUT, "No such file");
}
END_TEST

START_TEST(a_file_that_may_not_be_read_is_an_error)
{
    char path[PATH_MAX];
    int status;
    path_of(path, "closed");
    unit_write(path, TEXT(GOOD), 0200);
    ck_assert_int_eq(chmod(unit_folder(), 0755), 0);
    const pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(2);
        const bool refused_it = !secret_read_file(secret, path, "the file", &failure) &&
                                failure.exit_code == EX_NOINPUT;
        _exit(refused_it ? 0 : 1);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_folder_or_a_device_is_no_file)
{
    ck_assert(!secret_read_file(secret, unit_folder(), "the file", &failure));
    assert_failure(EX_NOINPUT, "is a directory, name the file in it");
    ck_assert(!secret_read_file(secret, "/dev/null", "the file", &failure));
    assert_failure(EX_NOINPUT, "not a regular file");
}
END_TEST

/* Kubernetes: password -> ..data/password, ..data -> ..2026_01_01. */
START_TEST(a_secret_volume_is_read_through_its_links)
{
    char folder[PATH_MAX], file[PATH_MAX], data[PATH_MAX], link[PATH_MAX];
    path_of(folder, "..2026_01_01");
    path_of(file, "..2026_01_01/mounted");
    path_of(data, "..data");
    path_of(link, "mounted");
    ck_assert_int_eq(mkdir(folder, 0755), 0);
    unit_write(file, TEXT(GOOD), 0644);
    ck_assert_int_eq(symlink("..2026_01_01", data), 0);
    ck_assert_int_eq(symlink("..data/mounted", link), 0);
    ck_assert(secret_read_file(secret, link, "the file", &failure));
    assert_secret(TEXT(GOOD));
    ck_assert_int_eq(chmod(file, 0666), 0);
    ck_assert(!secret_read_file(secret, link, "the file", &failure));
    assert_failure(EX_DATAERR, "can be written by others");
}
END_TEST

/* A writer that comes while the reader waits, delivers in two parts and goes. */
START_TEST(a_fifo_is_waited_for)
{
    char path[PATH_MAX];
    int status;
    path_of(path, "fifo");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    const pid_t child = fork();
    if (child == 0) {
        const int fd = open(path, O_WRONLY);
        const bool ok = fd >= 0 && write(fd, GOOD, 8) == 8 && write(fd, &GOOD[8], 8) == 8;
        _exit(ok ? 0 : 1);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_msg(secret_read_file(secret, path, "the file", &failure), "%s", failure.text);
    assert_secret(TEXT(GOOD));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_fifo_without_a_writer_is_given_up)
{
    char path[PATH_MAX];
    path_of(path, "lonely");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert(!secret_read_file(secret, path, "the file", &failure));
    assert_failure(EX_NOINPUT, "is a FIFO without a writer");
}
END_TEST

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))

int main(void)
{
    TCase *tests = tcase_create("secret files");
    tcase_add_checked_fixture(tests, make_secret, free_secret);
    tcase_add_loop_test(tests, one_line_end_is_not_part_of_it, 0, COUNT(accepted));
    tcase_add_loop_test(tests, an_unfit_file_is_refused, 0, COUNT(refused));
    tcase_add_loop_test(tests, length_ends_at_its_maximum, 0, 3);
    tcase_add_test(tests, a_huge_file_is_not_read_to_its_end);
    tcase_add_loop_test(tests, a_file_that_others_can_write_is_refused, 0, COUNT(open_modes));
    tcase_add_loop_test(tests, a_file_that_others_can_read_is_accepted, 0, COUNT(right_modes));
    tcase_add_test(tests, no_descriptor_stays_open);
    tcase_add_test(tests, an_absent_file_is_named);
    tcase_add_test(tests, a_file_that_may_not_be_read_is_an_error);
    tcase_add_test(tests, a_folder_or_a_device_is_no_file);
    tcase_add_test(tests, a_secret_volume_is_read_through_its_links);
    tcase_add_test(tests, a_fifo_is_waited_for);
    tcase_add_test(tests, a_fifo_without_a_writer_is_given_up);
    return unit_main("secret files", tests);
}
