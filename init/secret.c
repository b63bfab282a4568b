// SPDX-License-Identifier: Apache-2.0
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FINDABLE_MIN 8 /* with min_length=0 one of a letter or two would be found everywhere */
#define FIFO_PATIENCE_MS 2000
#define LINE_END_MAX 2 /* \r\n */

struct secret {
    size_t length;
    char bytes[SECRET_MAX + LINE_END_MAX +
               1]; /* room for a line end and to notice one byte too many */
};

bool secret_memory_init(struct failure *failure)
{
    if (sodium_init() >= 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "libsodium can't be initialised");
}

bool secret_lock(const void *memory, size_t size, struct failure *failure)
{
    if (mlock(memory, size) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno,
                       "memory can't be locked for the password, raise the limit (ulimit -l)");
}

struct secret *secret_new(struct failure *failure)
{
    struct secret *secret = sodium_malloc(sizeof(*secret));
    if (secret == NULL) {
        failure_set(failure, EX_OSERR, errno,
                    "no locked memory for the password, raise the limit (ulimit -l)");
        return NULL;
    }
    sodium_memzero(secret, sizeof(*secret));
    if (secret_lock(secret, sizeof(*secret), failure))
        return secret;
    secret_free(secret);
    return NULL;
}

struct secret *secret_fresh(struct failure *failure)
{
    unsigned char random[SECRET_FRESH_LENGTH / 2];
    struct secret *secret = secret_new(failure);
    if (secret == NULL)
        return NULL;
    randombytes_buf(random, sizeof(random));
    sodium_bin2hex(secret->bytes, SECRET_FRESH_LENGTH + 1, random, sizeof(random));
    secret->length = SECRET_FRESH_LENGTH;
    sodium_memzero(random, sizeof(random));
    return secret;
}

void secret_hash(const struct secret *secret, char hash[SECRET_HASH_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(digest, (const unsigned char *)secret->bytes, secret->length);
    sodium_bin2hex(hash, SECRET_HASH_SIZE, digest, sizeof(digest));
}

void secret_free(struct secret *secret)
{
    sodium_free(secret);
}

const char *secret_bytes(const struct secret *secret, size_t *length)
{
    *length = secret->length;
    return secret->bytes;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
    return a->length == b->length && sodium_memcmp(a->bytes, b->bytes, a->length) == 0;
}

bool secret_is_in(const struct secret *secret, const char *text, size_t length)
{
    return secret != NULL && secret->length >= FINDABLE_MIN &&
           memmem(text, length, secret->bytes, secret->length) != NULL;
}

static void drop_line_end(struct secret *secret)
{
    if (secret->length > 0 && secret->bytes[secret->length - 1] == '\n') {
        secret->length--;
        if (secret->length > 0 && secret->bytes[secret->length - 1] == '\r')
            secret->length--;
    }
    sodium_memzero(secret->bytes + secret->length, sizeof(secret->bytes) - secret->length);
}

struct byte_order_mark {
    const char *bytes;
    size_t length;
    const char *name;
};

static const struct byte_order_mark byte_order_marks[] = {
    {"\xef\xbb\xbf", 3, "UTF-8"},
    {"\xff\xfe", 2, "UTF-16LE"},
    {"\xfe\xff", 2, "UTF-16BE"},
};

static bool check_fit(const struct secret *secret, const char *name, struct failure *failure)
{
    if (secret->length > SECRET_MAX)
        return failure_set(failure, EX_DATAERR, 0,
                           "password refused: %s is longer than %d bytes, use `redis-init genpass`",
                           name, SECRET_MAX);
    for (size_t i = 0; i < sizeof(byte_order_marks) / sizeof(byte_order_marks[0]); i++) {
        const struct byte_order_mark *mark = &byte_order_marks[i];
        if (secret->length >= mark->length && memcmp(secret->bytes, mark->bytes, mark->length) == 0)
            return failure_set(failure, EX_DATAERR, 0,
                               "password refused: %s begins with a byte-order mark (%s), save it "
                               "without one",
                               name, mark->name);
    }
    if (memchr(secret->bytes, '\0', secret->length) != NULL)
        return failure_set(failure, EX_DATAERR, 0,
                           "password refused: %s has a NUL byte, which Redis cannot take", name);
    if (memchr(secret->bytes, '\n', secret->length) != NULL ||
        memchr(secret->bytes, '\r', secret->length) != NULL)
        return failure_set(failure, EX_DATAERR, 0,
                           "password refused: %s has a line break inside, give a single line",
                           name);
    return true;
}

bool secret_copy(struct secret *secret, const char *bytes, size_t length, const char *name,
                 struct failure *failure)
{
    secret->length = length > SECRET_MAX ? SECRET_MAX + 1 : length;
    memcpy(secret->bytes, bytes, secret->length);
    return check_fit(secret, name, failure);
}

bool secret_take(struct secret *secret, char *value, const char *name, struct failure *failure)
{
    const size_t length = strlen(value);
    const bool ok = secret_copy(secret, value, length, name, failure);
    sodium_memzero(value, length);
    return ok;
}

static int milliseconds_since(const struct timespec *start)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
        return FIFO_PATIENCE_MS;
    return (int)((now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000);
}

/* Waits until fd has data or its writers are gone; false with errno = ETIMEDOUT when patience ends.
 */
static bool await_data(int fd, const struct timespec *start)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    for (;;) {
        int left = FIFO_PATIENCE_MS - milliseconds_since(start);
        int ready = left > 0 ? poll(&wait, 1, left) : 0;
        if (ready > 0)
            return true;
        if (ready == 0) {
            errno = ETIMEDOUT;
            return false;
        }
        if (errno != EINTR)
            return false;
    }
}

