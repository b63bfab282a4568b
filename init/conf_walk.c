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

struct walk {
    const struct conf_visitor *visitor;
    bool moved; /* a `dir` came by: the server looks for relative names from there */
    int depth;
    const char *where; /* file:line */
};

static bool walk_file(struct walk *walk, const char *path, struct failure *failure);

static bool walk_matches(struct walk *walk, const char *pattern, struct failure *failure)
{
    glob_t matches;
    int result = glob(pattern, 0, NULL, &matches);
    if (result == GLOB_NOMATCH)
        return true;
    if (result != 0)
        return failure_set(failure, EX_CONFIG, 0, "include %.200s can't be searched", pattern);
    bool ok = true;
    for (size_t i = 0; ok && i < matches.gl_pathc; i++)
        ok = walk_file(walk, matches.gl_pathv[i], failure);
    globfree(&matches);
    return ok;
}

/* Redis 7 and later take a pattern, and one that matches nothing is no error there; before, it is
 * the name of a file like any other. */
static bool walk_include(struct walk *walk, const char *pattern, struct failure *failure)
{
    const bool is_pattern = strpbrk(pattern, "*?[") != NULL;
    if (*pattern != '/' && walk->moved)
        return failure_set(
            failure, EX_CONFIG, 0,
            "%s: include %.200s stands behind `dir`, where the server would look for "
            "it: give its whole path",
            walk->where, pattern);
    return (!is_pattern || walk_matches(walk, pattern, failure)) &&
           ((is_pattern && access(pattern, F_OK) != 0) || walk_file(walk, pattern, failure));
}

static bool is_named(const char *directive, const char *name, size_t length)
{
    return length == strlen(directive) && strncasecmp(name, directive, length) == 0;
}

/* The words of a line that count. */
struct line {
    char name[64];
    size_t name_length;
    char value[PATH_WORD_MAX];
    size_t value_length;
    size_t value_count;
};

/* CONF_WORDS_END for an empty line and a comment. */
static enum conf_word read_line(struct line *line, const char *text, size_t length)
{
    const char *end = text + length;
    char none;
    size_t more;
    enum conf_word found;
    while (text < end && strchr(" \t\r\n", *text) != NULL)
        text++;
    if (text == end || *text == '#')
        return CONF_WORDS_END;
    line->value_length = 0;
    line->value_count = 0;
    found = conf_next_word(&text, end, line->name, sizeof(line->name), &line->name_length);
    if (found == CONF_WORD)
        found =
            conf_next_word(&text, end, line->value, sizeof(line->value) - 1, &line->value_length);
    for (; found == CONF_WORD; line->value_count++)
        found = conf_next_word(&text, end, &none, 0, &more);
    return found == CONF_WORD_BAD ? found : CONF_WORD;
}

static bool has_nul(const char *word, size_t length, size_t size)
{
    return memchr(word, '\0', length < size ? length : size) != NULL;
}

/* The server compares names, and opens files, as strings that end in a NUL ("include\x00"). */
static bool judge_line(const struct walk *walk, const struct line *line, struct failure *failure)
{
    if (has_nul(line->name, line->name_length, sizeof(line->name)) ||
        has_nul(line->value, line->value_length, sizeof(line->value) - 1))
        return failure_set(failure, EX_CONFIG, 0, "%s has a NUL byte", walk->where);
    if (line->value_length >= sizeof(line->value) &&
        is_named("include", line->name, line->name_length))
        return failure_set(failure, EX_CONFIG, 0, "%s: the name of the included file is too long",
                           walk->where);
    return true;
}

