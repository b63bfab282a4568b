// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_STANDIN_RECORD_H
#define TESTS_STANDIN_RECORD_H

#include "standin.h"

#define RECORD_MAX 1024

/* A request while it comes, and afterwards until the record's end. */
struct kept_request {
    struct standin_request shown; /* whole once `whole` is set */
    char *url, *path, *headers, *body;
    size_t headers_length;
    bool whole;
};

/* Whoever calls these has the lock of the record's owner. */
struct record {
    struct kept_request *requests[RECORD_MAX];
    unsigned count;
};

/* NULL without memory. It is the record's. */
struct kept_request *record_add(struct record *record, const char *url);
bool record_add_header(struct kept_request *request, const char *name, const char *value);
bool record_add_body(struct kept_request *request, const char *data, size_t length);

/* All of it has come. */
void record_finish(struct kept_request *request);

/* Whether "METHOD URL" begins with this. */
bool record_begins(const struct kept_request *request, const char *with);

unsigned record_count(const struct record *record, const char *request);
const struct standin_request *record_last(const struct record *record, const char *request);
bool record_urls_have(const struct record *record, const char *text);
void record_free(struct record *record);

#endif
