// SPDX-License-Identifier: Apache-2.0
#include "vault_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A part of the URL as a copy of libcurl's, "" when there is none; freed by curl_free(). */
static char *part_of(CURLU *url, CURLUPart part, unsigned flags)
{
    char *text = NULL;
    return curl_url_get(url, part, &text, flags) == CURLUE_OK ? text : NULL;
}

static CURLU *parse(const char *value)
{
    CURLU *url = curl_url();
    if (url != NULL && curl_url_set(url, CURLUPART_URL, value, 0) == CURLUE_OK)
        return url;
    curl_url_cleanup(url);
    return NULL;
}

static bool has(CURLU *url, CURLUPart part)
{
    char *text = part_of(url, part, 0);
    curl_free(text);
    return text != NULL;
}

static bool is_loopback_host(const char *host)
{
    struct in_addr address;
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (inet_pton(AF_INET, host, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127);
}

static bool is_scheme(CURLU *url, const char *scheme)
{
    char *text = part_of(url, CURLUPART_SCHEME, 0);
    const bool same = text != NULL && strcmp(text, scheme) == 0;
    curl_free(text);
    return same;
}

static bool leads_to_loopback(CURLU *url)
{
    char *host = part_of(url, CURLUPART_HOST, 0);
    const bool loopback = host != NULL && is_loopback_host(host);
    curl_free(host);
    return loopback;
}

static bool check_parts(CURLU *url, const char *option, const char *value, struct failure *failure)
{
    if (has(url, CURLUPART_USER) || has(url, CURLUPART_PASSWORD))
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: a user's name or password does not belong into the URL", option);
    if (has(url, CURLUPART_QUERY) || has(url, CURLUPART_FRAGMENT))
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: `%s` must be a URL without what begins with ? or #", option, value);
    if (!is_scheme(url, "https") && !(is_scheme(url, "http") && leads_to_loopback(url)))
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: `%s` must begin with https://, or lead to the loopback "
                           "(http://127.0.0.1)",
                           option, value);
    return true;
}

bool url_check(char copy[URL_SIZE], const char *option, const char *value, struct failure *failure)
{
    size_t length = strlen(value);
    CURLU *url = strstr(value, "://") != NULL && length < URL_SIZE ? parse(value) : NULL;
    if (url == NULL)
        return failure_set(failure, EX_CONFIG, 0, "%s: must be a URL, as https://host:8200",
                           option);
    const bool ok = check_parts(url, option, value, failure);
    curl_url_cleanup(url);
    while (length > 0 && value[length - 1] == '/')
        length--;
    (void)snprintf(copy, URL_SIZE, "%.*s", (int)length, value);
    return ok;
}

bool url_is_loopback(const char *value)
{
    CURLU *url = parse(value);
    const bool loopback = url != NULL && leads_to_loopback(url);
    curl_url_cleanup(url);
    return loopback;
}

bool url_with_host(char text[URL_SIZE], char connect[2 * URL_SIZE], const char *from,
                   const char *host, struct failure *failure)
{
    CURLU *url = parse(from);
    char *real = url != NULL ? part_of(url, CURLUPART_HOST, 0) : NULL;
    char *port = url != NULL ? part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT) : NULL;
    char *whole = NULL;
    const bool ok = real != NULL && port != NULL &&
                    curl_url_set(url, CURLUPART_HOST, host, 0) == CURLUE_OK &&
                    (whole = part_of(url, CURLUPART_URL, 0)) != NULL && strlen(whole) < URL_SIZE;
    if (ok) {
        size_t length = strlen(whole);
        while (length > 0 && whole[length - 1] == '/')
            length--;
        (void)snprintf(text, URL_SIZE, "%.*s", (int)length, whole);
        (void)snprintf(connect, (size_t)2 * URL_SIZE, "%s:%s:%s:%s", host, port, real, port);
    }
    curl_free(real);
    curl_free(port);
    curl_free(whole);
    curl_url_cleanup(url);
    return ok || failure_set(failure, EX_CONFIG, 0, "`%s` can't be the name of a server", host);
}

void url_origin(char origin[URL_SIZE], const char *value)
{
    CURLU *url = parse(value);
    char *scheme = url != NULL ? part_of(url, CURLUPART_SCHEME, 0) : NULL;
    char *host = url != NULL ? part_of(url, CURLUPART_HOST, 0) : NULL;
    char *port = url != NULL ? part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT) : NULL;
    origin[0] = '\0';
    if (scheme != NULL && host != NULL && port != NULL)
        (void)snprintf(origin, URL_SIZE, "%s://%s:%s", scheme, host, port);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(url);
}

bool url_path_is_right(const char *path)
{
    for (;;) {
        const size_t length = strcspn(path, "/");
        if (length == 0 || (length <= 2 && strspn(path, ".") >= length))
            return false;
        path += length;
        if (*path++ == '\0')
            return true;
    }
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~/", c) != NULL);
}

void url_path_append(char url[URL_PATH_SIZE], const char *path)
{
    size_t length = strlen(url);
    length += (size_t)snprintf(url + length, URL_PATH_SIZE - length, "/");
    for (; *path != '\0' && length + 4 <= URL_PATH_SIZE; path++)
        length += (size_t)snprintf(url + length, URL_PATH_SIZE - length,
                                   is_unreserved(*path) ? "%c" : "%%%02X", (unsigned char)*path);
}
