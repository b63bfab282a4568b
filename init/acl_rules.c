// SPDX-License-Identifier: Apache-2.0
#include "acl_rules.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "nearest.h"

struct checker {
    enum acl_author author;
    struct acl_state *of_user;
    struct acl_state of_selector; /* of the one that is open */
    bool in_selector;
    struct acl_rule rule; /* filled by the check of a word */
    struct acl_problem *problem;
};

static struct acl_state *state_of(struct checker *checker)
{
    return checker->in_selector ? &checker->of_selector : checker->of_user;
}

/* Of what may be a password only the first byte, the operator, is shown. */
static bool fail(struct checker *checker, size_t shown, const char *text)
{
    checker->problem->rule = checker->rule.text;
    checker->problem->cut = shown < checker->rule.length;
    checker->problem->length = checker->problem->cut ? shown : checker->rule.length;
    checker->problem->text = text;
    return false;
}

static bool fail_whole(struct checker *checker, const char *text)
{
    return fail(checker, SIZE_MAX, text);
}

enum effect {
    EFFECT_NONE,
    EFFECT_ALL_KEYS,
    EFFECT_NO_KEYS,
    EFFECT_ALL_CHANNELS,
    EFFECT_NO_CHANNELS,
    EFFECT_ON,
    EFFECT_OFF,
    EFFECT_NO_PASSWORD,
    EFFECT_FORGET_PASSWORDS,
    EFFECT_RESET,
};

struct keyword {
    const char *name; /* first, so that nearest_name() can walk the table */
    enum effect effect;
    enum acl_needs needs;
    bool of_user;        /* has no place in a selector */
    const char *instead; /* in the ini, which has another way; NULL: it may stand there */
};

#define GIVE_PASSWORD "passwords are given by `password_file` and `password_env`"
#define BEGINS_EMPTY "leave it out: a user begins with no rules and no passwords"

/* clang-format off */
static const struct keyword keywords[] = {
    {"allkeys", EFFECT_ALL_KEYS, ACL_NEEDS_NOTHING, false, NULL},
    {"resetkeys", EFFECT_NO_KEYS, ACL_NEEDS_NOTHING, false, NULL},
    {"allchannels", EFFECT_ALL_CHANNELS, ACL_NEEDS_NOTHING, false, NULL},
    {"resetchannels", EFFECT_NO_CHANNELS, ACL_NEEDS_NOTHING, false, NULL},
    {"allcommands", EFFECT_NONE, ACL_NEEDS_NOTHING, false, NULL},
    {"nocommands", EFFECT_NONE, ACL_NEEDS_NOTHING, false, NULL},
    {"alldbs", EFFECT_NONE, ACL_NEEDS_DATABASES, false, NULL},
    {"resetdbs", EFFECT_NONE, ACL_NEEDS_DATABASES, false, NULL},
    {"clearselectors", EFFECT_NONE, ACL_NEEDS_SELECTORS, true, NULL},
    {"sanitize-payload", EFFECT_NONE, ACL_NEEDS_NOTHING, true, NULL},
    {"skip-sanitize-payload", EFFECT_NONE, ACL_NEEDS_NOTHING, true, NULL},
    {"on", EFFECT_ON, ACL_NEEDS_NOTHING, true, "set `enabled = yes`"},
    {"off", EFFECT_OFF, ACL_NEEDS_NOTHING, true, "set `enabled = no`"},
    {"nopass", EFFECT_NO_PASSWORD, ACL_NEEDS_NOTHING, true, "each user has a password: " GIVE_PASSWORD},
    {"resetpass", EFFECT_FORGET_PASSWORDS, ACL_NEEDS_NOTHING, true, BEGINS_EMPTY},
    {"reset", EFFECT_RESET, ACL_NEEDS_NOTHING, true, BEGINS_EMPTY},
};
/* clang-format on */

#define KEYWORD_COUNT (sizeof(keywords) / sizeof(keywords[0]))

