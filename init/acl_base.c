// SPDX-License-Identifier: Apache-2.0
#include "acl_base.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line_walk.h"

/* SHA-256 of no byte: FIPS 180-4, and sha256sum(1) of /dev/null. */
#define HASH_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct parser {
    struct acl_base *base;
    const struct settings *settings;
    unsigned line;
    struct failure *failure;
};

static bool fail(struct parser *parser, const char *problem)
{
    return failure_set(parser->failure, EX_CONFIG, 0, "%s:%u: %s", parser->settings->aclfile,
                       parser->line, problem);
}

static bool is_user(const struct acl_base_user *user, const char *name, size_t length)
{
    return user->name_length == length && memcmp(user->name, name, length) == 0;
}

static const struct acl_base_user *find(const struct acl_base *base,
                                        const struct acl_base_user *user)
{
    for (size_t i = 0; i < base->count; i++)
        if (is_user(&base->users[i], user->name, user->name_length))
            return &base->users[i];
    return NULL;
}

static bool judge_name(struct parser *parser, const struct acl_base_user *user)
{
    const struct users_settings *users = &parser->settings->users;
    if (is_user(user, USER_DEFAULT, strlen(USER_DEFAULT)))
        return fail(parser,
                    "`user default` is not the file's, take it out: its password is that of "
                    "[password], [user default] has its rules, `default_user = off` turns "
                    "it off");
    if (is_user(user, USER_INTERNAL, strlen(USER_INTERNAL)))
        return fail(parser, "the user `" USER_INTERNAL "` is redis-init's own, take it out");
    for (size_t i = 0; i < users->count; i++)
        if (is_user(user, users->list[i]->name, strlen(users->list[i]->name)))
            return failure_set(parser->failure, EX_CONFIG, 0,
                               "%s:%u: the user `%s` is in the ini, too (%s): keep one of them",
                               parser->settings->aclfile, parser->line, users->list[i]->name,
                               users->list[i]->where);
    return find(parser->base, user) == NULL || fail(parser, "a user stands here a second time");
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool has_hash(const struct acl_base_user *user, const char *hash)
{
    char word[ACL_HASH_LENGTH + 2];
    const int length = snprintf(word, sizeof(word), "#%s", hash);
    const char *end = user->rules + user->rules_length;
    const char *at = user->rules; /* a blank, if there is more */
    while ((at = memmem(at, (size_t)(end - at), word, (size_t)length)) != NULL) {
        if (is_blank(at[-1]))
            return true;
        at++;
    }
    return false;
}

const struct acl_base_user *acl_base_owner(const struct acl_base *base, const char *hash)
{
    for (size_t i = 0; i < base->count; i++)
        if (has_hash(&base->users[i], hash))
            return &base->users[i];
    return NULL;
}

/* An acl_visitor. */
static bool judge_hash(const struct acl_rule *rule, void *context)
{
    struct parser *parser = context;
    char hash[ACL_HASH_LENGTH + 1];
    if (rule->length != ACL_HASH_LENGTH + 1 || *rule->text != '#')
        return true;
    *(char *)mempcpy(hash, rule->text + 1, ACL_HASH_LENGTH) = '\0';
    if (strcmp(hash, HASH_OF_NOTHING) == 0 && !parser->settings->allow_empty_password)
        return fail(parser, "the hash is of an empty password");
    const struct acl_base_user *owner = acl_base_owner(parser->base, hash);
    return owner == NULL || failure_set(parser->failure, EX_CONFIG, 0,
                                        "%s:%u: the user has the password of another (line %u), "
                                        "give each his own",
                                        parser->settings->aclfile, parser->line, owner->line);
}

static bool fail_rule(struct parser *parser, const struct acl_base_user *user,
                      const struct acl_problem *problem)
{
    char where[PATH_MAX + 16];
    char name[64];
    if (problem->text == NULL) /* judge_hash() has said it */
        return false;
    (void)snprintf(where, sizeof(where), "%s:%u", parser->settings->aclfile, parser->line);
    (void)snprintf(name, sizeof(name), "%.*s", (int)user->name_length, user->name);
    return acl_problem_failure(problem, name, where, parser->failure);
}

static bool judge_rules(struct parser *parser, const struct acl_base_user *user)
{
    struct acl_state state = {.enabled = false};
    struct acl_problem problem;
    if (!acl_rules_check(user->rules, user->rules_length, ACL_OF_FILE, &state, judge_hash, parser,
                         &problem))
        return fail_rule(parser, user, &problem);
    return !state.enabled || !state.no_password || parser->settings->allow_empty_password ||
           fail(parser, "the user is `on` and `nopass`: write # and the SHA-256 of a password");
}

/* As user_settings_begin() judges one. */
static bool is_right_name(const char *name, size_t length)
{
    size_t n = 0;
    while (n < length && !isspace((unsigned char)name[n]) && !iscntrl((unsigned char)name[n]))
        n++;
    return n == length && length > 0;
}

static bool parse_user(struct parser *parser, const char *line, const char *end)
{
    static const char keyword[] = "user ";
    const size_t length = strlen(keyword);
    if ((size_t)(end - line) <= length || memcmp(line, keyword, length) != 0)
        return fail(parser, "no line of an aclfile, which are `user NAME RULES`");
    if (parser->base->count == ACL_BASE_USERS_MAX)
        return fail(parser, "there are too many users before");
    struct acl_base_user user = {.name = line + length, .line = parser->line};
    const char *blank = memchr(user.name, ' ', (size_t)(end - user.name));
    user.rules = blank != NULL ? blank : end;
    user.name_length = (size_t)(user.rules - user.name);
    user.rules_length = (size_t)(end - user.rules);
    if (!is_right_name(user.name, user.name_length))
        return fail(parser, "no line of an aclfile, which are `user NAME RULES`");
    if (!judge_name(parser, &user) || !judge_rules(parser, &user))
        return false;
    parser->base->users[parser->base->count++] = user;
    return true;
}

static bool parse_line(struct parser *parser, const char *line, const char *end)
{
    while (line < end && is_blank(*line))
        line++;
    while (line < end && is_blank(end[-1]))
        end--;
    return line == end || *line == '#' || parse_user(parser, line, end);
}

static bool has_line(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] != '\n' && !is_blank(text[i]))
            return true;
    return false;
}

