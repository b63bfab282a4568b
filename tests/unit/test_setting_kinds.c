// SPDX-License-Identifier: Apache-2.0
#include "setting_kinds.h"

#include <stdlib.h>
#include <string.h>

#include "settings.h"
#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define EXPECTED "what is expected"

struct row {
    const char *value;
    const char *printed; /* NULL: the value is wrong */
};

static struct setting_key key_of(const struct setting_kind *kind, const char *standard)
{
    return (struct setting_key){
        .kind = kind, .standard = standard, .minimum = 1, .maximum = 100, .expected = EXPECTED};
}

/* What is wrong leaves the field as it was. */
static void expect_row(void *field, const struct setting_key *key, const struct row *row,
                       const char *before)
{
    char text[8192];
    const char *problem = key->kind->parse(field, key, row->value);
    key->kind->print(field, text, sizeof(text));
    if (row->printed == NULL)
        ck_assert_str_eq(problem, EXPECTED);
    else
        ck_assert_ptr_null(problem);
    ck_assert_str_eq(text, row->printed != NULL ? row->printed : before);
}

static const struct row numbers[] = {
    {"1", "1"},
    {"100", "100"},
    {"007", "7"},
    {"010", "10"},
    {"0", NULL},
    {"101", NULL},
    {"", NULL},
    {" 5", NULL},
    {"5 ", NULL},
    {"+5", NULL},
    {"-5", NULL},
    {"5s", NULL},
    {"0x10", NULL},
    {"1e1", NULL},
    {"5.0", NULL},
    {"abc", NULL},
    {"5\n", NULL},
    {"\t5", NULL},
    {"4294967301", NULL},
    {"18446744073709551617", NULL},
    {"99999999999999999999999", NULL},
};

START_TEST(a_number_within_its_bounds)
{
    unsigned field = 42;
    const struct setting_key key = key_of(&setting_number, "1");
    expect_row(&field, &key, &numbers[_i], "42");
}
END_TEST

START_TEST(the_largest_number)
{
    unsigned field = 0;
    struct setting_key key = key_of(&setting_number, "1");
    key.maximum = 4294967294;
    expect_row(&field, &key, &(struct row){"4294967294", "4294967294"}, "");
    expect_row(&field, &key, &(struct row){"4294967295", NULL}, "4294967294");
}
END_TEST

static const struct row texts[] = {
    {"x", "x"},
    {"two words", "two words"},
    {"\xc3\xa9", "\xc3\xa9"},
    {"a=b;c", "a=b;c"},
    {"line\nend", NULL},
    {"tab\t", NULL},
    {"\x1b[1m", NULL},
    {"\x7f", NULL},
    {"", NULL},
};

static void expect_text(const struct setting_kind *kind, const char *standard,
                        const struct row *row)
{
    char *field = strdup("before");
    const struct setting_key key = key_of(kind, standard);
    expect_row(&field, &key, row, "before");
    free(field);
}

START_TEST(a_text_without_control_characters)
{
    expect_text(&setting_text, "standard", &texts[_i]);
}
END_TEST

START_TEST(a_text_may_be_empty_where_its_default_is)
{
    expect_text(&setting_text, "", &(struct row){"", ""});
    expect_text(&setting_variable_name, "", &(struct row){"", ""});
}
END_TEST

START_TEST(a_text_is_a_copy)
{
    char value[] = "mine";
    char *field = NULL;
    const struct setting_key key = key_of(&setting_text, "x");
    ck_assert_ptr_null(setting_text.parse(&field, &key, value));
    value[0] = 'x';
    ck_assert_str_eq(field, "mine");
    free(field);
    ck_assert(setting_text.allocated && setting_absolute_path.allocated);
    ck_assert(setting_variable_name.allocated && !setting_number.allocated);
    ck_assert(!setting_yes_no.allocated && !setting_conf_place.allocated);
}
END_TEST

/* The kernel would follow a symbolic link because of a slash at the end. */
static const struct row paths[] = {
    {"/data", "/data"},  {"/data/", "/data"},    {"/data///", "/data"},
    {"/a//b/", "/a//b"}, {"/data/.", "/data/."}, {"/", "/"},
    {"//", "/"},         {"/a b/", "/a b"},      {"data", NULL},
    {"./data", NULL},    {"../data", NULL},      {"~/data", NULL},
    {"", NULL},          {" /data", NULL},       {"/da\nta", NULL},
};

START_TEST(an_absolute_path_without_a_slash_at_its_end)
{
    expect_text(&setting_absolute_path, "/standard", &paths[_i]);
}
END_TEST

START_TEST(a_path_has_a_length)
{
    char path[4097];
    memset(path, 'x', sizeof(path));
    path[0] = '/';
    path[4096] = '\0';
    expect_text(&setting_absolute_path, "/", &(struct row){path, NULL});
    path[4095] = '\0';
    expect_text(&setting_absolute_path, "/", &(struct row){path, path});
}
END_TEST

static const struct row names[] = {
    {"REDIS_PASSWORD", "REDIS_PASSWORD"},
    {"_x9", "_x9"},
    {"a", "a"},
    {"9x", NULL},
    {"A-B", NULL},
    {"A B", NULL},
    {"A=B", NULL},
    {"A\n", NULL},
    {"\xc3\xa9", NULL},
    {"$A", NULL},
    {"", NULL},
};

START_TEST(a_name_of_a_variable)
{
    expect_text(&setting_variable_name, "standard", &names[_i]);
}
END_TEST

static const struct row answers[] = {
    {"yes", "yes"}, {"no", "no"}, {"Yes", NULL}, {"NO", NULL},   {"true", NULL},
    {"1", NULL},    {"", NULL},   {"y", NULL},   {"yes ", NULL}, {"noo", NULL},
};

START_TEST(yes_or_no)
{
    bool field = true;
    const struct setting_key key = key_of(&setting_yes_no, "no");
    expect_row(&field, &key, &answers[_i], "yes");
    field = false;
    expect_row(&field, &key, &answers[_i], "no");
}
END_TEST

static const struct row places[] = {
    {"auto", "auto"}, {"file", "file"}, {"memfd", "memfd"}, {"", NULL},
    {"FILE", NULL},   {"mem", NULL},    {"filex", NULL},    {"auto ", NULL},
};

START_TEST(a_place_of_the_conf)
{
    enum conf_place field = CONF_MEMFD;
    const struct setting_key key = key_of(&setting_conf_place, "auto");
    expect_row(&field, &key, &places[_i], "memfd");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("setting kinds");
    tcase_add_loop_test(tests, a_number_within_its_bounds, 0, COUNT(numbers));
    tcase_add_test(tests, the_largest_number);
    tcase_add_loop_test(tests, a_text_without_control_characters, 0, COUNT(texts));
    tcase_add_test(tests, a_text_may_be_empty_where_its_default_is);
    tcase_add_test(tests, a_text_is_a_copy);
    tcase_add_loop_test(tests, an_absolute_path_without_a_slash_at_its_end, 0, COUNT(paths));
    tcase_add_test(tests, a_path_has_a_length);
    tcase_add_loop_test(tests, a_name_of_a_variable, 0, COUNT(names));
    tcase_add_loop_test(tests, yes_or_no, 0, COUNT(answers));
    tcase_add_loop_test(tests, a_place_of_the_conf, 0, COUNT(places));
    return unit_main("setting kinds", tests);
}
