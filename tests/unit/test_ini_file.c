// SPDX-License-Identifier: Apache-2.0
#include "ini_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

/* All entries as "[section]key=value@where;", in order. */
struct heard {
    char text[4096];
    size_t length;
    unsigned entries;
    unsigned fail_at;    /* the entry, counted from 1, that the callback refuses */
    const char *refuses; /* the section that it refuses */
};

static bool hear_section(const char *section, const char *where, struct heard *heard,
                         struct failure *failure)
{
    if (heard->refuses != NULL && strcmp(section, heard->refuses) == 0)
        return failure_set(failure, EX_CONFIG, 0, "%s: [%s] refused", where, section);
    return true;
}

static bool hear(const char *section, const char *key, const char *value, const char *where,
                 void *context, struct failure *failure)
{
    struct heard *heard = context;
    if (key == NULL)
        return hear_section(section, where, heard, failure);
    if (++heard->entries == heard->fail_at)
        return failure_set(failure, EX_CONFIG, 0, "%s: refused", where);
    const size_t left = sizeof(heard->text) - heard->length;
    const int n =
        snprintf(heard->text + heard->length, left, "[%s]%s=%s@%s;", section, key, value, where);
    ck_assert(n > 0 && (size_t)n < left);
    heard->length += (size_t)n;
    return true;
}

struct text {
    const char *ini;
    const char *heard;
    const char *problem; /* NULL: the ini is right */
};

static const struct text texts[] = {
    {"", "", NULL},
    {"\n\n \t\n", "", NULL},
    {"; remark\n# remark\n", "", NULL},
    {"[redis]\nport=1\n", "[redis]port=1@x:2;", NULL},
    {"[redis]\nport=1", "[redis]port=1@x:2;", NULL},
    {"[redis]\r\nport = 1\r\n", "[redis]port=1@x:2;", NULL},
    {"[redis]\n port : 1\n", "[redis]port=1@x:2;", NULL},
    {"[a]\nb=1\n\n  c=2\n[d]\nb=3", "[a]b=1@x:2;[a]c=2@x:4;[d]b=3@x:6;", NULL},
    {"[a]\nb=1\n\tc=2\n", "[a]b=1@x:2;[a]c=2@x:3;", NULL},
    {"b=1\n", "[]b=1@x:1;", NULL},
    {"[a]\nb=\n", "[a]b=@x:2;", NULL},
    {"[a]\nb=c=d\n", "[a]b=c=d@x:2;", NULL},
    {"[a]\nb=1\nb=2\n", "[a]b=1@x:2;[a]b=2@x:3;", NULL},
    {"[a]\nb = x ; remark\n", "[a]b=x@x:2;", NULL},
    {"[a]\nb = x;y\n", "[a]b=x;y@x:2;", NULL},
    {"[a]\nb=1\n\fc=2\n\v\r d=3\n", "[a]b=1@x:2;[a]c=2@x:3;[a]d=3@x:4;", NULL},
    {"[redis.conf]\nmaxmemory 64mb\n", "[redis.conf]maxmemory=64mb@x:2;", NULL},
    {"[redis.conf]\nmaxmemory = 64mb\n", "[redis.conf]maxmemory=64mb@x:2;", NULL},
    {"[redis.conf]\nmaxmemory\t= 64mb\n", "[redis.conf]maxmemory=64mb@x:2;", NULL},
    {"[redis.conf]\n  save 60 1\nsave 300 10\n",
     "[redis.conf]save=60 1@x:2;[redis.conf]save=300 10@x:3;", NULL},
    {"[redis.conf]\nsave \"\"\n", "[redis.conf]save=\"\"@x:2;", NULL},
    {"[redis.conf]\n# a remark of words\n", "", NULL},
    {"[redis.conf]\nx a=b\n", "[redis.conf]x=a=b@x:2;", NULL},
    {"[redis.conf]\nx a\n[redis]\ny=1\n", "[redis.conf]x=a@x:2;[redis]y=1@x:4;", NULL},
    {"[redis]\nport 1\n", "", "x:2: neither"},
    {"[redis.conf]\nx a\n[redis]\nport 1\n", "[redis.conf]x=a@x:2;", "x:4: neither"},
    {"[redis.conf\nx a\n", "", "x:1: neither"},
    {"[redis.conf]\nmaxmemory\n", "", "x:2: neither"},
    {"[redis.conf]\nmaxmemory \n", "", "x:2: neither"},
    {"nonsense\n", "", "x:1: neither"},
    {"[a]\nb=1\nnonsense\n[a\nc", "[a]b=1@x:2;", "x:3: neither"},
    {"[a\nb=1\n", NULL, "x:1: neither"},
};

