// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_BYTE_SINK_H
#define REDIS_INIT_BYTE_SINK_H

#include <stddef.h>

/*
 * Where the bytes of a file are put together, as snprintf(3) does it: what does not fit into
 * `size` is counted and not written, so that a first pass can measure with `bytes` NULL.
 */
struct byte_sink {
    char *bytes;
    size_t size;
    size_t length; /* needed so far, without a NUL */
};

void sink_bytes(struct byte_sink *sink, const char *bytes, size_t length);
void sink_text(struct byte_sink *sink, const char *text);

/* As one quoted word of redis.conf (conf_quote()). */
void sink_quoted(struct byte_sink *sink, const char *bytes, size_t length);

#endif
