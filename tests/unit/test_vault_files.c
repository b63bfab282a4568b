// SPDX-License-Identifier: Apache-2.0

/* Files that are read and written: tokens, the output; and the memory that is wiped. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"
#include "vault_credential.h"
#include "vault_memory.h"
#include "vault_output_file.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct failure failure;

static void begin(void)
{
    failure = (struct failure){0};
    ck_assert(vault_memory_init(&failure));
}

static const char *path_of(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", unit_folder(), name);
    return path;
}

struct token {
    const char *bytes;
    size_t length;
    const char *text; /* what is read; NULL: refused */
    const char *error;
};

static const struct token tokens[] = {
    {"hvs.x", 5, "hvs.x", ""},
    {" \r\n\thvs.x \r\n", 12, "hvs.x", ""},
    {"!~", 2, "!~", ""},
    {"", 0, NULL, "is empty"},
    {" \n", 2, NULL, "is empty"},
    {"a b", 3, NULL, "no single word"},
    {"a\r\nX-Evil: b", 12, NULL, "no single word"},
    {"a\0b", 3, NULL, "no single word"},
    {"\xef\xbb\xbfhvs", 6, NULL, "no single word"},
    {"a\x7f", 2, NULL, "no single word"},
};

START_TEST(a_token_of_a_file)
{
    const struct token *token = &tokens[_i];
    unit_write(path_of("token"), token->bytes, token->length, 0600);
    struct credential *read = credential_read(path_of("token"), "--token-file", &failure);
    ck_assert_int_eq(read != NULL, token->text != NULL);
    if (read != NULL)
        ck_assert_str_eq(credential_text(read), token->text);
    else {
        ck_assert_int_eq(failure.exit_code, EX_NOINPUT);
        ck_assert_ptr_nonnull(strstr(failure.text, token->error));
        ck_assert_ptr_nonnull(strstr(failure.text, "--token-file ("));
        ck_assert_ptr_null(strstr(failure.text, "X-Evil"));
    }
    credential_free(read);
}
END_TEST

/* Whether trimmed space counts: what a server says is taken as it is. */
START_TEST(a_token_of_an_answer)
{
    struct credential *read = credential_of("hvs.x", 5, "the answer", &failure);
    ck_assert_ptr_nonnull(read);
    ck_assert_str_eq(credential_text(read), "hvs.x");
    credential_free(read);
    ck_assert_ptr_null(credential_of("hvs.x\n", 6, "the answer", &failure));
    ck_assert_int_eq(failure.exit_code, EX_UNAVAILABLE);
    ck_assert_ptr_null(credential_of("", 0, "the answer", &failure));
}
END_TEST

START_TEST(a_token_has_an_end)
{
    static char bytes[CREDENTIAL_MAX + 1];
    memset(bytes, 'x', sizeof(bytes));
    unit_write(path_of("token"), bytes, CREDENTIAL_MAX, 0600);
    struct credential *read = credential_read(path_of("token"), "--token-file", &failure);
    ck_assert_ptr_nonnull(read);
    ck_assert_uint_eq(strlen(credential_text(read)), CREDENTIAL_MAX);
    credential_free(read);
    unit_write(path_of("token"), bytes, sizeof(bytes), 0600);
    ck_assert_ptr_null(credential_read(path_of("token"), "--token-file", &failure));
    ck_assert_ptr_nonnull(strstr(failure.text, "longer than 16384 bytes"));
    ck_assert_ptr_null(credential_of(bytes, sizeof(bytes), "the answer", &failure));
    memset(bytes + 5, ' ', sizeof(bytes) - 5); /* behind which more may stand */
    unit_write(path_of("token"), bytes, sizeof(bytes), 0600);
    ck_assert_ptr_null(credential_read(path_of("token"), "--token-file", &failure));
}
END_TEST

START_TEST(what_is_no_file)
{
    static const char *const names[] = {"none", ".", "fifo"};
    (void)mkfifo(path_of("fifo"), 0600);
    for (size_t i = 0; i < COUNT(names); i++) {
        failure = (struct failure){0};
        ck_assert_ptr_null(credential_read(path_of(names[i]), "--token-file", &failure));
        ck_assert_int_eq(failure.exit_code, EX_NOINPUT);
    }
}
END_TEST

/* The file's bytes and mode, as one text. */
static const char *state_of(const char *name)
{
    static char text[256];
    struct stat status;
    const int fd = open(path_of(name), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &status), 0);
    ssize_t length = snprintf(text, sizeof(text), "%04o ", status.st_mode & 07777);
    const ssize_t n = read(fd, text + length, sizeof(text) - (size_t)length - 1);
    ck_assert_int_ge(n, 0);
    text[length + n] = '\0';
    (void)close(fd);
    return text;
}

static bool put(const char *name, const char *bytes, bool *changed)
{
    return output_file_write(path_of(name), bytes, strlen(bytes), changed, &failure);
}

