// SPDX-License-Identifier: Apache-2.0
#include "acl_base.h"
#include "acl_file.h"
#include "acl_rules.h"
#include "fuzz.h"

#define OUT_SIZE 65536

struct seen {
    const char *text;
    size_t length;
    size_t count;
};

/* An acl_visitor: a rule, and its name, stand in the text. */
static bool see(const struct acl_rule *rule, void *context)
{
    struct seen *seen = context;
    require(rule->text >= seen->text && rule->text + rule->length <= seen->text + seen->length,
            "a rule stands in the text");
    require(rule->kind == ACL_OTHER ||
                (rule->name_length > 0 && rule->name > rule->text &&
                 rule->name + rule->name_length <= rule->text + rule->length),
            "a name stands in its rule");
    seen->count++;
    return true;
}

static void check_rules(const char *text, size_t size, enum acl_author author)
{
    struct acl_state state = {.enabled = false};
    struct acl_problem problem;
    struct failure failure = {0};
    struct seen seen = {.text = text, .length = size};
    if (acl_rules_check(text, size, author, &state, see, &seen, &problem)) {
        require(seen.count == problem.number, "each rule is visited");
        require(author == ACL_OF_FILE ||
                    (!state.enabled && !state.no_password && state.passwords == 0),
                "the ini's rules say nothing of passwords and state");
        return;
    }
    require(problem.text != NULL, "a problem has a text");
    require(problem.length == 0 ||
                (problem.rule >= text && problem.rule + problem.length <= text + size),
            "what is shown stands in the text");
    require(problem.length < 2 || strchr("<>#!", *problem.rule) == NULL,
            "of a password only the operator is shown");
    (void)acl_problem_failure(&problem, "fuzz", "fuzz.ini:1", &failure);
    require(failure.exit_code == EX_CONFIG, "a bad rule ends with 78");
    require_told(&failure);
}

/* What comes of a base is a base that says the same. */
static void check_written(const struct acl_base *base, struct settings *settings)
{
    static char out[2][OUT_SIZE];
    static const struct acl_users none;
    struct failure failure = {0};
    struct acl_file file = {.base = base, .users = &none};
    const size_t length = acl_file_write(out[0], OUT_SIZE, &file);
    if (length > OUT_SIZE || base->count == 0) /* comments alone */
        return;
    char *copy = copy_of(out[0], length);
    char *ours = strstr(copy, "user default off ");
    require(ours != NULL && (ours == copy || ours[-1] == '\n'), "there is a line of default");
    const size_t of_base = (size_t)(ours - copy);
    copy[of_base] = '\0';
    struct acl_base again;
    require(acl_base_parse(&again, copy, of_base, settings, &failure), "it is read again");
    require(again.count == base->count, "with the same users");
    file.base = &again;
    require(acl_file_write(out[1], OUT_SIZE, &file) == length &&
                memcmp(out[0], out[1], length) == 0,
            "and is written as it was");
    acl_base_free(&again);
}

static void check_base(const uint8_t *data, size_t size)
{
    struct settings settings = {.aclfile = "fuzz.acl"};
    struct failure failure = {0};
    struct acl_base base;
    if (acl_base_parse(&base, copy_of(data, size), size, &settings, &failure)) {
        check_written(&base, &settings);
    } else {
        require(failure.exit_code == EX_CONFIG, "a bad aclfile ends with 78");
        require(strstr(failure.text, "fuzz.acl") != NULL, "the error names the file");
        require_told(&failure);
    }
    acl_base_free(&base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *exact = malloc(size > 0 ? size : 1); /* nothing behind it may be read */
    require(exact != NULL, "there is memory");
    if (size > 0)
        memcpy(exact, data, size);
    check_rules(exact, size, ACL_OF_SETTINGS);
    check_rules(exact, size, ACL_OF_FILE);
    check_base(data, size);
    free(exact);
    return 0;
}
