// SPDX-License-Identifier: Apache-2.0
#include "certificate.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define A "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define B "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
#define C "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13"
#define UNTIL "2026-12-25T10:00:00Z"

static struct certificate now;
static char text[CERTIFICATE_PRINTED_MAX];

START_TEST(what_is_printed_is_read)
{
    static const char line[] = "0A1B " UNTIL " " A " " B " " C;
    ck_assert(certificate_parse(&now, line));
    ck_assert_str_eq(now.serial, "0A1B");
    ck_assert_str_eq(now.until, UNTIL);
    ck_assert_str_eq(now.authorities, C);
    certificate_print(text, &now);
    ck_assert_str_eq(text, line);
    ck_assert(certificate_parse(&now, "-01 " UNTIL " " A "\na warning"));
    ck_assert_str_eq(now.fingerprint, A);
    ck_assert_str_eq(now.chain, "");
}
END_TEST

START_TEST(it_fits)
{
    struct certificate read;
    memset(&now, '\0', sizeof(now));
    memset(now.serial, 'F', CERTIFICATE_WORD_SIZE - 1);
    memset(now.until, 'Z', CERTIFICATE_WORD_SIZE - 1);
    memset(now.fingerprint, 'a', CERTIFICATE_WORD_SIZE - 1);
    memset(now.chain, 'b', CERTIFICATE_WORD_SIZE - 1);
    memset(now.authorities, 'c', CERTIFICATE_WORD_SIZE - 1);
    certificate_print(text, &now);
    ck_assert(certificate_parse(&read, text));
    ck_assert_int_eq(memcmp(&read, &now, sizeof(now)), 0);
}
END_TEST

static const char *const broken[] = {
    "",
    "0A1B",
    "0A1B " UNTIL,
    "0A1B " UNTIL " " A " " B,
    "0x1 " UNTIL " " A,
    "0A1B " UNTIL " XYZ",
    "0A1B  " UNTIL " " A,
    "0A1B " UNTIL " " A "0",
    "0A1B\n" UNTIL "\n" A,
};

START_TEST(what_is_none)
{
    ck_assert(!certificate_parse(&now, broken[_i]));
}
END_TEST

struct change {
    const char *before;
    const char *now;
    const char *text;
};

static const struct change changes[] = {
    {"1 " UNTIL " " A " " B " " C, "1 " UNTIL " " A " " B " " C, ""},
    {"1 " UNTIL " " A " " B " " C, "2 " UNTIL " " B " " B " " C,
     "new certificate, serial 2, valid until " UNTIL},
    {"1 " UNTIL " " A " " B " " C, "2 " UNTIL " " B " " A " " A,
     "new certificate, serial 2, valid until " UNTIL "; new authorities"},
    {"1 " UNTIL " " A " " B " " C, "1 " UNTIL " " A " " C " " C, "new chain of the certificate"},
    {"1 " UNTIL " " A " " B " " C, "1 " UNTIL " " A " " A " " A,
     "new chain of the certificate; new authorities"},
    {"1 " UNTIL " " A " " B " " C, "1 " UNTIL " " A " " B " " A, "new authorities"},
};

START_TEST(what_is_new)
{
    struct certificate before;
    char said[CERTIFICATE_CHANGES_MAX];
    ck_assert(certificate_parse(&before, changes[_i].before));
    ck_assert(certificate_parse(&now, changes[_i].now));
    certificate_changes(said, &before, &now);
    ck_assert_str_eq(said, changes[_i].text);
    ck_assert_int_eq(certificate_is_same(&before, &now), *said == '\0');
}
END_TEST

/* It is read again, and is never the one that the files hold. */
START_TEST(one_that_is_not_known)
{
    struct certificate forgotten;
    ck_assert(certificate_parse(&now, "1 " UNTIL " " A " " B " " C));
    forgotten = now;
    certificate_forget(&forgotten);
    certificate_print(text, &forgotten);
    ck_assert(certificate_parse(&forgotten, text));
    ck_assert(!certificate_is_same(&forgotten, &now));
    ck_assert_str_eq(forgotten.authorities, C);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("certificate");
    tcase_add_test(tests, what_is_printed_is_read);
    tcase_add_test(tests, it_fits);
    tcase_add_loop_test(tests, what_is_none, 0, COUNT(broken));
    tcase_add_loop_test(tests, what_is_new, 0, COUNT(changes));
    tcase_add_test(tests, one_that_is_not_known);
    return unit_main("certificate", tests);
}