START_TEST(entries_in_order_with_their_lines)
{
    const struct text *text = &texts[_i];
    struct heard heard = {.length = 0};
    struct failure failure = {0};
    const bool ok = ini_text_read(text->ini, strlen(text->ini), "x", hear, &heard, &failure);
    ck_assert_msg(ok == (text->problem == NULL), "%s", failure.text);
    if (text->heard != NULL)
        ck_assert_str_eq(heard.text, text->heard);
    if (text->problem != NULL) {
        ck_assert_int_eq(failure.exit_code, EX_CONFIG);
        ck_assert_msg(strncmp(failure.text, text->problem, strlen(text->problem)) == 0, "%s",
                      failure.text);
    }
}
END_TEST

START_TEST(the_callbacks_failure_ends_it)
{
    static const char ini[] = "[a]\nb=1\nc=2\nd=3\nnonsense\ne=4\n";
    struct heard heard = {.fail_at = 2};
    struct failure failure = {0};
    ck_assert(!ini_text_read(ini, strlen(ini), "x", hear, &heard, &failure));
    ck_assert_uint_eq(heard.entries, 2);
    ck_assert_str_eq(failure.text, "x:3: refused");
}
END_TEST

START_TEST(the_first_error_is_told)
{
    static const char ini[] = "nonsense\n[a]\nb=1\n";
    struct heard heard = {.fail_at = 1};
    struct failure failure = {0};
    ck_assert(!ini_text_read(ini, strlen(ini), "x", hear, &heard, &failure));
    ck_assert_str_eq(failure.text, "x:1: neither `[section]` nor `key = value`");
}
END_TEST

struct section {
    const char *ini;
    const char *problem;
};

/* Names of 49 and 50 bytes, of which inih would cut the second. */
#define FITS "[user 1234567890123456789012345678901234567890abcd]\n"
#define CUT "[user 1234567890123456789012345678901234567890abcde]\n"

static const struct section sections[] = {
    {"[user app]\n", "x:1: [user app] refused"},
    {"\n[a]\nb=1\n  [user app]\nc=1\n", "x:4: [user app] refused"},
    {"\xef\xbb\xbf[user app]\n", "x:1: [user app] refused"},
    {"[user app] ; remark\n", "x:1: [user app] refused"},
    {"nonsense\n[user app]\n", "x:1: neither"},
    {FITS "[user app]\n", "x:2: [user app] refused"},
    {"\n" CUT, "x:2: the section's name is too long"},
};

START_TEST(an_empty_section_is_told_of)
{
    struct heard heard = {.refuses = "user app"};
    struct failure failure = {0};
    const char *ini = sections[_i].ini;
    ck_assert(!ini_text_read(ini, strlen(ini), "x", hear, &heard, &failure));
    ck_assert_msg(strncmp(failure.text, sections[_i].problem, strlen(sections[_i].problem)) == 0,
                  "%s", failure.text);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
    static const char ini[] = "[a]\nb=1\n\0c=2\n";
    struct heard heard = {.length = 0};
    struct failure failure = {0};
    ck_assert(!ini_text_read(ini, sizeof(ini) - 1, "x", hear, &heard, &failure));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_ptr_nonnull(strstr(failure.text, "NUL"));
    ck_assert_uint_eq(heard.entries, 0);
}
END_TEST

/* inih's own line buffer would cut a longer line without a word. */
START_TEST(a_line_is_read_whole_or_refused)
{
    for (size_t length = 190; length <= 260; length++) {
        char ini[300] = "[a]\nb=";
        memset(ini + 6, 'v', length - 2);
        struct heard heard = {.length = 0};
        struct failure failure = {0};
        const bool ok = ini_text_read(ini, 4 + length, "x", hear, &heard, &failure);
        ck_assert(ok == (length <= 198));
        if (ok)
            ck_assert_uint_eq(heard.length, strlen("[a]b=@x:2;") + length - 2);
        else
            ck_assert_ptr_nonnull(strstr(failure.text, "x:2: the line is too long"));
    }
}
END_TEST

static const char *path_of(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", unit_folder(), name);
    return path;
}

START_TEST(a_file_is_read)
{
    static const char ini[] = "[a]\nb=1\n";
    const char *path = path_of("good.ini");
    struct heard heard = {.length = 0};
    struct failure failure = {0};
    char expected[PATH_MAX + 32];
    struct ini_found found = {.found = false};
    unit_write(path, ini, strlen(ini), 0644);
    ck_assert(ini_file_read(path, true, hear, &heard, &found, &failure));
    ck_assert(found.found);
    (void)snprintf(expected, sizeof(expected), "[a]b=1@%s:2;", path);
    ck_assert_str_eq(heard.text, expected);
}
END_TEST

