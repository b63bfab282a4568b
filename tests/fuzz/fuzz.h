// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.h"

/*
 * What every target here holds on to. A target is run as
 *     fuzz_x -max_total_time=N -timeout=5 -max_len=8192 found corpus/x
 * and ends with abort(3), after a line that says which promise was broken.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool held, const char *promise)
{
    if (held)
        return;
    (void)fprintf(stderr, "broken: %s\n", promise);
    abort();
}

/* The open ones of the first 64 descriptors, a bit each: the same before and after when none has
 * leaked. */
static inline uint64_t descriptors(void)
{
    uint64_t open_ones = 0;
    for (int fd = 0; fd < 64; fd++)
        open_ones |= (uint64_t)(fcntl(fd, F_GETFD) >= 0) << fd;
    return open_ones;
}

/* The bytes in a file in memory that stands at its beginning. */
static inline int file_of(const void *bytes, size_t size)
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);
    require(fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, bytes, size) == (ssize_t)size &&
                lseek(fd, 0, SEEK_SET) == 0,
            "a file in memory is written");
    return fd;
}

/* A failure that its user can act on: text, on one line. */
static inline void require_told(const struct failure *failure)
{
    require(failure->text[0] != '\0', "a failure has a text");
    require(strlen(failure->text) < sizeof(failure->text), "a failure's text ends");
}

/* Cuts the bytes, behind which a NUL stands, at their NULs. The list ends with NULL. */
static inline size_t split_words(char *bytes, size_t size, char **words, size_t most)
{
    size_t count = 0;
    const char *end = bytes + size;
    for (char *word = bytes; word <= end && count < most; word += strlen(word) + 1)
        words[count++] = word;
    words[count] = NULL;
    return count;
}

static inline char *copy_of(const void *bytes, size_t size)
{
    char *copy = malloc(size + 1);
    require(copy != NULL, "there is memory");
    memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

static inline bool holds(const char *text, size_t length, const char *part, size_t part_length)
{
    return part_length == 0 || memmem(text, length, part, part_length) != NULL;
}

#endif
