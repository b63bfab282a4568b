// SPDX-License-Identifier: Apache-2.0
#include "ini_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "line_walk.h"

#define CONF_SECTION "redis.conf"
#define SECTION_MAX 49 /* inih cuts a longer name without a word (MAX_SECTION of ini.c) */

/*
 * inih goes on after an error, cuts a line at INI_MAX_LINE without a word and takes an indented
 * line for a continuation. So it is fed by read_line(), which hands it whole, unindented lines,
 * counts them, and ends the input at the first failure.
 */
struct feed {
    const char *next;
    const char *end;
    int line;
    bool in_conf_section;
    const char *name;
    ini_entry *entry;
    void *context;
    struct failure *failure;
    bool failed;
};

static void fail_at_line(struct feed *feed, int line, const char *problem)
{
    failure_set(feed->failure, EX_CONFIG, 0, "%s:%d: %s", feed->name, line, problem);
    feed->failed = true;
}

static size_t name_length(const char *line, size_t length)
{
    size_t n = 0;
    while (n < length && (isalnum((unsigned char)line[n]) || line[n] == '-'))
        n++;
    return n;
}

/* `maxmemory 64mb`, redis.conf's own way to write a directive, gets the `=` that inih asks for. */
static void insert_equals_sign(char *line)
{
    size_t length = strlen(line);
    size_t name = name_length(line, length);
    if (name == 0 || !isblank((unsigned char)line[name]))
        return;
    const char *value = line + name + strspn(line + name, " \t");
    if (*value != '=' && *value != ':' && *value != '\0')
        line[name] = '=';
}

static void tell(struct feed *feed, const char *section, const char *key, const char *value)
{
    char where[320];
    (void)snprintf(where, sizeof(where), "%s:%d", feed->name, feed->line);
    feed->failed = !feed->entry(section, key, value, where, feed->context, feed->failure);
}

/* inih tells of a section only with its first key, and so not of an empty one. */
static void note_section(struct feed *feed, const char *line)
{
    char section[SECTION_MAX + 1];
    const char *end = *line == '[' ? strchr(line, ']') : NULL;
    if (end == NULL)
        return;
    const size_t length = (size_t)(end - line - 1);
    if (length > SECTION_MAX) {
        fail_at_line(feed, feed->line, "the section's name is too long, at most 49 bytes are read");
        return;
    }
    memcpy(section, line + 1, length);
    section[length] = '\0';
    feed->in_conf_section = strcmp(section, CONF_SECTION) == 0;
    tell(feed, section, NULL, NULL);
}

/* An ini_reader: the next line into `line`, of `size` bytes, or NULL at the end. */
static char *read_line(char *line, int size, void *stream)
{
    struct feed *feed = stream;
    struct text_line text;
    if (feed->failed || !line_next(&feed->next, feed->end, &text))
        return NULL;
    feed->line++;

    const char *start = text.begin;
    const char *end = text.end;
    if (feed->line == 1 && end - start >= 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0)
        start += 3; /* a byte-order mark, which inih passes over, too */
    while (start < end &&
           isspace((unsigned char)*start)) /* else inih would continue the line before */
        start++;

    size_t length = (size_t)(end - start);
    if (length >= (size_t)size - 1) {
        fail_at_line(feed, feed->line, "the line is too long, at most 198 bytes are read");
        return NULL;
    }
    memcpy(line, start, length);
    line[length] = '\0';
    note_section(feed, line);
    if (feed->failed)
        return NULL;
    if (feed->in_conf_section && *line != '[')
        insert_equals_sign(line);
    return line;
}

/* An ini_handler. */
static int handle_entry(void *user, const char *section, const char *key, const char *value)
{
    struct feed *feed = user;
    if (!feed->failed)
        tell(feed, section, key, value);
    return feed->failed ? 0 : 1;
}

bool ini_text_read(const char *text, size_t length, const char *name, ini_entry *entry,
                   void *context, struct failure *failure)
{
    struct feed feed = {
        .next = text,
        .end = text + length,
        .name = name,
        .entry = entry,
        .context = context,
        .failure = failure,
    };
    if (memchr(text, '\0', length) != NULL)
        return failure_set(failure, EX_CONFIG, 0, "%s has a NUL byte, it is not a text file", name);

    int bad_line = ini_parse_stream(read_line, &feed, handle_entry, &feed);
    if (bad_line < 0)
        return failure_set(failure, EX_OSERR, ENOMEM, "%s can't be parsed", name);
    if (bad_line > 0 && (!feed.failed || bad_line < feed.line))
        fail_at_line(&feed, bad_line, "neither `[section]` nor `key = value`");
    return !feed.failed;
}

static bool judge_file(int fd, const char *path, struct ini_found *found, struct failure *failure)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return failure_set(failure, EX_CONFIG, errno, "%s can't be read", path);
    if (!S_ISREG(status.st_mode))
        return failure_set(failure, EX_CONFIG, 0, "%s is not a regular file", path);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return failure_set(failure, EX_CONFIG, 0,
                           "%s can be written by others (mode %04o), chmod go-w", path,
                           status.st_mode & 07777);
    struct statvfs mounted;
    found->read_only = fstatvfs(fd, &mounted) == 0 && (mounted.f_flag & ST_RDONLY) != 0;
    found->owner = status.st_uid;
    return true;
}

/* Reads at most `size` bytes; -1 and errno on failure. */
static ssize_t read_up_to(int fd, char *buffer, size_t size)
{
    size_t length = 0;
    while (length < size) {
        ssize_t n = read(fd, buffer + length, size - length);
        if (n == 0)
            break;
        if (n > 0)
            length += (size_t)n;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)length;
}

static bool read_text(int fd, const char *path, ini_entry *entry, void *context,
                      struct ini_found *found, struct failure *failure)
{
    char *text = malloc(INI_FILE_MAX + 1);
    if (text == NULL)
        return failure_set(failure, EX_OSERR, errno, "%s can't be read", path);

    bool ok;
    ssize_t length = read_up_to(fd, text, INI_FILE_MAX + 1);
    found->is_cut = length > 0 && text[length - 1] != '\n';
    if (length < 0)
        ok = failure_set(failure, EX_CONFIG, errno, "%s can't be read", path);
    else if (length > INI_FILE_MAX)
        ok = failure_set(failure, EX_CONFIG, 0, "%s is larger than %d bytes", path, INI_FILE_MAX);
    else
        ok = ini_text_read(text, (size_t)length, path, entry, context, failure);
    free(text);
    return ok;
}

bool ini_file_read(const char *path, bool required, ini_entry *entry, void *context,
                   struct ini_found *found, struct failure *failure)
{
    *found = (struct ini_found){.found = false};
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && !required)
        return true;
    if (fd < 0)
        return failure_set(failure, EX_CONFIG, errno,
                           "%s can't be opened, name an ini by --config or REDIS_INIT_CONFIG",
                           path);
    found->found = true;
    bool ok =
        judge_file(fd, path, found, failure) && read_text(fd, path, entry, context, found, failure);
    (void)close(fd);
    return ok;
}
