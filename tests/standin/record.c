// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct kept_request *record_add(struct record *record, const char *url)
{
    struct kept_request *request = calloc(1, sizeof(*request));
    if (request == NULL || record->count == RECORD_MAX)
        abort(); /* a test that runs away */
    request->url = strdup(url);
    request->path = strndup(url, strcspn(url, "?"));
    request->headers = calloc(1, 1);
    request->body = calloc(1, 1);
    record->requests[record->count++] = request;
    return request;
}

bool record_add_header(struct kept_request *request, const char *name, const char *value)
{
    const size_t room = strlen(name) + strlen(value) + 4;
    char *grown = realloc(request->headers, request->headers_length + room);
    if (grown == NULL)
        return false;
    request->headers = grown;
    request->headers_length +=
        (size_t)snprintf(grown + request->headers_length, room, "%s: %s\n", name, value);
    return true;
}

bool record_add_body(struct kept_request *request, const char *data, size_t length)
{
    char *grown = realloc(request->body, request->shown.length + length + 1);
    if (grown == NULL)
        return false;
    request->body = grown;
    memcpy(grown + request->shown.length, data, length);
    request->shown.length += length;
    grown[request->shown.length] = '\0';
    return true;
}

void record_finish(struct kept_request *request)
{
    const char *question = strchr(request->url, '?');
    request->shown.url = request->url;
    request->shown.path = request->path;
    request->shown.query = question != NULL ? question + 1 : "";
    request->shown.headers = request->headers;
    request->shown.body = request->body;
    request->whole = true;
}

bool record_begins(const struct kept_request *request, const char *with)
{
    const size_t method = strlen(request->shown.method);
    return strncmp(with, request->shown.method, method) == 0 && with[method] == ' ' &&
           strncmp(request->url, with + method + 1, strlen(with + method + 1)) == 0;
}

unsigned record_count(const struct record *record, const char *request)
{
    unsigned count = 0;
    for (unsigned i = 0; i < record->count; i++)
        if (record->requests[i]->whole && record_begins(record->requests[i], request))
            count++;
    return count;
}

const struct standin_request *record_last(const struct record *record, const char *request)
{
    for (unsigned i = record->count; i-- > 0;)
        if (record->requests[i]->whole && record_begins(record->requests[i], request))
            return &record->requests[i]->shown;
    return NULL;
}

bool record_urls_have(const struct record *record, const char *text)
{
    for (unsigned i = 0; i < record->count; i++)
        if (strstr(record->requests[i]->url, text) != NULL)
            return true;
    return false;
}

void record_free(struct record *record)
{
    for (unsigned i = 0; i < record->count; i++) {
        free(record->requests[i]->url);
        free(record->requests[i]->path);
        free(record->requests[i]->headers);
        free(record->requests[i]->body);
        free(record->requests[i]);
    }
    record->count = 0;
}

void standin_header(const struct standin_request *request, const char *name, char *value,
                    size_t size)
{
    const size_t length = strlen(name);
    value[0] = '\0';
    for (const char *line = request->headers; *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strncasecmp(line, name, length) == 0 && strncmp(line + length, ": ", 2) == 0)
            (void)snprintf(value, size, "%.*s", (int)strcspn(line + length + 2, "\n"),
                           line + length + 2);
}
