// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_STANDIN_H
#define TESTS_STANDIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A stand-in of an HTTP service on 127.0.0.1, over TLS: it keeps every request that comes, does
 * what a service does with it, or what the test asks for in its place. Each connection has a thread
 * of its own in this process; the service itself is called by one of them at a time.
 */
struct standin;

/* A request as it came. */
struct standin_request {
    char method[16];
    const char *url;     /* with its query, as it was sent */
    const char *path;    /* without */
    const char *query;   /* "" if there is none */
    const char *headers; /* "Name: value\n" each */
    const char *body;    /* ended with a NUL that is no part of it */
    size_t length;
};

struct standin_answer {
    unsigned status;
    json_t *body;              /* taken over; NULL is an answer without one */
    const char *type;          /* NULL is application/json */
    const char *header, *text; /* a further header, or NULL */
};

/* The service. `state` is its own. */
typedef void standin_serve(void *state, const struct standin_request *request,
                           struct standin_answer *answer);

enum standin_deed {
    STANDIN_ANSWER, /* `status`, `body` and the header are the answer */
    STANDIN_CLOSE,  /* the connection is closed without one */
    STANDIN_LOSE,   /* the service does it, but its answer is lost with the connection */
    STANDIN_HUGE,   /* 10 MB of a JSON string */
    STANDIN_DRIP,   /* a byte of a JSON string every 10 ms, without an end */
    STANDIN_GATHER, /* the service does it, and answers when it has done `times` of them */
};

/* What the test asks for; all that it points to has to live as long as the stand-in. */
struct standin_fault {
    const char *request; /* what "METHOD URL" begins with */
    enum standin_deed deed;
    unsigned status;
    const char *body;
    const char *header, *text;
    unsigned skip;  /* that many requests are served rightly before */
    unsigned times; /* and that many are not; 0 is all of them */
};

/* PEM files of a certificate and its key; NULL is plain HTTP. NULL with a line on stderr if it
 * can't listen. */
struct standin *standin_start(const char *certificate, const char *key, standin_serve *serve,
                              void *state);
void standin_stop(struct standin *standin);

/* "https://127.0.0.1:PORT"; the stand-in's. */
const char *standin_address(const struct standin *standin);
int standin_port(const struct standin *standin);

/* The first fault that fits a request is done. */
void standin_fault(struct standin *standin, const struct standin_fault *fault);

/* How many requests have come whose "METHOD URL" begins with this. */
unsigned standin_count(struct standin *standin, const char *request);

/* The last of them, or NULL. It stays as it is until the stand-in is stopped. */
const struct standin_request *standin_last(struct standin *standin, const char *request);

/* Whether so many came before the deadline. */
bool standin_await(struct standin *standin, const char *request, unsigned count);

/* Whether the text stands in the URL of any request. */
bool standin_urls_have(struct standin *standin, const char *text);

/* The value of a header of that name, copied; "" if there is none. */
void standin_header(const struct standin_request *request, const char *name, char *value,
                    size_t size);

/* What the service changes beside a request of its own is changed between these two. */
void standin_lock(struct standin *standin);
void standin_unlock(struct standin *standin);

#endif
