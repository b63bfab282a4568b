// SPDX-License-Identifier: Apache-2.0
#include "vault_http.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_handle.h"
#include "vault_clock.h"
#include "vault_retry.h"

struct http {
    CURLM *multi;
    char *body; /* of libsodium's */
    struct stop *stop;
    const struct report *report;
    int64_t deadline;
};

struct http *http_new(struct stop *stop, const struct report *report, struct failure *failure)
{
    struct http *http = calloc(1, sizeof(*http));
    if (http != NULL) {
        http->stop = stop;
        http->report = report;
        http->multi = curl_multi_init();
        http->body = sodium_malloc(HTTP_ANSWER_MAX + 1);
    }
    if (http != NULL && http->multi != NULL && http->body != NULL)
        return http;
    http_free(http);
    failure_set(failure, EX_OSERR, 0, "no memory for requests");
    return NULL;
}

void http_free(struct http *http)
{
    if (http == NULL)
        return;
    (void)curl_multi_cleanup(http->multi);
    sodium_free(http->body);
    free(http);
}

#define STACK_USED ((size_t)128 * 1024) /* by far not reached by the frames of a request */

void http_rest(struct http *http)
{
    (void)curl_multi_cleanup(http->multi);
    http->multi = curl_multi_init(); /* without it the next request has no memory */
    sodium_memzero(http->body, HTTP_ANSWER_MAX + 1);
    sodium_stackzero(STACK_USED);
}

int64_t http_set_deadline(struct http *http, int64_t deadline)
{
    const int64_t before = http->deadline;
    http->deadline = deadline;
    return before;
}

/* How a try ended that has no answer. */
enum ending { ENDING_AGAIN, ENDING_FINAL };

struct cause {
    CURLcode code;
    enum ending ending;
    int exit_code;
    bool is_told;     /* what libcurl says of it, too */
    const char *says; /* behind the URL */
};

#define NO_ANSWER "does not answer"
#define MALFORMED "gives a malformed answer"

static const struct cause causes[] = {
    {CURLE_PEER_FAILED_VERIFICATION, ENDING_FINAL, EX_UNAVAILABLE, true,
     "has a certificate that does not prove it"},
    {CURLE_SSL_CACERT_BADFILE, ENDING_FINAL, EX_NOINPUT, true, "can't be proved"},
    {CURLE_WRITE_ERROR, ENDING_FINAL, EX_UNAVAILABLE, false,
     "gives an answer longer than 2 MiB, or with headers of more than 64 KiB"},
    {CURLE_WEIRD_SERVER_REPLY, ENDING_FINAL, EX_UNAVAILABLE, true, MALFORMED},
    {CURLE_UNSUPPORTED_PROTOCOL, ENDING_FINAL, EX_UNAVAILABLE, true, MALFORMED},
    {CURLE_BAD_CONTENT_ENCODING, ENDING_FINAL, EX_UNAVAILABLE, true, MALFORMED},
    /* before 8.6.0 also of a line of more than 100 KiB: that is the server's, not the system's */
    {CURLE_OUT_OF_MEMORY, ENDING_FINAL, EX_UNAVAILABLE, true, "gives no answer that fits"},
    {CURLE_COULDNT_RESOLVE_HOST, ENDING_AGAIN, EX_UNAVAILABLE, true, NO_ANSWER},
    {CURLE_COULDNT_CONNECT, ENDING_AGAIN, EX_UNAVAILABLE, true, NO_ANSWER},
    {CURLE_OPERATION_TIMEDOUT, ENDING_AGAIN, EX_UNAVAILABLE, true, NO_ANSWER},
    {CURLE_SSL_CONNECT_ERROR, ENDING_AGAIN, EX_UNAVAILABLE, true, NO_ANSWER},
    {CURLE_SEND_ERROR, ENDING_AGAIN, EX_UNAVAILABLE, true, NO_ANSWER},
    {CURLE_RECV_ERROR, ENDING_AGAIN, EX_UNAVAILABLE, true, NO_ANSWER},
    {CURLE_GOT_NOTHING, ENDING_AGAIN, EX_UNAVAILABLE, true, NO_ANSWER},
    {CURLE_PARTIAL_FILE, ENDING_AGAIN, EX_UNAVAILABLE, true, NO_ANSWER},
};

static const struct cause unknown_cause = {CURLE_OK, ENDING_FINAL, EX_UNAVAILABLE, true, NO_ANSWER};

static const struct cause *cause_of(CURLcode code)
{
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
        if (causes[i].code == code)
            return &causes[i];
    return &unknown_cause;
}

