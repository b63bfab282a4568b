// SPDX-License-Identifier: Apache-2.0
#include "standin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "record.h"
#include "sandbox.h"

#define FAULTS_MAX 8
#define HUGE_LENGTH (10UL << 20)
#define MEMORY_LIMIT ((size_t)256 << 10) /* of a connection: headers have to fit into it */
#define DRIP_NS 10000000L

struct armed_fault {
    struct standin_fault fault;
    unsigned seen, done;
};

struct standin {
    struct MHD_Daemon *daemon;
    char address[64];
    int port;
    standin_serve *serve;
    void *state;
    pthread_mutex_t lock;  /* of all that follows, and of the service */
    pthread_cond_t change; /* a request came, or the end */
    struct record record;
    struct armed_fault faults[FAULTS_MAX];
    unsigned fault_count;
    bool stopping;
};

void standin_lock(struct standin *standin)
{
    (void)pthread_mutex_lock(&standin->lock);
}

void standin_unlock(struct standin *standin)
{
    (void)pthread_mutex_unlock(&standin->lock);
}

/* libmicrohttpd calls it first, and gives what it returns to all that is called for this request.
 */
static void *on_uri(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct standin *standin = arg;
    (void)connection;
    standin_lock(standin);
    struct kept_request *request = record_add(&standin->record, uri);
    standin_unlock(standin);
    return request;
}

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    (void)kind;
    return record_add_header(arg, name, value) ? MHD_YES : MHD_NO;
}

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned status,
                                     struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    const enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status,
                                 const char *text, const char *type, const char *header,
                                 const char *value)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        text != NULL ? strlen(text) : 0, (void *)(text != NULL ? text : ""), MHD_RESPMEM_MUST_COPY);
    if (response != NULL && text != NULL)
        (void)MHD_add_response_header(response, "Content-Type",
                                      type != NULL ? type : "application/json");
    if (response != NULL && header != NULL)
        (void)MHD_add_response_header(response, header, value);
    return send_response(connection, status, response);
}

static ssize_t huge_part(void *arg, uint64_t position, char *bytes, size_t size)
{
    (void)arg;
    memset(bytes, 'x', size);
    if (position == 0)
        bytes[0] = '"';
    return (ssize_t)size;
}

/* The pace of this one is what is tested: it ends when the client goes, or the test. */
static ssize_t drip_part(void *arg, uint64_t position, char *bytes, size_t size)
{
    struct standin *standin = arg;
    struct timespec until;
    (void)size;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += DRIP_NS;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    standin_lock(standin);
    while (!standin->stopping &&
           pthread_cond_timedwait(&standin->change, &standin->lock, &until) != ETIMEDOUT) {
    }
    const bool stopping = standin->stopping;
    standin_unlock(standin);
    bytes[0] = position == 0 ? '"' : 'x';
    return stopping ? MHD_CONTENT_READER_END_WITH_ERROR : 1;
}

static enum MHD_Result send_slowly(struct standin *standin, struct MHD_Connection *connection,
                                   enum standin_deed deed)
{
    const bool drips = deed == STANDIN_DRIP;
    struct MHD_Response *response = MHD_create_response_from_callback(
        HUGE_LENGTH, drips ? 1 : 65536, drips ? drip_part : huge_part, standin, NULL);
    if (response != NULL)
        (void)MHD_add_response_header(response, "Content-Type", "application/json");
    return send_response(connection, 200, response);
}

/* The fault that is due for this request, or NULL. */
static struct armed_fault *due(struct standin *standin, const struct kept_request *request)
{
    for (unsigned i = 0; i < standin->fault_count; i++) {
        struct armed_fault *armed = &standin->faults[i];
        if (!record_begins(request, armed->fault.request))
            continue;
        const unsigned nth = armed->seen++;
        if (nth >= armed->fault.skip &&
            (armed->fault.times == 0 || nth < armed->fault.skip + armed->fault.times))
            return armed;
    }
    return NULL;
}

/* Nobody is answered before the last of them is. */
static void gather(struct standin *standin, struct armed_fault *armed)
{
    armed->done++;
    (void)pthread_cond_broadcast(&standin->change);
    while (!standin->stopping && armed->done < armed->fault.times)
        (void)pthread_cond_wait(&standin->change, &standin->lock);
}

static enum MHD_Result serve(struct standin *standin, struct MHD_Connection *connection,
                             const struct kept_request *request, struct armed_fault *armed)
{
    struct standin_answer answer = {.status = 500};
    enum MHD_Result sent = MHD_NO;
    standin_lock(standin);
    standin->serve(standin->state, &request->shown, &answer);
    if (armed != NULL && armed->fault.deed == STANDIN_GATHER)
        gather(standin, armed);
    standin_unlock(standin);
    char *text = answer.body != NULL ? json_dumps(answer.body, JSON_COMPACT) : NULL;
    json_decref(answer.body);
    if (armed == NULL || armed->fault.deed != STANDIN_LOSE)
        sent = send_text(connection, answer.status, text, answer.type, answer.header, answer.text);
    free(text);
    return sent;
}

