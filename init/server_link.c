// SPDX-License-Identifier: Apache-2.0
#include "server_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"

#define MICROSECONDS 1000000L

/* An address that can be connected to. */
struct target {
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t length;
};

void server_link_allow(struct server_link *link)
{
    /* the clock is there, and a deadline that is over is a failure as well */
    (void)clock_gettime(CLOCK_MONOTONIC, &link->deadline);
    link->deadline.tv_sec += link->timeout;
}

struct server_link server_link_new(unsigned timeout)
{
    struct server_link link = {.fd = -1, .timeout = timeout};
    server_link_allow(&link);
    return link;
}

/* The next call of that kind gives up at the deadline. `option` is SO_SNDTIMEO, which holds for
 * connect(2) as well, or SO_RCVTIMEO; false with errno. */
static bool limit(const struct server_link *link, int option)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
        return false;
    long left = (link->deadline.tv_sec - now.tv_sec) * MICROSECONDS +
                (link->deadline.tv_nsec - now.tv_nsec) / 1000;
    if (left <= 0) { /* 0 would mean no limit */
        errno = ETIMEDOUT;
        return false;
    }
    const struct timeval time = {left / MICROSECONDS, left % MICROSECONDS};
    return setsockopt(link->fd, SOL_SOCKET, option, &time, sizeof(time)) == 0;
}

/* How the kernel says that the time is over: socket(7), connect(2). */
static bool is_timeout(int error)
{
    return error == EAGAIN || error == EINPROGRESS || error == ETIMEDOUT;
}

static bool fail(const struct server_link *link, const char *what, struct failure *failure)
{
    if (is_timeout(errno))
        return failure_set(failure, EXIT_FAILURE, 0, "%s: no answer within %u s", link->name,
                           link->timeout);
    return failure_set(failure, EXIT_FAILURE, errno, "%s %s", link->name, what);
}

