// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_KUBE_H
#define REDIS_INIT_VAULT_KUBE_H

#include "vault_kv.h"

#define FIELD_MANAGER "redis-vault-sync"
#define KUBE_NAMESPACE_MAX 63 /* a label of DNS */

/* Kubernetes' API, and the Secret that is meant. */
struct kube {
    struct http *http;
    const struct sync_options *options;
    struct http_service service;
    char url[URL_SIZE];
    char namespace[KUBE_NAMESPACE_MAX + 1];
    struct credential *token;
};

/*
 * By the options, or for what they do not say by the pod: KUBERNETES_SERVICE_HOST and _PORT of the
 * environment (NULL-ended), and the files of its service account. The token is read anew in each
 * run, for the kubelet renews it. EX_NOINPUT, or EX_CONFIG outside of a pod.
 */
bool kube_open(struct kube *kube, struct http *http, const struct sync_options *options,
               char *const *environment, struct failure *failure) MUST_CHECK;
void kube_close(struct kube *kube);

/* Pure: the API's address by those two variables, NULL when they are not set; an address of IPv6
 * gets its brackets. EX_CONFIG. */
bool kube_url(char url[URL_SIZE], const char *host, const char *port,
              struct failure *failure) MUST_CHECK;

enum written { WRITTEN_NEW, WRITTEN_CHANGED, WRITTEN_UNCHANGED };

/*
 * Brings the fields into the Secret: created where there is none, else changed by server-side apply
 * (or a JSON merge patch where the API does not know that), and only where a value differs.
 * EX_NOPERM when a right is missing, the Secret is immutable, or another manager has the fields;
 * EX_CONFIG when it is of another type or there is no such namespace; EX_UNAVAILABLE.
 */
bool kube_write(struct kube *kube, const struct kv_content *content, enum written *written,
                struct failure *failure) MUST_CHECK;

/* What of the Secret matters; borrowed from the answer's JSON. */
struct kube_secret {
    const json_t *data;    /* or NULL */
    const json_t *managed; /* metadata.managedFields, or NULL */
    const char *type;
    const char *resource_version;
    bool is_immutable;
};

/* Pure: a Secret as the API gives it. EX_UNAVAILABLE when it is malformed. */
bool kube_secret_read(struct kube_secret *secret, const json_t *answer,
                      struct failure *failure) MUST_CHECK;

/* Pure: whether the Secret has all of the fields' values. EX_UNAVAILABLE when one of its values is
 * no base64: then *same says nothing. */
bool kube_secret_has(const struct kube_secret *secret, const struct sync_options *options,
                     const struct kv_content *content, bool *same,
                     struct failure *failure) MUST_CHECK;

/* Whether passwords may be written into a Secret of that type. */
bool kube_type_is_taken(const char *type);

enum kube_body {
    KUBE_CREATE, /* the whole object */
    KUBE_APPLY,  /* application/apply-patch+yaml, of which JSON is a part */
    KUBE_MERGE,  /* application/merge-patch+json */
};

/*
 * Pure: what is sent; the caller releases it. `time` (RFC 3339) and the rest of the annotations say
 * where the value is from, never the value. `resource_version` is of KUBE_MERGE alone: the API
 * refuses (409) when the Secret has another by then. NULL without memory (EX_OSERR).
 */
json_t *kube_body(enum kube_body kind, const char *namespace, const struct sync_options *options,
                  const struct kv_content *content, const char *time, const char *resource_version,
                  struct failure *failure) MUST_CHECK;

/*
 * For a body of KUBE_APPLY: adds the keys that FIELD_MANAGER has applied before and the options do
 * not name, as they are, for the API takes away what its manager leaves out ("Server-Side Apply",
 * merge strategy): another job may bring them from another path. With them goes the resourceVersion
 * that they are of. False without memory (EX_OSERR).
 */
bool kube_body_keep(json_t *body, const struct kube_secret *secret,
                    struct failure *failure) MUST_CHECK;

/* A JSON string as a Secret's data has it, another string; the caller releases it. NULL without
 * memory. */
json_t *kube_base64(const json_t *value);

enum kube_operation { KUBE_GET, KUBE_POST, KUBE_PATCH, KUBE_OPERATIONS };

#define KUBE_TEXT_SIZE 256

/* What a Status tells (API conventions, "Response Status Kind"). */
struct kube_status {
    char reason[64];              /* "Conflict", or "" */
    char message[KUBE_TEXT_SIZE]; /* or "" */
    char manager[128];            /* of the first conflict that is not ours, or "" */
    char field[128];              /* of that conflict */
    bool is_own_conflict;         /* all conflicts are with FIELD_MANAGER itself */
};

/* Pure: reads a Status of any kind, or what is none. */
void kube_status_read(struct kube_status *status, const char *body, size_t length);

/* Pure: says why an answer that is not 2xx failed, by a table of operation and status. */
bool kube_failure(const struct http_service *service, enum kube_operation operation,
                  const char *secret, const struct http_answer *answer,
                  const struct kube_status *status, struct failure *failure);

#endif
