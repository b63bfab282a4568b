// SPDX-License-Identifier: Apache-2.0
#include "vault_memory.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <malloc.h>
#include <sodium.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "secret.h"

/* Stands before what is given out, and keeps its alignment. */
struct block {
    alignas(max_align_t) size_t size;
    alignas(max_align_t) char bytes[];
};

static struct block *block_of(void *memory)
{
    return (struct block *)((char *)memory - offsetof(struct block, bytes));
}

void *wiped_malloc(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct block))
        return NULL;
    struct block *block = malloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    block->size = size;
    return block->bytes; /* cppcheck-suppress memleak; by block_of() it is found again */
}

void wiped_free(void *memory)
{
    if (memory == NULL)
        return;
    struct block *block = block_of(memory);
    sodium_memzero(block->bytes, block->size);
    free(block);
}

void *wiped_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *memory = wiped_malloc(bytes);
    if (memory != NULL)
        memset(memory, 0, bytes);
    return memory;
}

/* Always moves: what realloc(3) leaves behind would not be wiped. */
void *wiped_realloc(void *memory, size_t size)
{
    void *moved = wiped_malloc(size);
    if (memory == NULL || moved == NULL)
        return moved;
    const size_t before = block_of(memory)->size;
    memcpy(moved, memory, before < size ? before : size);
    wiped_free(memory);
    return moved;
}

char *wiped_strdup(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = wiped_malloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

/* What others free, as the TLS library its buffers, is written over by the C library, where it can
 * do that: glibc above 1032 bytes (mallopt(3), and its cache of a thread). */
static void wipe_what_others_free(void)
{
#ifdef M_PERTURB
    (void)mallopt(M_PERTURB, 0xff);
#endif
}

bool vault_memory_init(struct failure *failure)
{
    wipe_what_others_free();
    json_set_alloc_funcs(wiped_malloc, wiped_free);
    if (!secret_memory_init(failure))
        return false;
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiped_malloc, wiped_free, wiped_realloc,
                             wiped_strdup, wiped_calloc) == CURLE_OK)
        return true;
    return failure_set(failure, EX_OSERR, 0, "libcurl can't be initialised");
}

/* More than the process ever has mapped to be written to, a thread's stack of 8 MiB among it. */
#define LOCKED_ROOM (64UL * 1024 * 1024)

/* MCL_FUTURE makes an allocation fail that does not fit below the limit any more: whether there is
 * room is tried first, on pages that are never touched. */
static bool has_room(void)
{
    void *pages = mmap(NULL, LOCKED_ROOM, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED)
        return false;
    const bool fits = mlock2(pages, LOCKED_ROOM, MLOCK_ONFAULT) == 0;
    const int error = errno;
    (void)munmap(pages, LOCKED_ROOM);
    errno = error;
    return fits;
}

void vault_memory_lock(const struct report *report)
{
    if (!has_room() || mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0)
        report_line(report, REPORT_DETAIL,
                    "not all memory can be locked, at most that of tokens: %s; raise the limit "
                    "(ulimit -l) to 64 MiB, or have no swap",
                    strerror(errno));
}