bool acl_base_parse(struct acl_base *base, char *text, size_t length,
                    const struct settings *settings, struct failure *failure)
{
    struct parser parser = {base, settings, 1, failure};
    struct text_line line;
    const char *cursor = text;
    const char *end = text + length;
    base->text = text;
    base->users = calloc(ACL_BASE_USERS_MAX, sizeof(*base->users));
    base->count = 0;
    if (base->users == NULL)
        return failure_set(failure, EX_OSERR, errno, "no memory for the users");
    if (memchr(text, '\0', length) != NULL)
        return failure_set(failure, EX_CONFIG, 0, "[redis] aclfile: %s has a NUL byte",
                           settings->aclfile);
    if (!has_line(text, length))
        return failure_set(failure, EX_CONFIG, 0,
                           "[redis] aclfile: %s has no line, give it a user or a comment",
                           settings->aclfile);
    base->is_cut = text[length - 1] != '\n';
    bool ok = true;
    for (; ok && line_next(&cursor, end, &line); parser.line++)
        ok = parse_line(&parser, line.begin, line.end);
    return ok;
}

void acl_base_free(struct acl_base *base)
{
    free(base->text);
    free(base->users);
    *base = (struct acl_base){.text = NULL};
}

static bool judge_file(int fd, const char *path, size_t *size, struct failure *failure)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return failure_set(failure, EX_CONFIG, errno, "[redis] aclfile: %s can't be read", path);
    if (!S_ISREG(status.st_mode))
        return failure_set(failure, EX_CONFIG, 0, "[redis] aclfile: %s is not a regular file",
                           path);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return failure_set(failure, EX_CONFIG, 0,
                           "[redis] aclfile: %s can be written by others (mode %04o), chmod go-w",
                           path, status.st_mode & 07777);
    if (status.st_size > ACL_BASE_MAX)
        return failure_set(failure, EX_CONFIG, 0, "[redis] aclfile: %s is larger than %d bytes",
                           path, ACL_BASE_MAX);
    *size = (size_t)status.st_size;
    return true;
}

/* What comes behind the size of a moment ago is left for the next start. */
static bool read_file(struct acl_base *base, int fd, size_t size, const struct settings *settings,
                      struct failure *failure)
{
    char *text = malloc(size + 1);
    size_t length = 0;
    ssize_t n = 1;
    while (text != NULL && length < size && n != 0) {
        n = read(fd, text + length, size - length);
        if (n < 0 && errno != EINTR)
            break;
        length += n > 0 ? (size_t)n : 0;
    }
    if (text != NULL && n >= 0)
        return acl_base_parse(base, text, length, settings, failure);
    failure_set(failure, EX_OSERR, errno, "[redis] aclfile: %s can't be read", settings->aclfile);
    free(text);
    return false;
}

bool acl_base_load(struct acl_base *base, const struct settings *settings, struct failure *failure)
{
    const char *path = settings->aclfile;
    size_t size = 0;
    *base = (struct acl_base){.text = NULL};
    if (*path == '\0')
        return true;
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return failure_set(failure, EX_CONFIG, errno,
                           "[redis] aclfile: %s can't be opened by uid %u", path, geteuid());
    const bool ok =
        judge_file(fd, path, &size, failure) && read_file(base, fd, size, settings, failure);
    (void)close(fd);
    return ok;
}
