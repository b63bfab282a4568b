// SPDX-License-Identifier: Apache-2.0
#include "acl_rules.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static struct acl_state state;
static struct acl_problem problem;

static bool check(const char *text, enum acl_author author)
{
    state = (struct acl_state){.enabled = false};
    return acl_rules_check(text, strlen(text), author, &state, NULL, NULL, &problem);
}

static const char *const right[] = {
    "",
    "   ",
    "~*",
    "~cache:* +@read -@dangerous",
    "\t~a  ~b\t~c ",
    "~* ~*",
    "allkeys resetkeys ~a",
    "&* resetchannels &a",
    "allchannels allcommands",
    "NoCommands AllKeys",
    "+get -GET +config|get -config|set",
    "+select|0 +JSON.GET +ft.search -memory|usage",
    "%R~a %rw~b %W~c %WR~d",
    "(~a +get)",
    "( ~a +get )",
    "(~a) (&b -@all)",
    "~* (%R~a +get)",
    "~a(b)",
    "clearselectors sanitize-payload skip-sanitize-payload",
    "alldbs resetdbs db=0 db=0,1,15",
    "~k\xc3\xa4se",
    "~it's &\"a\"",
    "+@all -@all",
};

START_TEST(what_redis_takes)
{
    ck_assert_msg(check(right[_i], ACL_OF_SETTINGS), "%s: %s", right[_i], problem.text);
    ck_assert_msg(check(right[_i], ACL_OF_FILE), "%s: %s", right[_i], problem.text);
}
END_TEST

struct wrong {
    const char *rules;
    size_t number;
    const char *shown;
    const char *text;
};

static const struct wrong wrongs[] = {
    {"on", 1, "on", "set `enabled = yes`"},
    {"~a OFF", 2, "OFF", "set `enabled = no`"},
    {"nopass", 1, "nopass", "each user has a password"},
    {"reset", 1, "reset", "leave it out"},
    {"resetpass", 1, "resetpass", "leave it out"},
    {">hunter2", 1, ">", "password_file"},
    {"<hunter2", 1, "<", "password_file"},
    {"#" HASH, 1, "#", "password_file"},
    {"!" HASH, 1, "!", "password_file"},
    {"~* ~a", 2, "~a", "behind `allkeys`"},
    {"allkeys %R~a", 2, "%R~a", "behind `allkeys`"},
    {"&* &a", 2, "&a", "behind `allchannels`"},
    {"%~a", 1, "%~a", "keys to read"},
    {"%RR~a", 1, "%RR~a", "keys to read"},
    {"%X~a", 1, "%X~a", "keys to read"},
    {"%R", 1, "%R", "keys to read"},
    {"+", 1, "+", "a command is"},
    {"~a -", 2, "-", "a command is"},
    {"+get!", 1, "+", "a command is"},
    {"+config|", 1, "+", "one subcommand"},
    {"+a|b|c", 1, "+", "one subcommand"},
    {"+get|\"", 1, "+", "one subcommand"},
    {"+get|a'b", 1, "+", "one subcommand"},
    {"-config|g*t", 1, "-", "one subcommand"},
    {"~a\vb", 1, "", "a vertical tab"},
    {"~a &b\f", 2, "", "a vertical tab"},
    {"(~\"a)", 1, "", "a quote"},
    {"(~a +get \"~b\")", 3, "", "a quote"},
    {"(~a'b +get)", 1, "", "a quote"},
    {"+@", 1, "+@", "a category is"},
    {"-@re!d", 1, "-@", "a category is"},
    {"db=", 1, "db=", "databases are"},
    {"db=1,", 1, "db=1,", "databases are"},
    {"db=,1", 1, "db=,1", "databases are"},
    {"db=1,,2", 1, "db=1,,2", "databases are"},
    {"(~a", 1, "", "has no )"},
    {"(~a +get", 2, "", "has no )"},
    {"(~a (~b))", 2, "(", "a selector stands"},
    {"(on)", 1, "on", "set `enabled"},
    {"(sanitize-payload)", 1, "sanitize-payload", "no place in a selector"},
    {"(>x)", 1, ">", "password_file"},
    {"(~* ~a)", 2, "~a", "behind `allkeys`"},
    {"hunter2hunter2", 1, "", "a rule is"},
    {"~a hunter2 +get", 2, "", "a rule is"},
};

