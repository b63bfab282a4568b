// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_STANDIN_KUBE_FIELDS_H
#define TESTS_STANDIN_KUBE_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Who manages which field of a Secret: reference/using-api/server-side-apply. A field is a leaf,
 * named by its path with '\n' between the keys, which no key has: "data\npassword",
 * "metadata\nlabels\na/b", "type". A manager is its name, '\n' and its operation, Apply or Update:
 * by the same name these are two. Owners are an object of managers, whose members are an object of
 * fields.
 */
#define KUBE_APPLY "Apply"
#define KUBE_UPDATE "Update"

/* The leaves of a Secret, and their values; the caller's. */
json_t *kube_leaves(const json_t *secret);

/* The Status of a conflict, or NULL: a field of the patch, with another value than it has, that
 * another owns. */
json_t *kube_apply_conflict(const json_t *secret, const json_t *owners, const json_t *patch,
                            const char *manager);

/* Applies: fields come, change, and go when the manager no longer names what it alone owned. */
void kube_apply(json_t *secret, json_t *owners, const json_t *patch, const char *manager,
                bool force);

/* A merge patch (RFC 7396) of data, labels, annotations, type and immutable: what it changes is the
 * manager's from now on, and nobody else's. */
void kube_merge(json_t *secret, json_t *owners, const json_t *patch, const char *manager);

/* metadata.managedFields; the caller's. */
json_t *kube_managed_fields(const json_t *owners);

#endif
