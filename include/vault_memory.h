// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_MEMORY_H
#define REDIS_INIT_VAULT_MEMORY_H

#include <stddef.h>

#include "failure.h"
#include "report.h"

/*
 * The heap of libcurl and jansson, which hold tokens and passwords on their way: what is freed or
 * moved is wiped first. As malloc(3), free(3), calloc(3), realloc(3) and strdup(3).
 */
void *wiped_malloc(size_t size);
void wiped_free(void *memory);
void *wiped_calloc(size_t count, size_t size);
void *wiped_realloc(void *memory, size_t size);
char *wiped_strdup(const char *text);

/* Readies libcurl, jansson and libsodium with it; before any of them is used. EX_OSERR. */
bool vault_memory_init(struct failure *failure) MUST_CHECK;

/* Keeps all memory of this process from being swapped out where the limit of locked memory leaves
 * room for it; else that is said as a detail. */
void vault_memory_lock(const struct report *report);

#endif
