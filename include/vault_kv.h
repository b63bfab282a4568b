// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_KV_H
#define REDIS_INIT_VAULT_KV_H

#include <jansson.h>

#include "vault_session.h"

/* What is at a path. */
struct kv_content {
    json_t *fields;  /* an object, owned; NULL: there is nothing */
    int64_t version; /* 0: the engine has none */
};

void kv_content_free(struct kv_content *content);

/* Reads the options' path. EX_NOINPUT when there is nothing, or the version is deleted; EX_DATAERR
 * when it is not what the options' version of the engine gives; and as vault_ask(). With `generate`
 * an empty path is no failure, and content->fields NULL. */
bool kv_read(struct vault *vault, struct kv_content *content, struct failure *failure) MUST_CHECK;

/*
 * Writes the fields as the first version, by check-and-set 0. *won is false where there is one
 * already, which another has written meanwhile; else content->version is the one written.
 */
bool kv_create(struct vault *vault, struct kv_content *content, bool *won,
               struct failure *failure) MUST_CHECK;

/* MOUNT/PATH, as errors and annotations have it. */
#define KV_LABEL_SIZE (2 * NAME_MAX_BYTES + 8) /* also with a /data in between */
void kv_label(char label[KV_LABEL_SIZE], const struct sync_options *options);

/* Pure: an answer of 200, by the version of the engine (1 or 2). EX_UNAVAILABLE when it is
 * malformed, EX_DATAERR when it looks like the other version's. The caller frees the content. */
bool kv_answer_read(struct kv_content *content, unsigned kv, const char *label, const char *body,
                    size_t length, struct failure *failure) MUST_CHECK;

/* Pure: an answer of 404. */
enum kv_absence {
    KV_NOTHING,       /* there has never been anything, or all of it is gone */
    KV_DELETED,       /* a version that can be undeleted */
    KV_DESTROYED,     /* one that can't */
    KV_OTHER_VERSION, /* the engine is version 2, and was asked as version 1 */
    KV_FOREIGN,       /* that is no answer of Vault's */
};
enum kv_absence kv_absence_of(const char *body, size_t length, int64_t *version);

#endif
