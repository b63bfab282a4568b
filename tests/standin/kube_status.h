// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_STANDIN_KUBE_STATUS_H
#define TESTS_STANDIN_KUBE_STATUS_H

#include <jansson.h>

#include "standin.h"

/* What the stand-in of the API server says when it does not do what was asked for: metav1.Status,
 * by reference/kubernetes-api/common-definitions/status. */
void kube_status(struct standin_answer *answer, unsigned code, const char *reason,
                 const char *message, json_t *details);

/* The details of most; the caller's. */
json_t *kube_details(const char *name);

/* 403 of the RBAC authorizer. `name` may be NULL. */
void kube_forbidden(const char *namespace, const char *name, const char *verb,
                    struct standin_answer *answer);
void kube_not_found(const char *name, struct standin_answer *answer);

/* 409: not of the resourceVersion that was named */
void kube_old_version(const char *name, struct standin_answer *answer);

/* 422: concepts/configuration/secret, "Immutable Secrets" */
void kube_immutable(const char *name, struct standin_answer *answer);

/* 422: a parameter of a patch */
void kube_invalid_option(struct standin_answer *answer, const char *field, const char *reason,
                         const char *text);

#endif
