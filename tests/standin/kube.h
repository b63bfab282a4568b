// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_STANDIN_KUBE_H
#define TESTS_STANDIN_KUBE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "standin.h"

/*
 * The API server of Kubernetes, as far as Secrets of one namespace need it, by
 * https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/,
 * reference/using-api/api-concepts and reference/using-api/server-side-apply:
 *
 *   GET   /api/v1/namespaces/NS/secrets/NAME
 *   POST  /api/v1/namespaces/NS/secrets
 *   PATCH /api/v1/namespaces/NS/secrets/NAME   application/apply-patch+yaml (in JSON),
 * merge-patch+json
 *
 * Codes, reasons and messages were compared with those of a kube-apiserver 1.20.2. The test sets
 * what it has.
 */
struct kube {
    struct standin *standin;
    const char *namespace, *name; /* of the Secrets, and of the one that may be read and patched */
    const char *token;            /* who holds it is system:serviceaccount:NS:vault-sync */
    bool no_get, no_create, no_patch; /* what its Role lacks */
    bool no_apply;                    /* an API server without server-side apply */
    unsigned version;                 /* of the last change: resourceVersion */
    json_t *secrets; /* by name: metadata without managedFields, data, type, immutable */
    json_t *owners;  /* by name: of "MANAGER\nOPERATION" the fields, see kube_fields.h */
};

void kube_start(struct kube *kube, const char *certificate, const char *key);
void kube_stop(struct kube *kube);

/* What `manager` does by kubectl: a Secret is made, or its fields are changed. JSON text. */
void kube_put(struct kube *kube, const char *name, const char *secret, const char *manager);

/* A value of data, decoded; false if there is none. */
bool kube_value(struct kube *kube, const char *name, const char *key, char *text, size_t size);

/* A string of metadata.labels or .annotations; "" if there is none. */
void kube_meta(struct kube *kube, const char *name, const char *map, const char *key, char *text,
               size_t size);

/* What "MANAGER\nOPERATION" owns, a line each in any order: "data/password". */
void kube_owned(struct kube *kube, const char *name, const char *owner, char *text, size_t size);

/* The resourceVersion; 0 if there is no such Secret. */
unsigned kube_version(struct kube *kube, const char *name);

#endif
