// SPDX-License-Identifier: Apache-2.0
#include "conf_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_words.h"

#define INCLUDE_DEPTH_MAX 16
#define PATH_WORD_MAX 4096

static bool walk_file(const char *path, const struct conf_visitor *visitor, int depth,
                      struct failure *failure);

/* Redis 7 and later take a pattern, and one that matches nothing is no error there. */
static bool walk_include(const char *pattern, const struct conf_visitor *visitor, int depth,
                         struct failure *failure)
{
    glob_t matches;
    if (strpbrk(pattern, "*?[") == NULL)
        return walk_file(pattern, visitor, depth, failure);
    int result = glob(pattern, 0, NULL, &matches);
    if (result == GLOB_NOMATCH)
        return true;
    if (result != 0)
        return failure_set(failure, EX_CONFIG, 0, "include %.200s can't be searched", pattern);
    bool ok = true;
    for (size_t i = 0; ok && i < matches.gl_pathc; i++)
        ok = walk_file(matches.gl_pathv[i], visitor, depth, failure);
    globfree(&matches);
    return ok;
}

static bool is_include(const char *name, size_t length)
{
    return length == strlen("include") && strncasecmp(name, "include", length) == 0;
}

static bool walk_line(const char *line, size_t length, const char *where,
                      const struct conf_visitor *visitor, int depth, struct failure *failure)
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

    if (is_include(name, name_length))
        return walk_include(value, visitor, depth + 1, failure);
    const struct conf_directive directive = {name, name_length, value, where};
    return visitor->visit(&directive, visitor->context, failure);
}

static bool walk_lines(FILE *file, const char *path, const struct conf_visitor *visitor, int depth,
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
            ok = walk_line(line, (size_t)length, where, visitor, depth, failure);
    }
    if (line != NULL)
        explicit_bzero(line, size); /* a user's conf may hold passwords */
    free(line);
    if (ok && ferror(file))
        return failure_set(failure, EX_CONFIG, errno, "%s can't be read", path);
    return ok;
}

/* NULL with errno; a FIFO without a writer must not keep us. */
static FILE *open_regular(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    FILE *file = NULL;
    if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode))
        errno = EINVAL;
    else
        file = fdopen(fd, "r");
    if (file == NULL) {
        int error = errno;
        (void)close(fd);
        errno = error;
    }
    return file;
}

static bool walk_file(const char *path, const struct conf_visitor *visitor, int depth,
                      struct failure *failure)
{
    if (depth > INCLUDE_DEPTH_MAX)
        return failure_set(failure, EX_CONFIG, 0, "%s: more than %d files include each other", path,
                           INCLUDE_DEPTH_MAX);
    FILE *file = open_regular(path);
    if (file == NULL)
        return failure_set(failure, EX_CONFIG, errno, "%s can't be read by the server", path);
    bool ok = walk_lines(file, path, visitor, depth, failure);
    (void)fclose(file);
    return ok;
}

/* `text` is quoted as in redis.conf. */
static bool walk_quoted_include(const char *text, const struct conf_visitor *visitor,
                                struct failure *failure)
{
    char path[PATH_WORD_MAX];
    size_t length;
    const char *end = text + strlen(text);
    if (conf_next_word(&text, end, path, sizeof(path) - 1, &length) != CONF_WORD ||
        length >= sizeof(path))
        return true; /* a line that the server itself refuses */
    path[length] = '\0';
    return walk_include(path, visitor, 1, failure);
}

static bool walk_argument(const struct server_arg *arg, const struct conf_visitor *visitor,
                          struct failure *failure)
{
    bool ok = walk_quoted_include(arg->rest, visitor, failure);
    for (size_t i = 0; ok && i < arg->value_count; i++)
        ok = walk_include(arg->values[i], visitor, 1, failure);
    return ok;
}

bool conf_walk_includes(const struct settings *settings, const struct server_args *args,
                        const struct conf_visitor *visitor, struct failure *failure)
{
    bool ok = true;
    for (size_t i = 0; ok && i < settings->directive_count; i++) {
        const struct directive_line *line = &settings->directives[i];
        if (is_include(line->name, strlen(line->name)))
            ok = walk_quoted_include(line->value, visitor, failure);
    }
    for (size_t i = 0; ok && i < args->count; i++)
        if (is_include(args->list[i].name, args->list[i].name_length))
            ok = walk_argument(&args->list[i], visitor, failure);
    return ok;
}

bool conf_walk_file(const char *path, const struct conf_visitor *visitor, struct failure *failure)
{
    return walk_file(path, visitor, 0, failure);
}