START_TEST(what_the_ini_may_not_say)
{
    const struct wrong *wrong = &wrongs[_i];
    ck_assert_msg(!check(wrong->rules, ACL_OF_SETTINGS), "%s", wrong->rules);
    ck_assert_uint_eq(problem.number, wrong->number);
    ck_assert_msg(strlen(wrong->shown) == problem.length &&
                      memcmp(problem.rule, wrong->shown, problem.length) == 0,
                  "%s: `%.*s` is shown", wrong->rules, (int)problem.length, problem.rule);
    ck_assert_msg(strstr(problem.text, wrong->text) != NULL, "%s: %s", wrong->rules, problem.text);
}
END_TEST

START_TEST(a_keyword_that_is_nearly_right)
{
    struct failure failure;
    ck_assert(!check("~a alkeys", ACL_OF_SETTINGS));
    ck_assert_str_eq(problem.meant, "allkeys");
    ck_assert(!acl_problem_failure(&problem, "app", "x.ini:4", &failure));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_msg(
        strncmp(failure.text, "x.ini:4: user `app`: rule 2: did you mean `allkeys`?", 52) == 0,
        "%s", failure.text);
}
END_TEST

START_TEST(a_password_is_not_told)
{
    struct failure failure;
    ck_assert(!check(">hunter2", ACL_OF_SETTINGS));
    ck_assert(!acl_problem_failure(&problem, "app", "x.ini:4", &failure));
    ck_assert_ptr_null(strstr(failure.text, "hunter"));
    ck_assert_msg(strstr(failure.text, "rule 1 `>...`") != NULL, "%s", failure.text);
}
END_TEST

struct filed {
    const char *rules;
    bool right;
    bool enabled;
    bool no_password;
    size_t passwords;
};

static const struct filed fileds[] = {
    {"on nopass", true, true, true, 0},
    {"nopass on", true, true, true, 0},
    {"nopass on #" HASH, true, true, false, 1},
    {"on #" HASH " nopass", true, true, true, 0},
    {"on nopass resetpass", true, true, false, 0},
    {"on nopass off", true, false, true, 0},
    {"on nopass reset", true, false, false, 0},
    {"ON NoPass", true, true, true, 0},
    {"on #" HASH " ~* +@all", true, true, false, 1},
    {"on #abc", false, false, false, 0},
    {"on >secret", false, false, false, 0},
    {"on !" HASH, false, false, false, 0},
    {"(nopass)", false, false, false, 0},
    {"(#" HASH ")", false, false, false, 0},
};

START_TEST(what_an_aclfile_makes_of_a_user)
{
    const struct filed *filed = &fileds[_i];
    ck_assert_msg(check(filed->rules, ACL_OF_FILE) == filed->right, "%s", filed->rules);
    if (!filed->right)
        return;
    ck_assert_int_eq(state.enabled, filed->enabled);
    ck_assert_int_eq(state.no_password, filed->no_password);
    ck_assert_uint_eq(state.passwords, filed->passwords);
}
END_TEST

/* An acl_visitor. */
static bool print(const struct acl_rule *rule, void *context)
{
    char *text = context;
    static const char *const kinds[] = {"other", "command", "category"};
    const size_t used = strlen(text);
    (void)snprintf(text + used, 256 - used, "%s:%.*s:%d ", kinds[rule->kind],
                   (int)rule->name_length, rule->name_length > 0 ? rule->name : "",
                   (int)rule->needs);
    return strcmp(text, "command:stop:0 ") != 0;
}

START_TEST(each_rule_is_visited)
{
    static const char rules[] = "~a +Get -@read -config|set (~b +set) db=1";
    char text[256] = "";
    ck_assert(
        acl_rules_check(rules, strlen(rules), ACL_OF_SETTINGS, &state, print, text, &problem));
    ck_assert_str_eq(text, "other::0 command:Get:0 category:read:0 command:config:1 other::1 "
                           "command:set:1 other::2 ");
    text[0] = '\0';
    ck_assert(!acl_rules_check("+stop +on", 9, ACL_OF_SETTINGS, &state, print, text, &problem));
    ck_assert_ptr_null(problem.text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("acl_rules");
    tcase_add_loop_test(tests, what_redis_takes, 0, COUNT(right));
    tcase_add_loop_test(tests, what_the_ini_may_not_say, 0, COUNT(wrongs));
    tcase_add_test(tests, a_keyword_that_is_nearly_right);
    tcase_add_test(tests, a_password_is_not_told);
    tcase_add_loop_test(tests, what_an_aclfile_makes_of_a_user, 0, COUNT(fileds));
    tcase_add_test(tests, each_rule_is_visited);
    return unit_main("acl_rules", tests);
}