static void apply(struct acl_state *state, enum effect effect)
{
    switch (effect) {
    case EFFECT_NONE:
        break;
    case EFFECT_ALL_KEYS:
    case EFFECT_NO_KEYS:
        state->all_keys = effect == EFFECT_ALL_KEYS;
        break;
    case EFFECT_ALL_CHANNELS:
    case EFFECT_NO_CHANNELS:
        state->all_channels = effect == EFFECT_ALL_CHANNELS;
        break;
    case EFFECT_ON:
    case EFFECT_OFF:
        state->enabled = effect == EFFECT_ON;
        break;
    case EFFECT_NO_PASSWORD:
    case EFFECT_FORGET_PASSWORDS:
        state->no_password = effect == EFFECT_NO_PASSWORD;
        state->passwords = 0;
        break;
    case EFFECT_RESET:
        *state = (struct acl_state){.enabled = false};
        break;
    }
}

static bool is(const struct acl_rule *rule, const char *name)
{
    return rule->length == strlen(name) && strncasecmp(rule->text, name, rule->length) == 0;
}

static const struct keyword *find_keyword(const struct acl_rule *rule)
{
    for (size_t i = 0; i < KEYWORD_COUNT; i++)
        if (is(rule, keywords[i].name))
            return &keywords[i];
    return NULL;
}

static bool check_keyword(struct checker *checker, const struct keyword *keyword)
{
    if (checker->author == ACL_OF_SETTINGS && keyword->instead != NULL)
        return fail_whole(checker, keyword->instead);
    if (checker->in_selector && keyword->of_user)
        return fail_whole(checker, "it has no place in a selector");
    checker->rule.needs = keyword->needs;
    apply(state_of(checker), keyword->effect);
    return true;
}

/* What is no rule may be a password: it is not shown, but a word of ours that is near. */
static bool fail_unknown(struct checker *checker)
{
    char word[40];
    const int n =
        snprintf(word, sizeof(word), "%.*s", (int)checker->rule.length, checker->rule.text);
    if (n > 0 && (size_t)n < sizeof(word))
        checker->problem->meant =
            nearest_name(word, &keywords[0].name, KEYWORD_COUNT, sizeof(keywords[0]));
    return fail(checker, 0,
                "a rule is ~pattern, &pattern, +command, -command, +@category, -@category or a "
                "word such as allkeys");
}

static bool check_keys(struct checker *checker)
{
    struct acl_state *state = state_of(checker);
    if (is(&checker->rule, "~*")) {
        apply(state, EFFECT_ALL_KEYS);
        return true;
    }
    if (state->all_keys)
        return fail_whole(checker, "behind `allkeys` or ~* it has no effect, which Redis refuses");
    return true;
}

/* %R~, %W~ and %RW~, in any case and order, each letter once. */
static bool check_permitted_keys(struct checker *checker)
{
    const struct acl_rule *rule = &checker->rule;
    size_t reads = 0;
    size_t writes = 0;
    size_t at = 1;
    for (; at < rule->length && rule->text[at] != '~'; at++) {
        const int letter = toupper((unsigned char)rule->text[at]);
        reads += letter == 'R' ? 1 : 0;
        writes += letter == 'W' ? 1 : 0;
        if (letter != 'R' && letter != 'W')
            break;
    }
    if (at == rule->length || rule->text[at] != '~' || reads > 1 || writes > 1 ||
        reads + writes == 0)
        return fail_whole(checker, "keys to read or write are %R~pattern, %W~pattern, %RW~pattern");
    checker->rule.needs = ACL_NEEDS_SELECTORS;
    return check_keys(checker);
}

static bool check_channels(struct checker *checker)
{
    struct acl_state *state = state_of(checker);
    if (is(&checker->rule, "&*")) {
        apply(state, EFFECT_ALL_CHANNELS);
        return true;
    }
    if (state->all_channels)
        return fail_whole(checker,
                          "behind `allchannels`, &* or, before Redis 7.0, no `resetchannels` "
                          "it has no effect, which Redis refuses");
    return true;
}

