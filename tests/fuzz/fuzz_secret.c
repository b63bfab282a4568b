// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "secret.h"

#define PIPE_ROOM 65536 /* pipe(7): the default capacity */

/* A pipe that holds the bytes and has no writer any more. */
static int pipe_of(const uint8_t *data, size_t size)
{
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0 && write(ends[1], data, size) == (ssize_t)size &&
                close(ends[1]) == 0,
            "a pipe is written");
    return ends[0];
}

/* The file without its one line end; what secret.h lets through. */
static size_t without_line_end(const uint8_t *data, size_t size)
{
    if (size > 0 && data[size - 1] == '\n')
        size -= size > 1 && data[size - 2] == '\r' ? 2 : 1;
    return size;
}

static bool has_mark(const uint8_t *data, size_t size)
{
    return (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) ||
           (size >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 || memcmp(data, "\xfe\xff", 2) == 0));
}

static bool is_fit(const uint8_t *data, size_t size)
{
    return size <= SECRET_MAX && !has_mark(data, size) && memchr(data, '\0', size) == NULL &&
           memchr(data, '\n', size) == NULL && memchr(data, '\r', size) == NULL;
}

static void check_accepted(const struct secret *secret, const uint8_t *data, size_t size)
{
    size_t length;
    const char *bytes = secret_bytes(secret, &length);
    require(length <= SECRET_MAX, "a secret fits");
    require(bytes[length] == '\0', "a NUL follows the secret");
    require(length == size && memcmp(bytes, data, size) == 0,
            "the secret is the file but for one line end");
}

static void check_refused(const struct failure *failure, const uint8_t *data, size_t size)
{
    require(failure->exit_code == EX_DATAERR, "an unfit secret ends with 65");
    require_told(failure);
    require(strstr(failure->text, "the name") != NULL, "the error names the setting");
    require(size < 12 || !holds(failure->text, strlen(failure->text), (const char *)data, size),
            "no error holds the secret");
}

static void read_secret(int fd, const uint8_t *data, size_t size, bool fit)
{
    struct failure failure = {0};
    struct secret *secret = secret_new(&failure);
    require(secret != NULL, "a secret is made");
    require(secret_read_fd(secret, fd, "the name", &failure) == fit, "secrets are judged rightly");
    if (fit)
        check_accepted(secret, data, size);
    else
        check_refused(&failure, data, size);
    secret_free(secret);
    (void)close(fd);
}

/* The same bytes as a variable's value, which loses all of them. */
static void take_value(const uint8_t *data, size_t size)
{
    struct failure failure = {0};
    struct secret *secret = secret_new(&failure);
    char *value = copy_of(data, size);
    require(secret != NULL, "a secret is made");
    const size_t length = strlen(value);
    if (secret_take(secret, value, "the name", &failure))
        check_accepted(secret, data, length);
    else
        check_refused(&failure, data, length);
    for (size_t i = 0; i < length; i++)
        require(value[i] == '\0', "a taken value is zeros");
    free(value);
    secret_free(secret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct failure failure = {0};
    require(secret_memory_init(&failure), "libsodium works");
    const uint64_t before = descriptors();
    const size_t length = without_line_end(data, size);
    const bool fit = is_fit(data, length);
    read_secret(file_of(data, size), data, length, fit);
    if (size <= PIPE_ROOM)
        read_secret(pipe_of(data, size), data, length, fit);
    take_value(data, size);
    require(descriptors() == before, "no descriptor leaks");
    return 0;
}