START_TEST(a_file_is_written_once)
{
    bool changed;
    struct stat before, after;
    ck_assert(put("out", "value", &changed));
    ck_assert(changed);
    ck_assert_str_eq(state_of("out"), "0600 value");
    ck_assert_int_eq(stat(path_of("out"), &before), 0);
    ck_assert(put("out", "value", &changed));
    ck_assert(!changed);
    ck_assert_int_eq(stat(path_of("out"), &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert(put("out", "value2", &changed) && changed);
    ck_assert_str_eq(state_of("out"), "0600 value2");
    ck_assert(put("out", "value", &changed) && changed);
    ck_assert_str_eq(state_of("out"), "0600 value");
    ck_assert_int_eq(access(path_of("out.redis-vault-sync"), F_OK), -1);
}
END_TEST

START_TEST(a_loose_mode_is_mended)
{
    bool changed;
    unit_write(path_of("loose"), "value", 5, 0644);
    ck_assert(put("loose", "value", &changed) && changed);
    ck_assert_str_eq(state_of("loose"), "0600 value");
}
END_TEST

/* What a killed run left is no obstacle. */
START_TEST(a_half_written_file_goes)
{
    bool changed;
    unit_write(path_of("half.redis-vault-sync"), "x", 1, 0400);
    ck_assert(put("half", "value", &changed));
    ck_assert_str_eq(state_of("half"), "0600 value");
}
END_TEST

/* Two at once: the second waits until the first is done. Here the first never is. */
START_TEST(a_folder_in_use_is_waited_for)
{
    bool changed;
    const int folder = open(unit_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    unit_write(path_of("used"), "old", 3, 0600);
    unit_write(path_of("used.redis-vault-sync"), "of the other", 12, 0600);
    ck_assert_int_eq(flock(folder, LOCK_EX), 0);
    ck_assert(!put("used", "value", &changed));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert_str_eq(state_of("used"), "0600 old");
    ck_assert_str_eq(state_of("used.redis-vault-sync"), "0600 of the other");
    ck_assert_int_eq(flock(folder, LOCK_UN), 0);
    ck_assert(put("used", "value", &changed) && changed);
    (void)close(folder);
}
END_TEST

START_TEST(what_is_no_regular_file_stays)
{
    bool changed;
    unit_write(path_of("target"), "mine", 4, 0600);
    ck_assert_int_eq(symlink("target", path_of("link")), 0);
    ck_assert(!put("link", "value", &changed));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert_str_eq(state_of("target"), "0600 mine");
    ck_assert(!put(".", "value", &changed));
    ck_assert(!put("target/x", "value", &changed));
    ck_assert(!put("none/x", "value", &changed));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    ck_assert(!output_file_write("/dev/null", "value", 5, &changed, &failure));
}
END_TEST

START_TEST(a_folder_that_can_not_be_written)
{
    bool changed;
    unit_write(path_of("kept"), "old", 3, 0644);
    unit_drop_root();
    ck_assert_int_eq(chmod(unit_folder(), 0500) == 0 || errno == EPERM, 1);
    ck_assert(!put("kept", "value", &changed));
    ck_assert_int_eq(failure.exit_code, EX_CANTCREAT);
    (void)chmod(unit_folder(), 0700);
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
    ck_assert_str_eq(state_of("kept"), "0644 old");
}
END_TEST

START_TEST(the_wiped_heap_is_a_heap)
{
    char *text = wiped_strdup("secret");
    ck_assert_str_eq(text, "secret");
    ck_assert_uint_eq((uintptr_t)text % _Alignof(max_align_t), 0);
    text = wiped_realloc(text, 100000);
    ck_assert_str_eq(text, "secret");
    text = wiped_realloc(text, 3);
    ck_assert_int_eq(memcmp(text, "sec", 3), 0);
    wiped_free(text);
    wiped_free(NULL);
    char *zeros = wiped_calloc(3, 5);
    ck_assert_ptr_nonnull(zeros);
    for (size_t i = 0; i < 15; i++)
        ck_assert_int_eq(zeros[i], 0);
    wiped_free(zeros);
    ck_assert_ptr_null(wiped_calloc(SIZE_MAX / 2, 3));
    ck_assert_ptr_null(wiped_malloc(SIZE_MAX));
    text = wiped_realloc(NULL, 1);
    ck_assert_ptr_nonnull(text);
    wiped_free(text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault files");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, a_token_of_a_file, 0, COUNT(tokens));
    tcase_add_test(tests, a_token_of_an_answer);
    tcase_add_test(tests, a_token_has_an_end);
    tcase_add_test(tests, what_is_no_file);
    tcase_add_test(tests, a_file_is_written_once);
    tcase_add_test(tests, a_loose_mode_is_mended);
    tcase_add_test(tests, a_half_written_file_goes);
    tcase_add_test(tests, a_folder_in_use_is_waited_for);
    tcase_add_test(tests, what_is_no_regular_file_stays);
    tcase_add_test(tests, a_folder_that_can_not_be_written);
    tcase_add_test(tests, the_wiped_heap_is_a_heap);
    return unit_main("vault files", tests);
}
