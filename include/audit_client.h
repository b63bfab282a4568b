// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_CLIENT_H
#define REDIS_INIT_AUDIT_CLIENT_H

#include <stddef.h>

#define AUDIT_TEXT_MAX 128
#define AUDIT_WORD_MAX 16  /* of the server's own words, such as "toplevel" */
#define AUDIT_HASH_SIZE 32 /* SHA-256's */

/* What others have chosen: cut, and the hash of all of it. */
struct audit_text {
    char bytes[AUDIT_TEXT_MAX];
    size_t length; /* of what is kept */
    size_t whole;  /* of what there was */
    unsigned char hash[AUDIT_HASH_SIZE];
};

void audit_text_take(struct audit_text *text, const char *bytes, size_t length);

/* A client as the server describes it: a line of CLIENT LIST, and the client-info of ACL LOG. */
struct audit_client {
    long long id;              /* -1: not said */
    struct audit_text address; /* "10.1.2.3:51234", "/run/redis-init/redis.sock:0" */
    struct audit_text command; /* its last one, "NULL" for none */
    struct audit_text user;
};

/* Pure. What is missing or malformed is left empty. */
void audit_client_parse(struct audit_client *client, const char *line, size_t length);

#endif
