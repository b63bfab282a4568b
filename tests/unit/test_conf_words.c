// SPDX-License-Identifier: Apache-2.0
#include "conf_words.h"

#include <string.h>

#include "unit.h"

#define WORDS 6

struct line {
    const char *text;
    const char *words[WORDS]; /* up to a NULL */
    enum conf_word last;
};

/* What sdssplitargs() of Redis 7 makes of these lines. */
static const struct line lines[] = {
    {"", {NULL}, CONF_WORDS_END},
    {" \t\r\n\v\f", {NULL}, CONF_WORDS_END},
    {"port 6379", {"port", "6379"}, CONF_WORDS_END},
    {"  port\t6379 \r\n", {"port", "6379"}, CONF_WORDS_END},
    {"a\vb c\fd", {"a\vb", "c\fd"}, CONF_WORDS_END},
    {"a\\nb '\\n'", {"a\\nb", "\\n"}, CONF_WORDS_END},
    {"save \"\" ''", {"save", "", ""}, CONF_WORDS_END},
    {"\"a b\" 'c d'", {"a b", "c d"}, CONF_WORDS_END},
    {"\"\\n\\r\\t\\b\\a\"", {"\n\r\t\b\a"}, CONF_WORDS_END},
    {"\"\\\"\\\\\\z\\'\"", {"\"\\z'"}, CONF_WORDS_END},
    {"\"\\x41\\x5a\\x7E\\xfF\"", {"AZ~\xff"}, CONF_WORDS_END},
    {"\"\\x4\" \"\\xg1\" \"\\x1g\"", {"x4", "xg1", "x1g"}, CONF_WORDS_END},
    {"\"\\X41\"", {"X41"}, CONF_WORDS_END},
    {"'\\'' '\\\\x' '\\x41' '\"'", {"'", "\\\\x", "\\x41", "\""}, CONF_WORDS_END},
    {"'\\\\'", {NULL}, CONF_WORD_BAD},
    {"\"it's\" 'say \"x\"'", {"it's", "say \"x\""}, CONF_WORDS_END},
    {"acl\"file\" x", {"aclfile", "x"}, CONF_WORDS_END},
    {"a'b c'", {"ab c"}, CONF_WORDS_END},
    {"\"a\"\vb", {"a", "b"}, CONF_WORDS_END},
    {"\"a\nb\"", {"a\nb"}, CONF_WORDS_END},
    {"# x", {"#", "x"}, CONF_WORDS_END},
    {"x \"a\"b", {"x"}, CONF_WORD_BAD},
    {"'a'b", {NULL}, CONF_WORD_BAD},
    {"\"a\"\"b\"", {NULL}, CONF_WORD_BAD},
    {"x \"", {"x"}, CONF_WORD_BAD},
    {"x '", {"x"}, CONF_WORD_BAD},
    {"x \"abc", {"x"}, CONF_WORD_BAD},
    {"x 'abc", {"x"}, CONF_WORD_BAD},
    {"\"abc\\\"", {NULL}, CONF_WORD_BAD},
    {"\"abc\\", {NULL}, CONF_WORD_BAD},
    {"'abc\\'", {NULL}, CONF_WORD_BAD},
    {"\"\\x4", {NULL}, CONF_WORD_BAD},
    {"a\"", {NULL}, CONF_WORD_BAD},
};

START_TEST(lines_are_split_as_redis_does)
{
    const struct line *line = &lines[_i];
    const char *cursor = line->text;
    const char *end = cursor + strlen(cursor);
    char word[64];
    size_t length;
    for (size_t i = 0; i < WORDS && line->words[i] != NULL; i++) {
        ck_assert_int_eq(conf_next_word(&cursor, end, word, sizeof(word), &length), CONF_WORD);
        ck_assert_uint_eq(length, strlen(line->words[i]));
        ck_assert_mem_eq(word, line->words[i], length);
    }
    ck_assert_int_eq(conf_next_word(&cursor, end, word, sizeof(word), &length), line->last);
    if (line->last == CONF_WORDS_END) {
        ck_assert_ptr_eq(cursor, end);
        ck_assert_uint_eq(length, 0);
    }
}
END_TEST

START_TEST(nothing_behind_the_end_is_read)
{
    const char text[] = "\"ab\" cd";
    char word[8];
    size_t length;
    for (size_t cut = 0; cut < sizeof(text); cut++) {
        char copy[16];
        memset(copy, '"', sizeof(copy)); /* would close a quote that the cut leaves open */
        memcpy(copy, text, cut);
        const char *cursor = copy;
        const enum conf_word found =
            conf_next_word(&cursor, copy + cut, word, sizeof(word), &length);
        ck_assert(cursor <= copy + cut);
        ck_assert_int_eq(found, cut == 0 ? CONF_WORDS_END : cut < 4 ? CONF_WORD_BAD : CONF_WORD);
    }
}
END_TEST

