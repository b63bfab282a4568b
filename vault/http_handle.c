// SPDX-License-Identifier: Apache-2.0
#include "http_handle.h"

#include <stdio.h>
#include <string.h>

#include "config.h"
#include "vault_memory.h"

#define CONNECT_MS 10000L /* a try that does not connect by then makes room for another */

/* A CURLOPT_WRITEFUNCTION: taking less than was given ends the transfer. */
static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    const size_t length = size * count;
    if (length > HTTP_ANSWER_MAX - transfer->length)
        return 0;
    memcpy(transfer->body + transfer->length, bytes, length);
    transfer->length += length;
    return length;
}

/* A CURLOPT_HEADERFUNCTION: counts all lines, those of 1xx and of trailers as well, which libcurl
 * keeps without an end. */
static size_t count_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    const size_t length = size * count;
    (void)bytes;
    if (length > HTTP_HEADERS_MAX - transfer->header_length)
        return 0;
    transfer->header_length += length;
    return length;
}

static bool add_line(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

/* The line with the token is put together in memory that is wiped, as libcurl's copies are. */
static bool add_token(struct transfer *transfer, const struct http_request *request)
{
    if (request->token == NULL)
        return true;
    const char *text = credential_text(request->token);
    const size_t size = strlen(request->token_header) + strlen(text) + 1;
    char *line = wiped_malloc(size);
    const bool ok = line != NULL &&
                    snprintf(line, size, "%s%s", request->token_header, text) == (int)size - 1 &&
                    add_line(&transfer->headers, line);
    wiped_free(line);
    return ok;
}

static bool set_headers(struct transfer *transfer, const struct http_request *request)
{
    const size_t most = sizeof(request->headers) / sizeof(request->headers[0]);
    bool ok = add_line(&transfer->headers, "Accept: application/json") &&
              add_line(&transfer->headers, "Expect:") && add_token(transfer, request);
    for (size_t i = 0; ok && i < most && request->headers[i] != NULL; i++)
        ok = add_line(&transfer->headers, request->headers[i]);
    return ok && curl_easy_setopt(transfer->handle, CURLOPT_HTTPHEADER, transfer->headers) == 0;
}

/* The name of the certificate is the URL's; where that is another, the connection is led back to
 * the host that was meant. */
static bool set_url(struct transfer *transfer, const struct http_service *service, const char *path,
                    struct failure *failure)
{
    char url[URL_SIZE + URL_PATH_SIZE];
    char named[URL_SIZE];
    char connect[2 * URL_SIZE];
    const bool renamed = service->server_name != NULL;
    if (renamed && !url_with_host(named, connect, service->url, service->server_name, failure))
        return false;
    (void)snprintf(url, sizeof(url), "%s%s", renamed ? named : service->url, path);
    if (curl_easy_setopt(transfer->handle, CURLOPT_URL, url) == 0 &&
        (!renamed ||
         (add_line(&transfer->connect_to, connect) &&
          curl_easy_setopt(transfer->handle, CURLOPT_CONNECT_TO, transfer->connect_to) == 0)))
        return true;
    return failure_set(failure, EX_OSERR, 0, "no memory for a request");
}

static bool set_tls(CURL *handle, const struct http_service *service)
{
    return curl_easy_setopt(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) == 0 &&
           curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L) == 0 &&
           curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L) == 0 &&
           (service->ca_file == NULL ||
            (curl_easy_setopt(handle, CURLOPT_CAINFO, service->ca_file) == 0 &&
             curl_easy_setopt(handle, CURLOPT_CAPATH, NULL) == 0));
}

/* Nothing but this server, and HTTP, is spoken to. */
static bool set_protocol(CURL *handle, int64_t milliseconds)
{
    return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") == 0 &&
           curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) == 0 &&
           curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == 0 &&
           curl_easy_setopt(handle, CURLOPT_PROXY, "") == 0 &&
           curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == 0 &&
           curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L) == 0 &&
           curl_easy_setopt(handle, CURLOPT_USERAGENT, "redis-vault-sync/" PACKAGE_VERSION) == 0 &&
           curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) == 0 &&
           curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)milliseconds) == 0;
}

/* Behind the body, whose option makes it a POST. */
static bool set_request(struct transfer *transfer, const struct http_request *request)
{
    CURL *handle = transfer->handle;
    return (request->body == NULL ||
            (curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body) == 0 &&
             curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, (long)request->body_length) == 0)) &&
           curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method) == 0 &&
           curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body) == 0 &&
           curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer) == 0 &&
           curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, count_header) == 0 &&
           curl_easy_setopt(handle, CURLOPT_HEADERDATA, transfer) == 0 &&
           curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer->error) == 0 &&
           curl_easy_setopt(handle, CURLOPT_PRIVATE, transfer) == 0;
}

bool transfer_begin(struct transfer *transfer, const struct http_service *service,
                    const struct http_request *request, int64_t milliseconds,
                    struct failure *failure)
{
    transfer->handle = curl_easy_init();
    if (transfer->handle == NULL || !set_tls(transfer->handle, service) ||
        !set_protocol(transfer->handle, milliseconds) || !set_request(transfer, request) ||
        !set_headers(transfer, request))
        return failure_set(failure, EX_OSERR, 0, "libcurl takes no request, or has no memory");
    return set_url(transfer, service, request->path, failure);
}

void transfer_end(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->handle);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->connect_to);
}
