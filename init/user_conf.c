// SPDX-License-Identifier: Apache-2.0
#include "user_conf.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "conf_words.h"
#include "redis_conf.h"

#define INCLUDE_DEPTH_MAX 16
#define PATH_WORD_MAX 4096

static bool check_file(const char *path, const struct report *report, int depth,
                       struct failure *failure);

/* Redis 7 and later take a pattern, and one that matches nothing is no error there. */
static bool check_include(const char *pattern, const struct report *report, int depth,
                          struct failure *failure)
{
    glob_t matches;
    if (strpbrk(pattern, "*?[") == NULL)
        return check_file(pattern, report, depth, failure);
    int result = glob(pattern, 0, NULL, &matches);
    if (result == GLOB_NOMATCH)
        return true;
    if (result != 0)
        return failure_set(failure, EX_CONFIG, 0, "include %.200s can't be searched", pattern);
    bool ok = true;
    for (size_t i = 0; ok && i < matches.gl_pathc; i++)
        ok = check_file(matches.gl_pathv[i], report, depth, failure);
    globfree(&matches);
    return ok;
}

static bool check_owner(const struct directive_owner *owner, const char *where,
                        const struct report *report, struct failure *failure)
{
    if (owner->rule == DIRECTIVE_REFUSED)
        return failure_set(failure, EX_CONFIG, 0, "%s: `%s` is refused, %s", where, owner->name,
                           owner->instead);
    report_line(report, owner->rule == DIRECTIVE_PASSWORD ? REPORT_WARNING : REPORT_DETAIL,
                "%s: `%s` has no effect, %s", where, owner->name, owner->instead);
    return true;
}

static bool is_include(const char *name, size_t length)
{
    return length == strlen("include") && strncasecmp(name, "include", length) == 0;
}

static bool check_line(const char *line, size_t length, const char *where,
                       const struct report *report, int depth, struct failure *failure)
{
    const char *cursor = line;
    const char *end = line + length;
    char name[64];
    char value[PATH_WORD_MAX];
    size_t name_length;
    size_t value_length;
    while (cursor < end && strchr(" \t\r\n", *cursor) != NULL)
        cursor++;
    if (cursor == end || *cursor == '#' ||
        conf_next_word(&cursor, end, name, sizeof(name), &name_length) != CONF_WORD ||
        name_length >= sizeof(name) ||
        conf_next_word(&cursor, end, value, sizeof(value) - 1, &value_length) != CONF_WORD ||
        value_length >= sizeof(value))
        return true; /* nothing there, or a line that the server itself refuses */
    value[value_length] = '\0';

    const struct directive_owner *owner = redis_conf_owner(name, name_length, value);
    if (owner != NULL)
        return check_owner(owner, where, report, failure);
    if (is_include(name, name_length))
        return check_include(value, report, depth + 1, failure);
    return true;
}

static bool check_lines(FILE *file, const char *path, const struct report *report, int depth,
                        struct failure *failure)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    bool ok = true;
    for (unsigned number = 1; ok && (length = getline(&line, &size, file)) >= 0; number++) {
        char where[320];
        (void)snprintf(where, sizeof(where), "%s:%u", path, number);
        if (memchr(line, '\0', (size_t)length) != NULL) /* Redis joins what is around it */
            ok = failure_set(failure, EX_CONFIG, 0, "%s has a NUL byte", where);
        else
            ok = check_line(line, (size_t)length, where, report, depth, failure);
    }
    if (line != NULL)
        explicit_bzero(line, size); /* a user's conf may hold passwords */
    free(line);
    if (ok && ferror(file))
        return failure_set(failure, EX_CONFIG, errno, "%s can't be read", path);
    return ok;
}

static bool check_file(const char *path, const struct report *report, int depth,
                       struct failure *failure)
{
    if (depth > INCLUDE_DEPTH_MAX)
        return failure_set(failure, EX_CONFIG, 0, "%s: more than %d files include each other", path,
                           INCLUDE_DEPTH_MAX);
    struct stat status;
    FILE *file = stat(path, &status) == 0 && !S_ISREG(status.st_mode) ? (errno = EINVAL, NULL)
                                                                      : fopen(path, "re");
    if (file == NULL)
        return failure_set(failure, EX_CONFIG, errno, "%s can't be read by the server", path);
    bool ok = check_lines(file, path, report, depth, failure);
    (void)fclose(file);
    return ok;
}

/* `text` is quoted as in redis.conf. */
static bool check_quoted_include(const char *text, const struct report *report,
                                 struct failure *failure)
{
    char path[PATH_WORD_MAX];
    size_t length;
    const char *end = text + strlen(text);
    if (conf_next_word(&text, end, path, sizeof(path) - 1, &length) != CONF_WORD ||
        length >= sizeof(path))
        return true; /* a line that the server itself refuses */
    path[length] = '\0';
    return check_include(path, report, 1, failure);
}

static bool check_argument(const struct server_arg *arg, const struct report *report,
                           struct failure *failure)
{
    bool ok = check_quoted_include(arg->rest, report, failure);
    for (size_t i = 0; ok && i < arg->value_count; i++)
        ok = check_include(arg->values[i], report, 1, failure);
    return ok;
}

bool user_conf_check_includes(const struct settings *settings, const struct server_args *args,
                              const struct report *report, struct failure *failure)
{
    bool ok = true;
    for (size_t i = 0; ok && i < settings->directive_count; i++) {
        const struct directive_line *line = &settings->directives[i];
        if (is_include(line->name, strlen(line->name)))
            ok = check_quoted_include(line->value, report, failure);
    }
    for (size_t i = 0; ok && i < args->count; i++)
        if (is_include(args->list[i].name, args->list[i].name_length))
            ok = check_argument(&args->list[i], report, failure);
    return ok;
}

bool user_conf_check(const char *path, const struct report *report, struct failure *failure)
{
    return check_file(path, report, 0, failure);
}
