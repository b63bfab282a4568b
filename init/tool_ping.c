// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "password_source.h"
#include "ping_verdict.h"
#include "privileges.h"
#include "running_conf.h"
#include "server_link.h"
#include "server_request.h"
#include "server_socket.h"
#include "tool.h"

/* Where the server's conf can't be read (conf=memfd), the settings have to say what it says; the
 * arguments of the start are not known. */
static bool conf_of_settings(struct running_conf *conf, const struct settings *settings,
                             char **environment, struct failure *failure)
{
    struct password password;
    static const struct server_args none;
    const struct server_socket socket = server_socket_of(settings, &none);
    if (settings->default_user == DEFAULT_USER_OFF)
        return failure_set(failure, EX_NOINPUT, 0,
                           "there is no redis.conf in run_dir %s, and with `default_user = off` "
                           "ping has no other way in: keep it there, by `conf = file`",
                           settings->run_dir);
    const bool ok = bind_resolve(settings->bind, true, conf->bind, failure) &&
                    password_load(&password, settings, environment, NULL, failure);
    conf->password = ok ? password.secret : NULL;
    if (ok)
        password.secret = NULL;
    password_free(&password);
    conf->port = settings->port;
    if (!socket.is_ours)
        memcpy(conf->socket, socket.path, sizeof(conf->socket));
    return ok && running_conf_socket_in(conf, settings->data_dir, failure);
}

/* As root, where the password's file may be root's; the variables are of no use any more. */
static bool find_server(struct running_conf *conf, const struct settings *settings, uid_t uid,
                        char **environment, struct failure *failure)
{
    bool found;
    const bool ok = running_conf_read(conf, settings, uid, &found, failure) &&
                    (found || conf_of_settings(conf, settings, environment, failure));
    password_wipe_variables(settings, environment);
    return ok;
}

struct question {
    const struct running_conf *conf;
    bool ready;
};

/* A server_request_writer: PING and INFO follow AUTH at once. */
static void write_question(struct byte_sink *sink, const void *what)
{
    const struct question *question = what;
    server_request_auth(sink, question->conf);
    server_request_begin(sink, 1);
    server_request_text(sink, "PING");
    if (!question->ready)
        return;
    server_request_begin(sink, 2);
    server_request_text(sink, "INFO");
    server_request_text(sink, "replication");
}

static bool has_auth(const struct running_conf *conf)
{
    return conf->credential != NULL || conf->password != NULL;
}

/* Reads answers until one decides. */
static bool judge(struct server_link *link, bool with_auth, bool ready,
                  struct ping_verdict *verdict, struct failure *failure)
{
    const enum ping_question last = ready ? PING_REPLICATION : PING_PING;
    struct server_answer *answer = malloc(sizeof(*answer));
    bool ok = answer != NULL ||
              failure_set(failure, EX_OSERR, errno, "no memory for the server's answer");
    verdict->result = PING_NEXT;
    for (unsigned question = with_auth ? PING_AUTH : PING_PING;
         ok && verdict->result == PING_NEXT && question <= last; question++) {
        ok = server_link_answer(link, answer, failure);
        if (ok)
            *verdict = ping_verdict_of(question, answer);
    }
    free(answer);
    return ok;
}

static bool say(const struct options *options, const struct server_link *link,
                const struct ping_verdict *verdict, struct failure *failure)
{
    const bool ready = options->ping_ready;
    if (verdict->result == PING_DEAD)
        return failure_set(failure, EXIT_FAILURE, 0, "%s: %s", link->name, verdict->text);
    if (ready && verdict->result != PING_READY)
        return failure_set(failure, EXIT_FAILURE, 0, "not ready: %s: %s", link->name,
                           verdict->text);
    return report_answer(&options->report, failure, "%s: %s: %s", ready ? "ready" : "alive",
                         link->name, verdict->text);
}

static bool ask(const struct options *options, struct server_link *link,
                const struct running_conf *conf, uid_t uid, struct failure *failure)
{
    struct ping_verdict verdict;
    const struct question question = {conf, options->ping_ready};
    return server_link_open(link, conf, uid, failure) &&
           server_request_send(link, write_question, &question, failure) &&
           judge(link, has_auth(conf), options->ping_ready, &verdict, failure) &&
           say(options, link, &verdict, failure);
}

bool tool_ping(const struct options *options, const struct settings *settings, char **environment,
               struct failure *failure)
{
    const uid_t uid = privileges_are_root() ? settings->uid : getuid();
    struct server_link link = server_link_new(options->ping_timeout);
    struct running_conf conf;
    const bool ok = find_server(&conf, settings, uid, environment, failure) &&
                    privileges_drop(settings->uid, settings->gid, failure) &&
                    ask(options, &link, &conf, uid, failure);
    server_link_close(&link);
    running_conf_free(&conf);
    return ok;
}