static enum MHD_Result answer_request(struct standin *standin, struct MHD_Connection *connection,
                                      struct kept_request *request)
{
    standin_lock(standin);
    record_finish(request);
    (void)pthread_cond_broadcast(&standin->change);
    struct armed_fault *armed = due(standin, request);
    standin_unlock(standin);
    const struct standin_fault *fault = armed != NULL ? &armed->fault : NULL;
    switch (fault != NULL ? fault->deed : STANDIN_GATHER) {
    case STANDIN_ANSWER:
        return send_text(connection, fault->status, fault->body, NULL, fault->header, fault->text);
    case STANDIN_CLOSE:
        return MHD_NO;
    case STANDIN_HUGE:
    case STANDIN_DRIP:
        return send_slowly(standin, connection, fault->deed);
    case STANDIN_LOSE:
    case STANDIN_GATHER:
        break;
    }
    return serve(standin, connection, request, armed);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *length, void **context)
{
    struct kept_request *request = *context;
    (void)url;
    (void)version;
    if (request == NULL)
        return MHD_NO;
    if (request->shown.method[0] == '\0') {
        (void)snprintf(request->shown.method, sizeof(request->shown.method), "%s", method);
        (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, request);
        return MHD_YES;
    }
    if (*length == 0)
        return answer_request(arg, connection, request);
    const bool kept = record_add_body(request, data, *length);
    *length = 0;
    return kept ? MHD_YES : MHD_NO;
}

static char *read_whole(const char *path)
{
    static const size_t size = 65536;
    char *text = calloc(1, size);
    FILE *file = fopen(path, "re");
    if (file == NULL || text == NULL || fread(text, 1, size - 1, file) == 0) {
        perror(path);
        free(text);
        text = NULL;
    }
    if (file != NULL)
        (void)fclose(file);
    return text;
}

static struct MHD_Daemon *listen_on(struct standin *standin, const char *certificate,
                                    const char *key)
{
    const struct sockaddr_in loopback = {.sin_family = AF_INET,
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                           (key != NULL ? MHD_USE_TLS : 0);
    const struct MHD_OptionItem pair[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, standin, MHD_OPTION_SOCK_ADDR,
                            &loopback, MHD_OPTION_URI_LOG_CALLBACK, on_uri, standin,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_LIMIT, MHD_OPTION_ARRAY,
                            key != NULL ? pair : pair + 2, MHD_OPTION_END);
}

static void find_address(struct standin *standin, bool tls)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(standin->daemon, MHD_DAEMON_INFO_BIND_PORT);
    standin->port = info != NULL ? info->port : 0;
    (void)snprintf(standin->address, sizeof(standin->address), "%s://127.0.0.1:%d",
                   tls ? "https" : "http", standin->port);
}

struct standin *standin_start(const char *certificate, const char *key, standin_serve *service,
                              void *state)
{
    struct standin *standin = calloc(1, sizeof(*standin));
    char *pem = key != NULL ? read_whole(certificate) : NULL;
    char *key_pem = key != NULL ? read_whole(key) : NULL;
    if (standin == NULL || (key != NULL && (pem == NULL || key_pem == NULL)))
        abort(); /* a test's own files */
    standin->serve = service;
    standin->state = state;
    (void)pthread_mutex_init(&standin->lock, NULL);
    (void)pthread_cond_init(&standin->change, NULL);
    standin->daemon = listen_on(standin, pem, key_pem);
    free(pem);
    free(key_pem);
    if (standin->daemon == NULL) {
        perror("standin: listen");
        free(standin);
        return NULL;
    }
    find_address(standin, key != NULL);
    return standin;
}

void standin_stop(struct standin *standin)
{
    if (standin == NULL)
        return;
    standin_lock(standin);
    standin->stopping = true;
    (void)pthread_cond_broadcast(&standin->change);
    standin_unlock(standin);
    MHD_stop_daemon(standin->daemon);
    record_free(&standin->record);
    (void)pthread_cond_destroy(&standin->change);
    (void)pthread_mutex_destroy(&standin->lock);
    free(standin);
}

const char *standin_address(const struct standin *standin)
{
    return standin->address;
}

int standin_port(const struct standin *standin)
{
    return standin->port;
}

void standin_fault(struct standin *standin, const struct standin_fault *fault)
{
    standin_lock(standin);
    if (standin->fault_count == FAULTS_MAX)
        abort(); /* a test asks for too much */
    standin->faults[standin->fault_count++] = (struct armed_fault){.fault = *fault};
    standin_unlock(standin);
}

unsigned standin_count(struct standin *standin, const char *request)
{
    standin_lock(standin);
    const unsigned count = record_count(&standin->record, request);
    standin_unlock(standin);
    return count;
}

const struct standin_request *standin_last(struct standin *standin, const char *request)
{
    standin_lock(standin);
    const struct standin_request *last = record_last(&standin->record, request);
    standin_unlock(standin);
    return last;
}

bool standin_await(struct standin *standin, const char *request, unsigned count)
{
    struct timespec until;
    int waited = 0;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += SANDBOX_DEADLINE_MS / 1000;
    standin_lock(standin);
    while (record_count(&standin->record, request) < count && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&standin->change, &standin->lock, &until);
    const bool came = record_count(&standin->record, request) >= count;
    standin_unlock(standin);
    return came;
}

bool standin_urls_have(struct standin *standin, const char *text)
{
    standin_lock(standin);
    const bool have = record_urls_have(&standin->record, text);
    standin_unlock(standin);
    return have;
}