static enum ending fail(const struct http_service *service, CURLcode code,
                        const struct transfer *transfer, struct failure *failure)
{
    const struct cause *cause = cause_of(code);
    const char *said = transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(code);
    if (code == CURLE_SSL_CACERT_BADFILE && service->ca_file != NULL)
        failure_set(failure, cause->exit_code, 0,
                    "%s (%s) can't be read, or holds no certificate in PEM", service->ca_option,
                    service->ca_file);
    else
        failure_set(failure, cause->exit_code, 0, "%s at %s %s%s%s", service->name, service->url,
                    cause->says, cause->is_told ? ": " : "", cause->is_told ? said : "");
    return cause->ending;
}

static CURLcode result_of(CURLM *multi)
{
    int left;
    const CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            return message->data.result;
    return CURLE_OUT_OF_MEMORY;
}

/* Runs the transfer to its end; false when a signal came first. */
static bool run(struct http *http, CURLcode *code)
{
    struct curl_waitfd wait = {.fd = http->stop->fd, .events = CURL_WAIT_POLLIN};
    int running = 1;
    for (;;) {
        const CURLMcode progress = curl_multi_perform(http->multi, &running);
        if (progress != CURLM_OK || running == 0) {
            *code = progress == CURLM_OK ? result_of(http->multi) : CURLE_OUT_OF_MEMORY;
            return true;
        }
        (void)curl_multi_poll(http->multi, &wait, 1, INT_MAX, NULL);
        if (stop_take(http->stop))
            return false;
    }
}

static void read_answer(struct http *http, const struct transfer *transfer,
                        struct http_answer *answer)
{
    curl_off_t seconds = 0;
    char *redirect = NULL;
    (void)curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &answer->status);
    (void)curl_easy_getinfo(transfer->handle, CURLINFO_RETRY_AFTER, &seconds);
    (void)curl_easy_getinfo(transfer->handle, CURLINFO_REDIRECT_URL, &redirect);
    answer->redirect[0] = '\0';
    if (redirect != NULL)
        url_origin(answer->redirect, redirect);
    answer->retry_after = seconds > 0 && seconds < INT_MAX ? (int64_t)seconds * 1000 : 0;
    http->body[transfer->length] = '\0';
    answer->body = http->body;
    answer->length = transfer->length;
}

static bool add(struct http *http, struct transfer *transfer, struct failure *failure)
{
    return curl_multi_add_handle(http->multi, transfer->handle) == CURLM_OK ||
           failure_set(failure, EX_OSERR, 0, "no memory for a request");
}

/* One try. True with an answer; else *ending tells whether another may have one. */
static bool attempt(struct http *http, const struct http_service *service,
                    const struct http_request *request, struct http_answer *answer,
                    enum ending *ending, struct failure *failure)
{
    struct transfer transfer = {.body = http->body};
    CURLcode code = CURLE_FAILED_INIT; /* as long as there is no other */
    const int64_t left = http->deadline - clock_ms();
    *ending = ENDING_FINAL;
    sodium_memzero(http->body, HTTP_ANSWER_MAX + 1);
    if (transfer_begin(&transfer, service, request, left > 0 ? left : 1, failure) &&
        add(http, &transfer, failure)) {
        if (!run(http, &code))
            stop_failure(http->stop, failure);
        else if (code != CURLE_OK)
            *ending = fail(service, code, &transfer, failure);
        else
            read_answer(http, &transfer, answer);
        (void)curl_multi_remove_handle(http->multi, transfer.handle);
    }
    transfer_end(&transfer);
    return code == CURLE_OK;
}

/* False when there is no time for another try, or a signal came. */
static bool wait_for_next(struct http *http, unsigned tries, int64_t retry_after,
                          const char *because)
{
    const int64_t next = clock_ms() + retry_delay(tries, randombytes_random(), retry_after);
    if (next >= http->deadline)
        return false;
    report_line(http->report, tries == 1 ? REPORT_NOTICE : REPORT_DETAIL, "%s; it is tried again",
                because);
    return stop_wait(http->stop, next);
}

bool http_ask(struct http *http, const struct http_service *service,
              const struct http_request *request, struct http_answer *answer,
              struct failure *failure)
{
    for (unsigned tries = 1;; tries++) {
        enum ending ending;
        char because[2 * URL_SIZE];
        *answer = (struct http_answer){0};
        const bool answered = attempt(http, service, request, answer, &ending, failure);
        if (answered) {
            report_line(http->report, REPORT_DETAIL, "%s: %s %s: %ld", service->name,
                        request->method, request->path, answer->status);
            (void)snprintf(because, sizeof(because), "%s at %s answers %ld", service->name,
                           service->url, answer->status);
        }
        if (answered ? !retry_is_useful(answer->status) : ending == ENDING_FINAL)
            return answered;
        if (!wait_for_next(http, tries, answer->retry_after, answered ? because : failure->text))
            return http->stop->signal != 0 ? stop_failure(http->stop, failure) : answered;
    }
}