/* Fails with EX_CONFIG, the path and `problem`. */
static void check_refused(const char *path, const char *problem)
{
    struct heard heard = {.length = 0};
    struct failure failure = {0};
    struct ini_found found = {.found = true};
    ck_assert(!ini_file_read(path, true, hear, &heard, &found, &failure));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_msg(strstr(failure.text, path) != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, problem) != NULL, "%s", failure.text);
    ck_assert_uint_eq(heard.entries, 0);
}

START_TEST(an_absent_file_is_an_error_if_required)
{
    const char *path = path_of("absent.ini");
    struct heard heard = {.length = 0};
    struct failure failure = {0};
    struct ini_found found = {.found = true};
    ck_assert(ini_file_read(path, false, hear, &heard, &found, &failure));
    ck_assert(!found.found);
    ck_assert_int_eq(failure.exit_code, 0);
    check_refused(path, "No such file");
}
END_TEST

START_TEST(writers_are_judged_by_the_open_file)
{
    static const mode_t wrong[] = {0664, 0646, 0666, 0620, 0602, 0777};
    static const mode_t right[] = {0644, 0600, 0400, 0755, 0444};
    const char *path = path_of("mode.ini");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char mode[16];
        unit_write(path, "[a]\nb=1\n", 8, wrong[i]);
        (void)snprintf(mode, sizeof(mode), "(mode %04o)", (unsigned)wrong[i]);
        check_refused(path, mode);
        check_refused(path, "chmod go-w");
    }
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        struct heard heard = {.length = 0};
        struct failure failure = {0};
        struct ini_found found;
        ck_assert_int_eq(unlink(path), 0);
        unit_write(path, "[a]\nb=1\n", 8, right[i]);
        ck_assert_msg(ini_file_read(path, true, hear, &heard, &found, &failure), "%s",
                      failure.text);
    }
}
END_TEST

START_TEST(a_symlink_is_followed_to_the_file_that_counts)
{
    char link[PATH_MAX];
    (void)snprintf(link, sizeof(link), "%s/link.ini", unit_folder());
    const char *path = path_of("target.ini");
    unit_write(path, "[a]\nb=1\n", 8, 0666);
    ck_assert_int_eq(symlink(path, link), 0);
    check_refused(link, "can be written by others");
}
END_TEST

START_TEST(only_a_regular_file_will_do)
{
    const char *fifo = path_of("fifo.ini");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    check_refused(fifo, "not a regular file");
    check_refused(unit_folder(), "not a regular file");
    check_refused("/dev/null", "not a regular file");
}
END_TEST

START_TEST(at_most_64_kib)
{
    static char bytes[INI_FILE_MAX + 1];
    const char *path = path_of("large.ini");
    struct heard heard = {.length = 0};
    struct failure failure = {0};
    struct ini_found found;
    ck_assert_int_eq(INI_FILE_MAX, 65536);
    memset(bytes, '\n', sizeof(bytes));
    memcpy(bytes + INI_FILE_MAX - 3, "b=1", 3);
    unit_write(path, bytes, INI_FILE_MAX, 0600);
    ck_assert_msg(ini_file_read(path, true, hear, &heard, &found, &failure), "%s", failure.text);
    ck_assert_uint_eq(heard.entries, 1);
    unit_write(path, bytes, INI_FILE_MAX + 1, 0600);
    check_refused(path, "larger than 65536 bytes");
}
END_TEST

START_TEST(an_unreadable_file_is_named)
{
    const char *path = path_of("secret.ini");
    unit_write(path, "[a]\nb=1\n", 8, 0);
    unit_drop_root();
    check_refused(path, "Permission denied");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("ini_file");
    tcase_add_loop_test(tests, entries_in_order_with_their_lines, 0,
                        sizeof(texts) / sizeof(texts[0]));
    tcase_add_test(tests, the_callbacks_failure_ends_it);
    tcase_add_test(tests, the_first_error_is_told);
    tcase_add_loop_test(tests, an_empty_section_is_told_of, 0,
                        (int)(sizeof(sections) / sizeof(sections[0])));
    tcase_add_test(tests, a_nul_byte_is_refused);
    tcase_add_test(tests, a_line_is_read_whole_or_refused);
    tcase_add_test(tests, a_file_is_read);
    tcase_add_test(tests, an_absent_file_is_an_error_if_required);
    tcase_add_test(tests, writers_are_judged_by_the_open_file);
    tcase_add_test(tests, a_symlink_is_followed_to_the_file_that_counts);
    tcase_add_test(tests, only_a_regular_file_will_do);
    tcase_add_test(tests, at_most_64_kib);
    tcase_add_test(tests, an_unreadable_file_is_named);
    return unit_main("ini_file", tests);
}
