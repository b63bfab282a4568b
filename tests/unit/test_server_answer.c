// SPDX-License-Identifier: Apache-2.0
#include "server_answer.h"

#include <string.h>

#include "unit.h"

static struct answer_reader *reader;
static struct server_answer answer;

static void begin(void)
{
    reader = answer_reader_new();
    ck_assert_ptr_nonnull(reader);
}

static void end(void)
{
    answer_reader_free(reader);
}

static bool feed(const char *text)
{
    return answer_reader_feed(reader, text, strlen(text));
}

static void expect(enum answer_kind kind, const char *text)
{
    ck_assert_int_eq(answer_reader_next(reader, &answer), ANSWER_WHOLE);
    ck_assert_int_eq(answer.kind, kind);
    ck_assert_str_eq(answer.text, text);
    ck_assert_uint_eq(answer.length, strlen(text));
}

START_TEST(several_come_at_once)
{
    ck_assert(
        feed("+OK\r\n-ERR x y\r\n$3\r\na\nb\r\n$0\r\n\r\n:7\r\n*2\r\n+a\r\n*1\r\n-b\r\n$-1\r\n+"));
    expect(ANSWER_STATUS, "OK");
    expect(ANSWER_ERROR, "ERR x y");
    expect(ANSWER_TEXT, "a\nb");
    expect(ANSWER_TEXT, "");
    expect(ANSWER_OTHER, "");
    expect(ANSWER_OTHER, "");
    expect(ANSWER_OTHER, "");
    ck_assert_int_eq(answer_reader_next(reader, &answer), ANSWER_INCOMPLETE);
}
END_TEST

START_TEST(one_comes_byte_by_byte)
{
    static const char text[] = "$5\r\nhello\r\n";
    for (size_t i = 0; i < strlen(text); i++) {
        ck_assert_int_eq(answer_reader_next(reader, &answer), ANSWER_INCOMPLETE);
        ck_assert(answer_reader_feed(reader, text + i, 1));
    }
    expect(ANSWER_TEXT, "hello");
}
END_TEST

static const char *const wrong[] = {"HTTP/1.1 200 OK\r\n", "\r\n", "$-2\r\n", "$x\r\n",
                                    "*99999999999999\r\n"};

START_TEST(what_is_not_the_protocol)
{
    ck_assert(feed(wrong[_i]));
    ck_assert_int_eq(answer_reader_next(reader, &answer), ANSWER_BAD);
    ck_assert_int_eq(answer_reader_next(reader, &answer), ANSWER_BAD);
}
END_TEST

START_TEST(no_more_is_taken_than_the_limit)
{
    static char bytes[ANSWERS_MAX];
    memset(bytes, 'x', sizeof(bytes));
    bytes[0] = '+';
    ck_assert(answer_reader_feed(reader, bytes, sizeof(bytes)));
    ck_assert_int_eq(answer_reader_next(reader, &answer), ANSWER_INCOMPLETE);
    ck_assert(!answer_reader_feed(reader, "\r", 1));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("server answer");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, several_come_at_once);
    tcase_add_test(tests, one_comes_byte_by_byte);
    tcase_add_loop_test(tests, what_is_not_the_protocol, 0,
                        (int)(sizeof(wrong) / sizeof(wrong[0])));
    tcase_add_test(tests, no_more_is_taken_than_the_limit);
    return unit_main("server answer", tests);
}
