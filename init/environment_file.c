// SPDX-License-Identifier: Apache-2.0
#include "environment_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "byte_sink.h"
#include "private_file.h"

bool environment_file_write(char *const *variables, const char *run_dir, struct failure *failure)
{
    char *bytes = malloc(ENVIRONMENT_FILE_MAX);
    struct byte_sink sink = {.bytes = bytes, .size = ENVIRONMENT_FILE_MAX};
    if (bytes == NULL)
        return failure_set(failure, EX_OSERR, errno, "no memory for the environment");
    for (; *variables != NULL; variables++)
        sink_bytes(&sink, *variables, strlen(*variables) + 1);
    const bool fits = sink.length <= sink.size ||
                      failure_set(failure, EX_OSERR, E2BIG, "the variables for redis-init");
    const bool ok =
        fits && private_file_write(run_dir, ENVIRONMENT_NAME, bytes, sink.length, failure);
    free(bytes);
    return ok;
}

static bool judge(int fd, const char *path, size_t *size, struct failure *failure)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return failure_set(failure, EX_NOINPUT, errno, "%s can't be read", path);
    *size = (size_t)status.st_size;
    return (S_ISREG(status.st_mode) && (status.st_uid == 0 || status.st_uid == geteuid()) &&
            (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
            status.st_size <= ENVIRONMENT_FILE_MAX) ||
           failure_set(failure, EX_NOINPUT, 0,
                       "%s is no file of this user's that nobody else may write", path);
}

/* Whether each is NAME=VALUE: Redis 6.2 lets whoever may run CONFIG SET and SAVE write his dump
 * there. */
static bool are_variables(const char *bytes, size_t length)
{
    for (const char *end = bytes + length; bytes < end; bytes += strlen(bytes) + 1) {
        const char *name_end = bytes;
        while (isgraph((unsigned char)*name_end) && *name_end != '=')
            name_end++;
        if (*name_end != '=' || name_end == bytes)
            return false;
    }
    return true;
}

/* The array of pointers, and behind it the bytes that they point to. */
static char **split(const char *bytes, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += bytes[i] == '\0';
    const size_t head = (count + 1) * sizeof(char *);
    char **variables = calloc(1, head + length);
    if (variables == NULL)
        return NULL;
    char *text = (char *)variables + head;
    memcpy(text, bytes, length);
    for (size_t i = 0; i < count; i++) {
        variables[i] = text;
        text += strlen(text) + 1;
    }
    return variables;
}

static char **read_open(int fd, const char *path, size_t size, struct failure *failure)
{
    char **variables = NULL;
    char *bytes = malloc(size + 1);
    const ssize_t length = bytes != NULL ? read(fd, bytes, size) : -1;
    if (length == (ssize_t)size && (size == 0 || bytes[size - 1] == '\0') &&
        are_variables(bytes, size))
        variables = split(bytes, size);
    free(bytes);
    if (variables == NULL)
        failure_set(failure, EX_NOINPUT, errno, "%s can't be read", path);
    return variables;
}

char **environment_file_read(const char *path, struct failure *failure)
{
    char **variables = NULL;
    size_t size = 0;
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        failure_set(failure, EX_NOINPUT, errno, "%s can't be opened", path);
        return NULL;
    }
    if (judge(fd, path, &size, failure))
        variables = read_open(fd, path, size, failure);
    (void)close(fd);
    return variables;
}