/* Names of commands are words; those of modules have dots and more (`JSON.GET`, `ft.search`). */
static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

static size_t name_length(const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && is_of_name(text[n]))
        n++;
    return n;
}

static bool check_category(struct checker *checker)
{
    struct acl_rule *rule = &checker->rule;
    rule->kind = ACL_CATEGORY;
    rule->name = rule->text + 2;
    rule->name_length = name_length(rule->name, rule->length - 2);
    if (rule->name_length == 0 || rule->name_length != rule->length - 2)
        return fail(checker, 2, "a category is one word, such as +@read");
    return true;
}

static bool check_command(struct checker *checker)
{
    struct acl_rule *rule = &checker->rule;
    if (rule->length > 1 && rule->text[1] == '@')
        return check_category(checker);
    const char *end = rule->text + rule->length;
    rule->kind = ACL_COMMAND;
    rule->name = rule->text + 1;
    rule->name_length = name_length(rule->name, rule->length - 1);
    const char *rest = rule->name + rule->name_length;
    if (rule->name_length == 0 || (rest < end && *rest != '|'))
        return fail(checker, 1, "a command is one word, such as +get or +config|get");
    if (rest == end)
        return true;
    rule->subcommand = rest + 1;
    rule->subcommand_length = name_length(rule->subcommand, (size_t)(end - rule->subcommand));
    /* a quote would crash Redis 8.6 and Valkey 9.1 at the next ACL GETUSER */
    if (rule->subcommand_length == 0 || rule->subcommand + rule->subcommand_length != end)
        return fail(checker, 1, "one subcommand follows the |, such as +config|get");
    if (*rule->text == '-')
        rule->needs = ACL_NEEDS_SELECTORS;
    return true;
}

static bool check_databases(struct checker *checker)
{
    const struct acl_rule *rule = &checker->rule;
    bool right = rule->length > strlen("db=");
    for (size_t i = strlen("db="); i < rule->length; i++) {
        const bool digit = isdigit((unsigned char)rule->text[i]) != 0;
        right = right && (digit || (rule->text[i] == ',' && i + 1 < rule->length &&
                                    isdigit((unsigned char)rule->text[i - 1]) != 0));
    }
    checker->rule.needs = ACL_NEEDS_DATABASES;
    return right || fail_whole(checker, "databases are numbers, such as db=0,1");
}

static bool is_hash(const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && (isdigit((unsigned char)text[n]) || (text[n] >= 'a' && text[n] <= 'f')))
        n++;
    return n == length && n == ACL_HASH_LENGTH;
}

/* >password <password #hash !hash */
static bool check_password(struct checker *checker)
{
    const struct acl_rule *rule = &checker->rule;
    if (checker->author == ACL_OF_SETTINGS)
        return fail(checker, 1, GIVE_PASSWORD);
    if (checker->in_selector)
        return fail(checker, 1, "it has no place in a selector");
    if (*rule->text == '<' || *rule->text == '!')
        return fail(checker, 1,
                    "there is no password to take away: leave it and that password out");
    if (*rule->text == '>')
        return fail(
            checker, 1,
            "a password in clear: write # and its SHA-256, or give it by `password_file` of "
            "a [user NAME]");
    if (!is_hash(rule->text + 1, rule->length - 1))
        return fail(checker, 1, "behind # stand the 64 digits of a SHA-256, in lower case");
    checker->of_user->passwords++;
    checker->of_user->no_password = false;
    return true;
}

struct prefix {
    const char *text;
    bool (*check)(struct checker *checker);
};

static const struct prefix prefixes[] = {
    {"~", check_keys},     {"%", check_permitted_keys}, {"&", check_channels},
    {"+", check_command},  {"-", check_command},        {"db=", check_databases},
    {">", check_password}, {"<", check_password},       {"#", check_password},
    {"!", check_password},
};