/* Fills secret->bytes until the end of the file or one byte more than fits; errno tells of a
 * failure. */
static bool read_bytes(struct secret *secret, int fd)
{
    struct timespec start;
    if (clock_gettime(CLOCK_MONOTONIC, &start) < 0)
        return false;
    while (secret->length < sizeof(secret->bytes)) {
        ssize_t n =
            read(fd, secret->bytes + secret->length, sizeof(secret->bytes) - secret->length);
        if (n == 0)
            return true;
        if (n > 0)
            secret->length += (size_t)n;
        else if (errno == EAGAIN) {
            if (!await_data(fd, &start))
                return false;
        } else if (errno != EINTR)
            return false;
    }
    return true;
}

bool secret_read_fd(struct secret *secret, int fd, const char *name, struct failure *failure)
{
    secret->length = 0;
    if (!read_bytes(secret, fd))
        return failure_set(failure, EX_NOINPUT, errno, "%s can't be read", name);
    drop_line_end(secret);
    return check_fit(secret, name, failure);
}

/* A FIFO that nobody writes to yet reads as empty at once, so its first data is waited for. */
static bool await_writer(int fd)
{
    struct timespec start;
    return clock_gettime(CLOCK_MONOTONIC, &start) == 0 && await_data(fd, &start);
}

static bool judge_file(int fd, const char *label, struct failure *failure)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return failure_set(failure, EX_NOINPUT, errno, "%s can't be read", label);
    if (S_ISDIR(status.st_mode))
        return failure_set(failure, EX_NOINPUT, 0, "%s is a directory, name the file in it", label);
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
        return failure_set(failure, EX_NOINPUT, 0, "%s is not a regular file", label);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return failure_set(failure, EX_DATAERR, 0,
                           "password refused: %s can be written by others (mode %04o), chmod go-w",
                           label, status.st_mode & 07777);
    if (S_ISFIFO(status.st_mode) && !await_writer(fd))
        return failure_set(failure, EX_NOINPUT, 0, "%s is a FIFO without a writer", label);
    return true;
}

bool secret_read_file(struct secret *secret, const char *path, const char *name,
                      struct failure *failure)
{
    char label[320];
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 &&
        *path !=
            '/') /* it may be the password itself (bitnami-docker-redis#179 the other way round) */
        return failure_set(failure, EX_NOINPUT, errno,
                           "%s is no file that can be opened, give it an absolute path", name);
    (void)snprintf(label, sizeof(label), "%s (%s)", name, path);
    if (fd < 0)
        return failure_set(failure, EX_NOINPUT, errno, "%s can't be opened by uid %u", label,
                           geteuid());
    bool ok = judge_file(fd, label, failure) && secret_read_fd(secret, fd, label, failure);
    (void)close(fd);
    if (ok && secret->length == 0)
        return failure_set(failure, EX_DATAERR, 0,
                           "password refused: %s is empty, write one with `redis-init genpass`",
                           label);
    return ok;
}
