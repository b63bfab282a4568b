// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_WRITE_ALL_H
#define REDIS_INIT_WRITE_ALL_H

#include <stdbool.h>
#include <stddef.h>

/* By a single write(2) where the kernel takes it, whatever signal comes. False with errno. */
bool write_all(int fd, const char *bytes, size_t length);

#endif