static bool open_socket(struct server_link *link, const struct target *target,
                        struct failure *failure)
{
    link->fd = socket(target->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return link->fd >= 0 || fail(link, "can't be connected to", failure);
}

static bool connect_to(struct server_link *link, const struct target *target,
                       struct failure *failure)
{
    if (limit(link, SO_SNDTIMEO) && connect(link->fd, &target->address.any, target->length) == 0)
        return true;
    return fail(link, "can't be connected to", failure);
}

/* Whoever called listen(2) on the socket: unix(7). */
static bool judge_peer(const struct server_link *link, uid_t uid, struct failure *failure)
{
    struct ucred peer;
    socklen_t length = sizeof(peer);
    if (getsockopt(link->fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
        return failure_set(failure, EX_OSERR, errno, "%s: its owner can't be told", link->name);
    if (peer.uid == uid)
        return true;
    return failure_set(failure, EXIT_FAILURE, 0,
                       "%s is uid %u's, not the server's (%u): it gets no password", link->name,
                       peer.uid, uid);
}

static bool open_unix(struct server_link *link, const char *path, uid_t uid,
                      struct failure *failure)
{
    struct target target = {.address.local.sun_family = AF_UNIX,
                            .length = sizeof(target.address.local)};
    (void)snprintf(link->name, sizeof(link->name), "%s", path);
    if (strlen(path) >= sizeof(target.address.local.sun_path))
        return failure_set(failure, EXIT_FAILURE, ENAMETOOLONG, "%s", link->name);
    memcpy(target.address.local.sun_path, path, strlen(path) + 1);
    return open_socket(link, &target, failure) && connect_to(link, &target, failure) &&
           judge_peer(link, uid, failure);
}

static struct target tcp_target(const char *address, in_port_t port)
{
    struct target target = {.length = sizeof(target.address.v4)};
    if (inet_pton(AF_INET, address, &target.address.v4.sin_addr) == 1) {
        target.address.v4.sin_family = AF_INET;
        target.address.v4.sin_port = htons(port);
        return target;
    }
    target = (struct target){.length = sizeof(target.address.v6)};
    target.address.v6.sin6_family = AF_INET6;
    target.address.v6.sin6_port = htons(port);
    (void)inet_pton(AF_INET6, address, &target.address.v6.sin6_addr); /* bind_local_of() looked */
    return target;
}

/* Before the connection is made: what listens afterwards may not be what took it. Were the server
 * to die in between, and with it its container, this process would end as well. */
static bool judge_listener(const struct server_link *link, const struct target *target, uid_t uid,
                           struct failure *failure)
{
    switch (listener_of(&target->address.any, uid)) {
    case LISTENER_OURS:
        return true;
    case LISTENER_NONE:
        return failure_set(failure, EXIT_FAILURE, ECONNREFUSED, "%s: nothing listens there",
                           link->name);
    case LISTENER_FOREIGN:
        return failure_set(failure, EXIT_FAILURE, 0,
                           "%s: what listens there is not of the server's uid (%u), it gets no "
                           "password",
                           link->name, uid);
    case LISTENER_UNKNOWN:
        break;
    }
    return failure_set(failure, EX_OSERR, errno, "%s: who listens there can't be told", link->name);
}

/* From that address itself, which has to be this host's then. */
static bool bind_to(const struct server_link *link, struct target target, struct failure *failure)
{
    if (target.address.any.sa_family == AF_INET)
        target.address.v4.sin_port = 0;
    else
        target.address.v6.sin6_port = 0;
    return bind(link->fd, &target.address.any, target.length) == 0 ||
           fail(link, "is no address of this host", failure);
}

static bool open_tcp(struct server_link *link, const char *address, unsigned port, uid_t uid,
                     struct failure *failure)
{
    const struct target target = tcp_target(address, (in_port_t)port);
    (void)snprintf(link->name, sizeof(link->name), "%s port %u", address, port);
    return judge_listener(link, &target, uid, failure) && open_socket(link, &target, failure) &&
           bind_to(link, target, failure) && connect_to(link, &target, failure);
}

static void drop_socket(struct server_link *link)
{
    if (link->fd >= 0)
        (void)close(link->fd);
    link->fd = -1;
}

/* Whether it is worth trying elsewhere: nothing is there, or what was there before. */
static bool is_absent(const struct failure *failure)
{
    static const int errors[] = {ENOENT, ECONNREFUSED, EADDRNOTAVAIL, EAFNOSUPPORT, ENETUNREACH};
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (failure->error == errors[i])
            return true;
    return false;
}

/*
 * *failure says already why the unix socket does not do. Of several places without a server the
 * first one is told, of one that is not the server's only that.
 */
static bool open_tcp_any(struct server_link *link, const struct running_conf *conf, uid_t uid,
                         struct failure *failure)
{
    const struct bind_local local = bind_local_of(conf->bind);
    for (size_t i = 0; i < local.count; i++) {
        struct failure here;
        if (open_tcp(link, local.address[i], conf->port, uid, &here))
            return true;
        drop_socket(link);
        if (failure->text[0] == '\0' || !is_absent(&here))
            *failure = here;
        if (!is_absent(&here))
            return false;
    }
    return failure->text[0] == '\0' &&
           failure_set(failure, EXIT_FAILURE, 0, "bind has no address that is known here");
}

static bool open_any(struct server_link *link, const struct running_conf *conf, uid_t uid,
                     struct failure *failure)
{
    *failure = (struct failure){0};
    if (conf->socket[0] != '\0') {
        if (open_unix(link, conf->socket, uid, failure))
            return true;
        drop_socket(link);
        if (!is_absent(failure) || conf->port == 0)
            return false;
    }
    return open_tcp_any(link, conf, uid, failure);
}

bool server_link_open(struct server_link *link, const struct running_conf *conf, uid_t uid,
                      struct failure *failure)
{
    link->answers = answer_reader_new();
    if (link->answers == NULL)
        return failure_set(failure, EX_OSERR, ENOMEM, "no memory for the answers");
    if (conf->socket[0] == '\0' && conf->port == 0)
        return failure_set(failure, EXIT_FAILURE, 0,
                           "port is 0 and there is no unix socket: give redis-init a run_dir that "
                           "can be written, or the server a `unixsocket` in [redis.conf]");
    return open_any(link, conf, uid, failure);
}

bool server_link_send(struct server_link *link, const char *bytes, size_t length,
                      struct failure *failure)
{
    while (length > 0) {
        const ssize_t n =
            limit(link, SO_SNDTIMEO) ? send(link->fd, bytes, length, MSG_NOSIGNAL) : -1;
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return true;
        if (n < 0 && errno != EINTR)
            return fail(link, "can't be written to", failure);
        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
        }
    }
    return true;
}

bool server_link_receive(struct server_link *link, char *bytes, size_t size, size_t *length,
                         struct failure *failure)
{
    ssize_t n;
    do
        n = limit(link, SO_RCVTIMEO) ? recv(link->fd, bytes, size, 0) : -1;
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fail(link, "can't be read", failure);
    if (n == 0)
        return failure_set(failure, EXIT_FAILURE, 0, "%s: closed without an answer", link->name);
    *length = (size_t)n;
    return true;
}

/* Waits for more bytes and feeds them. */
static bool receive(struct server_link *link, struct failure *failure)
{
    char bytes[4096];
    size_t length = 0;
    if (!server_link_receive(link, bytes, sizeof(bytes), &length, failure))
        return false;
    return answer_reader_feed(link->answers, bytes, length) ||
           failure_set(failure, EXIT_FAILURE, 0, "%s: the answer is too long", link->name);
}

bool server_link_answer(struct server_link *link, struct server_answer *answer,
                        struct failure *failure)
{
    enum answer_state state;
    while ((state = answer_reader_next(link->answers, answer)) == ANSWER_INCOMPLETE)
        if (!receive(link, failure))
            return false;
    if (state == ANSWER_WHOLE)
        return true;
    return failure_set(failure, EXIT_FAILURE, 0, "%s: the answer is not the protocol of Redis",
                       link->name);
}

void server_link_close(struct server_link *link)
{
    drop_socket(link);
    answer_reader_free(link->answers);
    link->answers = NULL;
}