static bool walk_line(struct walk *walk, const char *text, size_t length, struct failure *failure)
{
    struct line line;
    const enum conf_word found = read_line(&line, text, length);
    if (found == CONF_WORD_BAD) /* the server would print the line, which may hold a password */
        return failure_set(failure, EX_CONFIG, 0, "%s has unbalanced quotes", walk->where);
    if (found == CONF_WORDS_END)
        return true;
    if (!judge_line(walk, &line, failure))
        return false;
    if (line.name_length >= sizeof(line.name))
        line.name_length = sizeof(line.name) - 1; /* none of the server's is so long */
    if (line.value_length >= sizeof(line.value))
        line.value_length = sizeof(line.value) - 1; /* that it is longer matters to nobody */
    line.value[line.value_length] = '\0';

    const bool has_value = line.value_count > 0;
    const struct conf_directive directive = {
        line.name, line.name_length, line.value, line.value_count, text, length, walk->where};
    if (!walk->visitor->visit(&directive, walk->visitor->context, failure))
        return false;
    walk->moved = walk->moved || (has_value && is_named("dir", line.name, line.name_length));
    return !has_value || !is_named("include", line.name, line.name_length) ||
           walk_include(walk, line.value, failure);
}

static bool walk_lines(struct walk *walk, FILE *file, const char *path, struct failure *failure)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    bool ok = true;
    const char *before = walk->where;
    for (unsigned number = 1; ok && (length = getline(&line, &size, file)) >= 0; number++) {
        char where[320];
        (void)snprintf(where, sizeof(where), "%s:%u", path, number);
        walk->where = where;
        if (memchr(line, '\0', (size_t)length) != NULL) /* Redis joins what is around it */
            ok = failure_set(failure, EX_CONFIG, 0, "%s has a NUL byte", where);
        else
            ok = walk_line(walk, line, (size_t)length, failure);
    }
    walk->where = before;
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

static bool walk_file(struct walk *walk, const char *path, struct failure *failure)
{
    if (walk->depth > INCLUDE_DEPTH_MAX)
        return failure_set(failure, EX_CONFIG, 0, "%s: more than %d files include each other", path,
                           INCLUDE_DEPTH_MAX);
    FILE *file = open_regular(path);
    if (file == NULL)
        return failure_set(failure, EX_CONFIG, errno, "%s can't be read by the server", path);
    const struct conf_visitor *visitor = walk->visitor;
    walk->depth++;
    bool ok =
        (visitor->judge == NULL || visitor->judge(fileno(file), path, visitor->context, failure)) &&
        walk_lines(walk, file, path, failure);
    walk->depth--;
    (void)fclose(file);
    return ok;
}

/* `text` is quoted as in redis.conf; what has open quotes the server itself refuses. */
static bool walk_quoted_includes(struct walk *walk, const char *text, struct failure *failure)
{
    char path[PATH_WORD_MAX];
    size_t length;
    const char *end = text + strlen(text);
    while (conf_next_word(&text, end, path, sizeof(path) - 1, &length) == CONF_WORD) {
        if (length >= sizeof(path) || has_nul(path, length, sizeof(path)))
            return failure_set(failure, EX_CONFIG, 0,
                               "include: the name of the file is too long or has a NUL byte");
        path[length] = '\0';
        if (!walk_include(walk, path, failure))
            return false;
    }
    return true;
}

static bool walk_argument(struct walk *walk, const struct server_arg *arg, struct failure *failure)
{
    bool ok = walk_quoted_includes(walk, arg->rest, failure);
    for (size_t i = 0; ok && i < arg->value_count; i++)
        ok = walk_include(walk, arg->values[i], failure);
    return ok;
}

bool conf_walk(const struct settings *settings, const struct server_args *args,
               const struct conf_visitor *visitor, struct failure *failure)
{
    struct walk walk = {.visitor = visitor};
    bool ok = !args->has_conf_file || walk_file(&walk, args->conf_file, failure);
    for (size_t i = 0; ok && i < settings->directive_count; i++) {
        const struct directive_line *line = &settings->directives[i];
        walk.where = "[redis.conf]";
        if (is_named("include", line->name, strlen(line->name)))
            ok = walk_quoted_includes(&walk, line->value, failure);
    }
    walk.where = "argument --include";
    for (size_t i = 0; ok && i < args->count; i++)
        if (is_named("include", args->list[i].name, args->list[i].name_length))
            ok = walk_argument(&walk, &args->list[i], failure);
    return ok;
}
