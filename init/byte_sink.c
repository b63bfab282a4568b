// SPDX-License-Identifier: Apache-2.0
#include "byte_sink.h"

#include <string.h>

#include "conf_words.h"

/* Where the next byte goes, and how many may; NULL when none may. */
static char *room(const struct byte_sink *sink, size_t *left)
{
    *left = sink->length < sink->size ? sink->size - sink->length : 0;
    return *left > 0 ? sink->bytes + sink->length : NULL;
}

void sink_bytes(struct byte_sink *sink, const char *bytes, size_t length)
{
    size_t left;
    char *at = room(sink, &left);
    if (left > 0)
        memcpy(at, bytes, length < left ? length : left);
    sink->length += length;
}

void sink_text(struct byte_sink *sink, const char *text)
{
    sink_bytes(sink, text, strlen(text));
}

void sink_quoted(struct byte_sink *sink, const char *bytes, size_t length)
{
    size_t left;
    char *at = room(sink, &left);
    sink->length += conf_quote(at, left, bytes, length);
}