static bool check_word(struct checker *checker, const char *text, size_t length)
{
    checker->rule = (struct acl_rule){.text = text, .length = length};
    const struct keyword *keyword = find_keyword(&checker->rule);
    if (keyword != NULL)
        return check_keyword(checker, keyword);
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (length >= strlen(prefixes[i].text) &&
            strncasecmp(text, prefixes[i].text, strlen(prefixes[i].text)) == 0)
            return prefixes[i].check(checker);
    return fail_unknown(checker);
}

/* A word that begins with ( opens a selector, the first that ends with ) closes it: acl.c,
 * ACLMergeSelectorArguments(). */
static bool check_selector_word(struct checker *checker, const char *text, size_t length,
                                bool *closes)
{
    checker->rule = (struct acl_rule){.text = text, .length = length};
    const bool opens = *text == '(';
    for (size_t i = 0; i < length; i++)
        if (isspace((unsigned char)text[i]))
            return fail(checker, 0, "a vertical tab or form feed stands in no rule");
    if (opens && checker->in_selector)
        return fail(checker, 1, "a selector stands in no other");
    if (opens) {
        checker->in_selector = true;
        checker->of_selector = (struct acl_state){.enabled = false};
    }
    /* Redis reads a selector's words as those of redis.conf, and takes what is unbalanced for none
     */
    if (checker->in_selector &&
        (memchr(text, '"', length) != NULL || memchr(text, '\'', length) != NULL))
        return fail(checker, 0, "a quote stands in no selector");
    *closes = checker->in_selector && text[length - 1] == ')';
    text += opens ? 1 : 0;
    length -= (opens ? 1U : 0U) + (*closes ? 1U : 0U);
    if (length > 0 && !check_word(checker, text, length))
        return false;
    if (length == 0)
        checker->rule = (struct acl_rule){.text = text, .kind = ACL_OTHER};
    if (checker->in_selector)
        checker->rule.needs =
            checker->rule.needs == ACL_NEEDS_NOTHING ? ACL_NEEDS_SELECTORS : checker->rule.needs;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && is_blank(*text))
        text++;
    return text;
}

static const char *word_end(const char *text, const char *end)
{
    while (text < end && !is_blank(*text))
        text++;
    return text;
}

bool acl_rules_check(const char *text, size_t length, enum acl_author author,
                     struct acl_state *state, acl_visitor *visit, void *context,
                     struct acl_problem *problem)
{
    struct checker checker = {.author = author, .of_user = state, .problem = problem};
    const char *end = text + length;
    *problem = (struct acl_problem){.text = NULL};
    for (text = skip_blanks(text, end); text < end; text = skip_blanks(text, end)) {
        const char *next = word_end(text, end);
        bool closes;
        problem->number++;
        if (!check_selector_word(&checker, text, (size_t)(next - text), &closes))
            return false;
        if (visit != NULL && !visit(&checker.rule, context))
            return false;
        checker.in_selector = checker.in_selector && !closes;
        text = next;
    }
    return !checker.in_selector || fail(&checker, 0, "the ( of a selector has no ) in this line");
}

bool acl_problem_failure(const struct acl_problem *problem, const char *user, const char *where,
                         struct failure *failure)
{
    char shown[80] = "";
    char hint[64] = "";
    if (problem->length > 0)
        (void)snprintf(shown, sizeof(shown), " `%.*s%s`",
                       (int)(problem->length < 60 ? problem->length : 60), problem->rule,
                       problem->cut ? "..." : "");
    if (problem->meant != NULL)
        (void)snprintf(hint, sizeof(hint), "did you mean `%s`? ", problem->meant);
    return failure_set(failure, EX_CONFIG, 0, "%s: user `%.60s`: rule %zu%s: %s%s", where, user,
                       problem->number, shown, hint, problem->text);
}
