// SPDX-License-Identifier: Apache-2.0
#include "server_request.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "user_settings.h"

static void put_number(struct byte_sink *sink, char kind, size_t number)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%c%zu\r\n", kind, number);
    sink_text(sink, text);
}

void server_request_begin(struct byte_sink *sink, size_t count)
{
    put_number(sink, '*', count);
}

void server_request_word(struct byte_sink *sink, const char *bytes, size_t length)
{
    put_number(sink, '$', length);
    sink_bytes(sink, bytes, length);
    sink_text(sink, "\r\n");
}

void server_request_text(struct byte_sink *sink, const char *word)
{
    server_request_word(sink, word, strlen(word));
}

void server_request_secret(struct byte_sink *sink, const struct secret *secret)
{
    size_t length;
    const char *bytes = secret_bytes(secret, &length);
    server_request_word(sink, bytes, length);
}

void server_request_auth(struct byte_sink *sink, const struct running_conf *conf)
{
    const bool internal = conf->credential != NULL;
    if (!internal && conf->password == NULL)
        return;
    server_request_begin(sink, internal ? 3 : 2);
    server_request_text(sink, "AUTH");
    if (internal)
        server_request_text(sink, USER_INTERNAL);
    server_request_secret(sink, internal ? conf->credential : conf->password);
}

bool server_request_send(struct server_link *link, server_request_writer *write, const void *what,
                         struct failure *failure)
{
    struct byte_sink sink = {.bytes = NULL};
    write(&sink, what);
    const size_t size = sink.length;
    char *bytes = sodium_malloc(size);
    if (bytes == NULL)
        return failure_set(failure, EX_OSERR, errno,
                           "no locked memory for the password, raise the limit (ulimit -l)");
    sink = (struct byte_sink){.bytes = bytes, .size = size};
    write(&sink, what);
    const bool ok =
        secret_lock(bytes, size, failure) && server_link_send(link, bytes, size, failure);
    sodium_free(bytes);
    return ok;
}
