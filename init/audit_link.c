// SPDX-License-Identifier: Apache-2.0
#include "audit_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server_request.h"

/* A server_request_writer. */
static void write_auth(struct byte_sink *sink, const void *what)
{
    server_request_auth(sink, what);
}

static bool read_answer(struct audit_link *link, const struct audit_want *want,
                        struct audit_error *error, struct failure *failure)
{
    char bytes[16384];
    size_t length = 0;
    enum answer_state state;
    while ((state = audit_reader_next(link->reader, want, error)) == ANSWER_INCOMPLETE) {
        if (!server_link_receive(&link->link, bytes, sizeof(bytes), &length, failure))
            return false;
        if (!audit_reader_feed(link->reader, bytes, length))
            return failure_set(failure, EX_DATAERR, 0, "%s: an answer is longer than %d bytes",
                               link->link.name, AUDIT_ANSWER_MAX);
    }
    return state == ANSWER_WHOLE ||
           failure_set(failure, EXIT_FAILURE, 0, "%s: the answer is not the protocol of Redis",
                       link->link.name);
}

static bool await_answer(struct audit_link *link, const char *question,
                         const struct audit_want *want, struct failure *failure)
{
    struct audit_error error = {.is_error = false};
    if (!read_answer(link, want, &error, failure)) {
        audit_link_close(link);
        return false;
    }
    return !error.is_error || failure_set(failure, EX_TEMPFAIL, 0, "%.*s is answered by `%s`",
                                          (int)strcspn(question, "\r"), question, error.text);
}

bool audit_link_ask(struct audit_link *link, const char *question, const struct audit_want *want,
                    struct failure *failure)
{
    server_link_allow(&link->link);
    if (server_link_send(&link->link, question, strlen(question), failure))
        return await_answer(link, question, want, failure);
    audit_link_close(link);
    return false;
}

static bool log_in(struct audit_link *link, const struct running_conf *conf, uid_t uid,
                   struct failure *failure)
{
    static const struct audit_want nothing;
    link->link = server_link_new(AUDIT_ANSWER_TIMEOUT);
    link->reader = audit_reader_new();
    if (link->reader == NULL)
        return failure_set(failure, EX_OSERR, ENOMEM, "no memory for the answers");
    return server_link_open(&link->link, conf, uid, failure) &&
           server_request_send(&link->link, write_auth, conf, failure) &&
           await_answer(link, "AUTH", &nothing, failure);
}

bool audit_link_open(struct audit_link *link, const struct settings *settings, uid_t uid,
                     struct failure *failure)
{
    struct running_conf conf;
    bool found;
    bool ok = running_conf_read(&conf, settings, uid, &found, failure);
    if (ok && conf.credential == NULL)
        ok =
            failure_set(failure, EX_NOINPUT, 0,
                        "there is no redis.conf of redis-init's in run_dir %s that uid %u may read",
                        settings->run_dir, uid);
    if (conf.socket[0] != '\0')
        conf.port =
            0; /* it is gone at the server's end, when a port may soon be another server's */
    ok = ok && log_in(link, &conf, uid, failure);
    running_conf_free(&conf);
    if (!ok)
        audit_link_close(link);
    return ok;
}

void audit_link_close(struct audit_link *link)
{
    server_link_close(&link->link);
    audit_reader_free(link->reader);
    link->reader = NULL;
}
