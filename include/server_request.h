// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SERVER_REQUEST_H
#define REDIS_INIT_SERVER_REQUEST_H

#include "byte_sink.h"
#include "running_conf.h"
#include "server_link.h"

/* Writes the bytes of a request; is called twice, to measure them first. */
typedef void server_request_writer(struct byte_sink *sink, const void *what);

/*
 * What a request is made of, as the server reads it (RESP2): commands of `count` words, each behind
 * its length.
 */
void server_request_begin(struct byte_sink *sink, size_t count);
void server_request_word(struct byte_sink *sink, const char *bytes, size_t length);
void server_request_text(struct byte_sink *sink, const char *word);
void server_request_secret(struct byte_sink *sink, const struct secret *secret);

/* AUTH as the user redis-init where conf has a credential of it, else as `default` with the
 * password of conf; nothing where there is neither. */
void server_request_auth(struct byte_sink *sink, const struct running_conf *conf);

/*
 * A request may hold passwords: it is made in guarded memory, goes to the kernel by send(2) alone,
 * and is wiped before an answer is waited for. hiredis is given nothing but the server's answers.
 * EX_OSERR; what server_link_send() says.
 */
bool server_request_send(struct server_link *link, server_request_writer *write, const void *what,
                         struct failure *failure) MUST_CHECK;

#endif