START_TEST(a_long_word_is_cut_and_its_length_told)
{
    const char text[] = "abcdefgh \"i\\x6akl\"";
    for (size_t size = 0; size <= 8; size++) {
        const char *cursor = text;
        char word[9];
        size_t length;
        memset(word, '#', sizeof(word));
        ck_assert_int_eq(conf_next_word(&cursor, text + strlen(text), word, size, &length),
                         CONF_WORD);
        ck_assert_uint_eq(length, 8);
        ck_assert_mem_eq(word, "abcdefgh", size);
        ck_assert_int_eq(word[size], '#');
        ck_assert_ptr_eq(cursor, text + 8);
        ck_assert_int_eq(conf_next_word(&cursor, text + strlen(text), word, 0, &length), CONF_WORD);
        ck_assert_uint_eq(length, 4);
    }
}
END_TEST

/* Quoted, it is one line of printable ASCII that is read back as the same bytes. */
static void check_round_trip(const char *bytes, size_t length)
{
    char line[4 * 128 + 2];
    char back[128];
    const size_t quoted = conf_quote(line, sizeof(line), bytes, length);
    ck_assert_uint_le(quoted, 4 * length + 2);
    for (size_t i = 0; i < quoted; i++)
        ck_assert_msg(line[i] >= 0x20 && line[i] < 0x7f, "byte %d at %zu", line[i], i);
    const char *cursor = line;
    size_t back_length;
    ck_assert_int_eq(conf_next_word(&cursor, line + quoted, back, sizeof(back), &back_length),
                     CONF_WORD);
    ck_assert_uint_eq(back_length, length);
    ck_assert_mem_eq(back, bytes, length);
    ck_assert_int_eq(conf_next_word(&cursor, line + quoted, back, sizeof(back), &back_length),
                     CONF_WORDS_END);
}

START_TEST(every_byte_comes_back)
{
    for (int c = 0; c < 256; c++) {
        const char bytes[] = {(char)c, 'x', (char)c, (char)c, '4', '1', (char)c};
        for (size_t length = 0; length <= sizeof(bytes); length++)
            check_round_trip(bytes, length);
    }
}
END_TEST

START_TEST(random_strings_come_back)
{
    unsigned state = 1; /* the same strings at every run */
    for (int i = 0; i < 1000; i++) {
        char bytes[128];
        state = state * 1103515245U + 12345U;
        const size_t length = (state >> 16) % (sizeof(bytes) + 1);
        for (size_t j = 0; j < length; j++) {
            state = state * 1103515245U + 12345U;
            bytes[j] = (char)(state >> 16);
        }
        check_round_trip(bytes, length);
    }
}
END_TEST

START_TEST(every_pair_of_special_bytes_comes_back)
{
    static const char special[] = {'"', '\'', '\\', 'x',  'n', '0',
                                   ' ', '\n', '\r', '\0', '#', '\x80'};
    for (size_t i = 0; i < sizeof(special); i++)
        for (size_t j = 0; j < sizeof(special); j++)
            check_round_trip((const char[]){special[i], special[j]}, 2);
}
END_TEST

struct quoting {
    const char *bytes;
    const char *quoted;
};

static const struct quoting quotings[] = {
    {"", "\"\""},
    {"plain", "\"plain\""},
    {"a b#;$'`", "\"a b#;$'`\""},
    {"\"", "\"\\\"\""},
    {"\\", "\"\\\\\""},
    {"\n\r\t", "\"\\x0a\\x0d\\x09\""},
    {"\x1f\x20\x7e\x7f\x80\xff", "\"\\x1f ~\\x7f\\x80\\xff\""},
};

START_TEST(the_quoted_form)
{
    const struct quoting *quoting = &quotings[_i];
    const size_t needed = strlen(quoting->quoted);
    for (size_t size = 0; size <= needed + 1; size++) {
        char out[40];
        memset(out, '#', sizeof(out));
        ck_assert_uint_eq(conf_quote(out, size, quoting->bytes, strlen(quoting->bytes)), needed);
        ck_assert_mem_eq(out, quoting->quoted, size < needed ? size : needed);
        ck_assert_int_eq(out[size < needed ? size : needed], '#');
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("conf_words");
    tcase_add_loop_test(tests, lines_are_split_as_redis_does, 0, sizeof(lines) / sizeof(lines[0]));
    tcase_add_test(tests, nothing_behind_the_end_is_read);
    tcase_add_test(tests, a_long_word_is_cut_and_its_length_told);
    tcase_add_test(tests, every_byte_comes_back);
    tcase_add_test(tests, random_strings_come_back);
    tcase_add_test(tests, every_pair_of_special_bytes_comes_back);
    tcase_add_loop_test(tests, the_quoted_form, 0, sizeof(quotings) / sizeof(quotings[0]));
    return unit_main("conf_words", tests);
}
