// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
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

START_TEST(a_new_one_is_empty)
{
    assert_secret("", 0);
    secret_free(NULL);
}
END_TEST

START_TEST(a_descriptor_is_read_whatever_its_mode)
{
    char path[PATH_MAX];
    ck_assert_int_lt(snprintf(path, PATH_MAX, "%s/open", unit_folder()), PATH_MAX);
    unit_write(path, TEXT(GOOD "\n"), 0666);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert(secret_read_fd(secret, fd, "the file", &failure));
    assert_secret(TEXT(GOOD));
    ck_assert(secret_read_fd(secret, fd, "the file", &failure)); /* nothing left: empty is right */
    assert_secret("", 0);
    ck_assert_int_eq(close(fd), 0);
    ck_assert(!secret_read_fd(secret, fd, "the file", &failure));
    assert_failure(EX_NOINPUT, "can't be read");
}
END_TEST

START_TEST(a_taken_value_is_overwritten)
{
    char value[] = GOOD;
    const char zeros[sizeof(value)] = {0};
    ck_assert(secret_take(secret, value, "the file", &failure));
    ck_assert_mem_eq(value, zeros, sizeof(value));
    assert_secret(TEXT(GOOD));
}
END_TEST

struct refused {
    const char *bytes;
    size_t length;
    const char *reason;
};

static const struct refused untaken[] = {
    {TEXT(GOOD "\n"), "line break"},
    {TEXT(GOOD "\r" GOOD), "line break"},
    {TEXT("\xef\xbb\xbf" GOOD), "byte-order mark"},
    {TEXT("\xff\xfe" GOOD), "byte-order mark"},
    {TEXT("\xfe\xff" GOOD), "byte-order mark"},
};

START_TEST(an_unfit_value_is_refused_and_overwritten)
{
    const struct refused *row = &untaken[_i];
    char value[64] = "";
    const char zeros[64] = {0};
    memcpy(value, row->bytes, row->length);
    ck_assert(!secret_take(secret, value, "the file", &failure));
    assert_failure(EX_DATAERR, row->reason);
    ck_assert_mem_eq(value, zeros, sizeof(value));
}
END_TEST

START_TEST(a_value_ends_at_the_maximum)
{
    static char value[SECRET_MAX * 2 + 1];
    static char zeros[sizeof(value)];
    memset(value, 'a', SECRET_MAX);
    ck_assert(secret_take(secret, value, "the file", &failure));
    for (size_t length = SECRET_MAX + 1; length < sizeof(value); length += SECRET_MAX - 1) {
        memset(value, 'a', length);
        ck_assert(!secret_take(secret, value, "the file", &failure));
        assert_failure(EX_DATAERR, "longer than 4096 bytes");
        ck_assert_mem_eq(value, zeros, sizeof(value));
    }
}
END_TEST

START_TEST(equal_is_every_byte_and_the_length)
{
    static const struct {
        const char *other;
        bool equal;
    } rows[] = {{GOOD, true},      {"k7#Vq9!xZp2&LmR5", false}, {"K7#Vq9!xZp2&LmR4", false},
                {GOOD "x", false}, {"k7#Vq9!xZp2&LmR", false},  {"", false}};
    char value[] = GOOD;
    ck_assert(secret_take(secret, value, "the file", &failure));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];
        struct secret *other = secret_new(&failure);
        ck_assert_ptr_nonnull(other);
        (void)snprintf(text, sizeof(text), "%s", rows[i].other);
        ck_assert(secret_take(other, text, "the other", &failure));
        ck_assert_int_eq(secret_equal(secret, other), rows[i].equal);
        ck_assert_int_eq(secret_equal(other, secret), rows[i].equal);
        secret_free(other);
    }
}
END_TEST

/* Guarded memory is gone once it is freed, and nothing is readable behind it. */
START_TEST(a_freed_secret_cannot_be_read)
{
    char value[] = GOOD;
    size_t length;
    struct secret *gone = secret_new(&failure);
    ck_assert_ptr_nonnull(gone);
    ck_assert(secret_take(gone, value, "the file", &failure));
    const char *bytes = secret_bytes(gone, &length);
    secret_free(gone);
    /* the kernel says whether it is there; valgrind maps something else into its place */
    char copy[sizeof(GOOD)] = {0};
    const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(memory, 0);
    ck_assert(pread(memory, copy, length, (off_t)(uintptr_t)bytes) > 0 || errno == EIO);
    (void)close(memory);
    ck_assert_str_ne(copy, GOOD);
}
END_TEST

START_TEST(memory_is_locked)
{
    size_t length;
    char line[256];
    unsigned long locked = 0;
    FILE *status = fopen("/proc/self/status", "re");
    ck_assert_ptr_nonnull(status);
    while (fgets(line, sizeof(line), status) != NULL)
        (void)sscanf(line, "VmLck: %lu", &locked);
    ck_assert_int_eq(fclose(status), 0);
    ck_assert_uint_ge(locked, SECRET_MAX / 1024);
    ck_assert(secret_lock(secret_bytes(secret, &length), SECRET_MAX, &failure));
}
END_TEST

/* libsodium itself would go on, with a password that may be written to swap. */
START_TEST(memory_that_cannot_be_locked_is_a_failure)
{
    const struct rlimit none = {0, 0};
    ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
    unit_drop_root(); /* whom no limit stops */
    ck_assert_ptr_null(secret_new(&failure));
    ck_assert_int_eq(failure.exit_code, EX_OSERR);
    ck_assert_msg(strstr(failure.text, "can't be locked") != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, "ulimit -l") != NULL, "%s", failure.text);
}
END_TEST

START_TEST(memory_that_is_not_there_is_not_locked)
{
    void *gone = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(gone, MAP_FAILED);
    ck_assert_int_eq(munmap(gone, 4096), 0);
    ck_assert(!secret_lock(gone, 4096, &failure));
    ck_assert_int_eq(failure.exit_code, EX_OSERR);
    ck_assert_int_eq(failure.error, ENOMEM);
}
END_TEST

#ifdef __SANITIZE_ADDRESS__
#define LOCKS 0 /* the sanitizer's mlock(2) does nothing */
#else
#define LOCKS 1
#endif

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))

int main(void)
{
    TCase *tests = tcase_create("secret");
    tcase_add_checked_fixture(tests, make_secret, free_secret);
    tcase_add_test(tests, a_new_one_is_empty);
    tcase_add_test(tests, a_descriptor_is_read_whatever_its_mode);
    tcase_add_test(tests, a_taken_value_is_overwritten);
    tcase_add_loop_test(tests, an_unfit_value_is_refused_and_overwritten, 0, COUNT(untaken));
    tcase_add_test(tests, a_value_ends_at_the_maximum);
    tcase_add_test(tests, equal_is_every_byte_and_the_length);
    tcase_add_test(tests, a_freed_secret_cannot_be_read);
    tcase_add_loop_test(tests, memory_is_locked, 0, LOCKS);
    tcase_add_loop_test(tests, memory_that_cannot_be_locked_is_a_failure, 0, LOCKS);
    tcase_add_loop_test(tests, memory_that_is_not_there_is_not_locked, 0, LOCKS);
    return unit_main("secret", tests);
}
