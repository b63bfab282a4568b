// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_HTTP_H
#define REDIS_INIT_VAULT_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "report.h"
#include "vault_credential.h"
#include "vault_stop.h"
#include "vault_url.h"

/* The longest answer: etcd takes objects of 1.5 MiB, and the 1 MiB of data that a Secret may have
 * is 1.4 MiB as base64. Vault's are smaller. */
#define HTTP_ANSWER_MAX ((size_t)2 * 1024 * 1024)

/* What is done at the end, in milliseconds at most: it does not hold up the end. */
#define HTTP_GOODBYE_MS 5000

/* The most of its headers: four times what servers take themselves (nginx 8, CREDENTIAL_MAX 16). */
#define HTTP_HEADERS_MAX ((size_t)64 * 1024)

/* Who is spoken to. */
struct http_service {
    const char *name;        /* "Vault", as errors call it */
    const char *url;         /* of url_check() */
    const char *ca_file;     /* PEM; NULL: the system's authorities */
    const char *ca_option;   /* that names the file, for errors */
    const char *server_name; /* the certificate's; NULL: the URL's */
};

struct http_request {
    const char *method;
    const char *path;               /* behind the service's URL, percent-encoded */
    const char *headers[4];         /* whole lines; those behind the first NULL are not there */
    const char *token_header;       /* "X-Vault-Token: ", which `token` stands behind */
    const struct credential *token; /* NULL: none is sent */
    const char *body;               /* NULL: none */
    size_t body_length;
};

struct http_answer {
    long status;
    const char *body; /* of struct http, valid until its next request; a NUL stands behind it */
    size_t length;
    int64_t retry_after;     /* milliseconds that the server asks for, or 0 */
    char redirect[URL_SIZE]; /* scheme://host:port that it sends to, or "" */
};

/* What requests need: connections that are kept, a guarded buffer for answers. */
struct http;

/* `stop` and `report` outlive it; the caller frees. NULL on failure (EX_OSERR). */
struct http *http_new(struct stop *stop, const struct report *report,
                      struct failure *failure) MUST_CHECK;
void http_free(struct http *http);

/* All requests from now on have to be done by that moment of clock_ms(). Returns the one before. */
int64_t http_set_deadline(struct http *http, int64_t deadline);

/* Nothing will be asked for a while: wipes the last answer, and closes the connections, in whose
 * buffers it still is. */
void http_rest(struct http *http);

/*
 * One request, over HTTP/1.1 and TLS 1.2 or newer; no proxy, no redirect, no cookie, no .netrc.
 * Errors of the connection, 412, 429, 472, 473 and 5xx are tried again with retry_delay() in
 * between, until the deadline; then the last answer is what there is. True with an answer of any
 * status. EX_UNAVAILABLE when there is none, or a longer one than HTTP_ANSWER_MAX or
 * HTTP_HEADERS_MAX; EX_NOINPUT when ca_file can't be used; 128 + n when a signal came.
 */
bool http_ask(struct http *http, const struct http_service *service,
              const struct http_request *request, struct http_answer *answer,
              struct failure *failure) MUST_CHECK;

#endif
