// SPDX-License-Identifier: Apache-2.0
#ifndef VAULT_HTTP_HANDLE_H
#define VAULT_HTTP_HANDLE_H

#include <curl/curl.h>

#include "vault_http.h"

/* One transfer of libcurl. */
struct transfer {
    CURL *handle;
    struct curl_slist *headers;
    struct curl_slist *connect_to;
    char error[CURL_ERROR_SIZE];
    char *body; /* HTTP_ANSWER_MAX + 1 bytes, of which `length` came */
    size_t length;
    size_t header_length; /* bytes of header lines so far */
};

/* Readies it, `milliseconds` at most long. EX_OSERR, or EX_CONFIG of url_with_host(). What it has
 * made is transfer_end()'s to release, in either case. */
bool transfer_begin(struct transfer *transfer, const struct http_service *service,
                    const struct http_request *request, int64_t milliseconds,
                    struct failure *failure) MUST_CHECK;
void transfer_end(struct transfer *transfer);

#endif
