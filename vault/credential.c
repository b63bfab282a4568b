// SPDX-License-Identifier: Apache-2.0
#include "vault_credential.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct credential {
    size_t length;
    char text[CREDENTIAL_MAX + 2]; /* a byte to notice one too many, and a NUL */
};

static struct credential *new_credential(struct failure *failure)
{
    struct credential *credential = sodium_malloc(sizeof(*credential));
    if (credential == NULL) {
        failure_set(failure, EX_OSERR, errno,
                    "no locked memory for a token, raise the limit (ulimit -l)");
        return NULL;
    }
    sodium_memzero(credential, sizeof(*credential));
    return credential;
}

void credential_free(struct credential *credential)
{
    sodium_free(credential);
}

const char *credential_text(const struct credential *credential)
{
    return credential->text;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Leaves out white space at both ends. */
static void trim(struct credential *credential)
{
    char *text = credential->text;
    size_t begin = 0, length = credential->length;
    while (length > 0 && is_space(text[length - 1]))
        length--;
    while (begin < length && is_space(text[begin]))
        begin++;
    memmove(text, text + begin, length - begin);
    credential->length = length - begin;
    sodium_memzero(text + credential->length, sizeof(credential->text) - credential->length);
}

static bool check(const struct credential *credential, const char *source, int exit_code,
                  struct failure *failure)
{
    if (credential->length == 0)
        return failure_set(failure, exit_code, 0, "%s is empty", source);
    if (credential->length > CREDENTIAL_MAX)
        return failure_set(failure, exit_code, 0, "%s is longer than %d bytes", source,
                           CREDENTIAL_MAX);
    for (size_t i = 0; i < credential->length; i++)
        if (credential->text[i] <= ' ' || credential->text[i] > '~')
            return failure_set(failure, exit_code, 0,
                               "%s holds no single word of printable ASCII, as tokens are", source);
    return true;
}

struct credential *credential_of(const char *bytes, size_t length, const char *source,
                                 struct failure *failure)
{
    struct credential *credential = new_credential(failure);
    if (credential == NULL)
        return NULL;
    credential->length = length > CREDENTIAL_MAX ? CREDENTIAL_MAX + 1 : length;
    memcpy(credential->text, bytes, credential->length);
    if (check(credential, source, EX_UNAVAILABLE, failure))
        return credential;
    credential_free(credential);
    return NULL;
}

static int open_file(const char *path, const char *label, struct failure *failure)
{
    struct stat status;
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        return fd;
    if (fd < 0)
        failure_set(failure, EX_NOINPUT, errno, "%s can't be opened by uid %u", label, geteuid());
    else
        failure_set(failure, EX_NOINPUT, 0, "%s is not a regular file", label);
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* Until the end of the file, or one byte more than fits. */
static bool fill(struct credential *credential, int fd)
{
    const size_t size = sizeof(credential->text) - 1;
    while (credential->length < size) {
        const ssize_t n =
            read(fd, credential->text + credential->length, size - credential->length);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            return false;
        credential->length += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool read_file(struct credential *credential, const char *path, const char *label,
                      struct failure *failure)
{
    const int fd = open_file(path, label, failure);
    if (fd < 0)
        return false;
    const bool ok =
        fill(credential, fd) || failure_set(failure, EX_NOINPUT, errno, "%s can't be read", label);
    (void)close(fd);
    if (credential->length <= CREDENTIAL_MAX) /* else there may be more behind white space */
        trim(credential);
    return ok && check(credential, label, EX_NOINPUT, failure);
}

struct credential *credential_read(const char *path, const char *option, struct failure *failure)
{
    char label[320];
    struct credential *credential = new_credential(failure);
    (void)snprintf(label, sizeof(label), "%s (%s)", option, path);
    if (credential == NULL || read_file(credential, path, label, failure))
        return credential;
    credential_free(credential);
    return NULL;
}

bool credential_is_repeated(const char *text, const char *bytes, size_t length)
{
    const size_t text_length = strlen(text);
    const size_t run = length < CREDENTIAL_RUN ? length : CREDENTIAL_RUN;
    if (bytes == NULL || run == 0)
        return false;
    for (size_t i = 0; i + run <= length; i++)
        if (memmem(text, text_length, bytes + i, run) != NULL)
            return true;
    return false;
}
