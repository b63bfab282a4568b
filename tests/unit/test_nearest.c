// SPDX-License-Identifier: Apache-2.0
#include "nearest.h"

#include <string.h>

#include "unit.h"

struct row {
    const char *name;
    int other; /* a table is walked by its rows, not by its names */
};

static const struct row rows[] = {
    {"port", 1},
    {"bind", 2},
    {"min_length", 3},
    {"min_entropy", 4},
    {"stop_timeout", 5},
    {"abcdef_one", 6},
    {"abcdef_two", 7},
    {"ab", 8},
    {"abc", 9},
    {"uvwxy", 10},
    {"", 11},
    {"a_name_that_is_exactly_as_long_as_the_41", 12},
    {"a_name_that_is_one_byte_longer_than_forty", 13},
};

struct guess {
    const char *word;
    const char *meant;
};

static const struct guess guesses[] = {
    {"port", "port"},
    {"prt", "port"},   /* one deleted */
    {"portt", "port"}, /* one inserted */
    {"sort", "port"},  /* one changed */
    {"prot", "port"},  /* two swapped */
    {"trop", NULL},    /* two of four are not fewer than half */
    {"PORT", NULL},
    {"bin", "bind"},
    {"min_lenght", "min_length"}, /* two changed */
    {"minlength", "min_length"},
    {"in_lengt", "min_length"},     /* two deleted */
    {"_min_length_", "min_length"}, /* two inserted */
    {"inlengt", NULL},              /* three */
    {"__min_length_", NULL},
    {"stop-timeout", "stop_timeout"},
    {"abcdef_twe", "abcdef_two"}, /* the nearer one, though the other comes first */
    {"abcdef_ooo", "abcdef_one"}, /* the first of two that are as near */
    {"uvw", "uvwxy"},             /* two of five are fewer than half */
    {"uv", NULL},
    {"a", NULL},    /* one of two is half */
    {"xbc", "abc"}, /* one of three */
    {"", NULL},     /* equal to the empty name, but not fewer than half */
    {"completely_else", NULL},
    {"a_name_that_is_exactly_as_long_as_the_40", "a_name_that_is_exactly_as_long_as_the_41"},
    {"a_name_that_is_one_byte_longer_than_forty", NULL},
    {"a_name_that_is_exactly_as_long_as_the_4100", NULL}, /* longer than any name */
};

START_TEST(what_was_meant)
{
    const struct guess *guess = &guesses[_i];
    const char *found =
        nearest_name(guess->word, &rows[0].name, sizeof(rows) / sizeof(rows[0]), sizeof(rows[0]));
    if (guess->meant == NULL)
        ck_assert_msg(found == NULL, "`%s` became `%s`", guess->word, found);
    else
        ck_assert_pstr_eq(found, guess->meant);
}
END_TEST

START_TEST(the_answer_is_the_pointer_of_the_table)
{
    ck_assert_ptr_eq(nearest_name("prt", &rows[0].name, 1, sizeof(rows[0])), rows[0].name);
}
END_TEST

START_TEST(nothing_is_near_in_an_empty_table)
{
    ck_assert_ptr_null(nearest_name("port", &rows[0].name, 0, sizeof(rows[0])));
    ck_assert_ptr_null(nearest_name("bind", &rows[0].name, 1, sizeof(rows[0])));
}
END_TEST

START_TEST(a_list_of_bare_names)
{
    static const char *const names[] = {"config", "checkpass", "genpass"};
    ck_assert_pstr_eq(nearest_name("chekpass", names, 3, sizeof(names[0])), "checkpass");
    ck_assert_pstr_eq(nearest_name("genpas", names, 3, sizeof(names[0])), "genpass");
}
END_TEST

/* Every single edit of a name leads back to it. */
START_TEST(one_edit_at_any_place)
{
    static const char name[] = "min_entropy";
    const size_t length = sizeof(name) - 1;
    for (size_t i = 0; i < length; i++) {
        char word[16];
        strcpy(word, name);
        word[i] = '#';
        ck_assert_pstr_eq(nearest_name(word, &rows[0].name, 5, sizeof(rows[0])), name);
        memmove(word + i, word + i + 1, length - i);
        ck_assert_pstr_eq(nearest_name(word, &rows[0].name, 5, sizeof(rows[0])), name);
        memcpy(word + i, "#", 1);
        memcpy(word + i + 1, name + i, length - i + 1);
        ck_assert_pstr_eq(nearest_name(word, &rows[0].name, 5, sizeof(rows[0])), name);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("nearest");
    tcase_add_loop_test(tests, what_was_meant, 0, sizeof(guesses) / sizeof(guesses[0]));
    tcase_add_test(tests, the_answer_is_the_pointer_of_the_table);
    tcase_add_test(tests, nothing_is_near_in_an_empty_table);
    tcase_add_test(tests, a_list_of_bare_names);
    tcase_add_test(tests, one_edit_at_any_place);
    return unit_main("nearest", tests);
}
