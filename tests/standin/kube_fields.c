// SPDX-License-Identifier: Apache-2.0
#include "kube_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME "2026-03-22T02:24:06Z"

static void add_map(json_t *leaves, const char *prefix, const json_t *map)
{
    const char *key;
    json_t *value;
    char name[512];
    json_object_foreach((json_t *)map, key, value)
    {
        (void)snprintf(name, sizeof(name), "%s\n%s", prefix, key);
        (void)json_object_set(leaves, name, value);
    }
}

json_t *kube_leaves(const json_t *secret)
{
    static const char *const plain[] = {"type", "immutable"};
    json_t *leaves = json_object();
    const json_t *metadata = json_object_get(secret, "metadata");
    add_map(leaves, "data", json_object_get(secret, "data"));
    add_map(leaves, "metadata\nlabels", json_object_get(metadata, "labels"));
    add_map(leaves, "metadata\nannotations", json_object_get(metadata, "annotations"));
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (json_object_get(secret, plain[i]) != NULL)
            (void)json_object_set(leaves, plain[i], json_object_get(secret, plain[i]));
    return leaves;
}

/* The object that holds a leaf, made where it is not there, and the leaf's own key. */
static json_t *holder(json_t *secret, const char *leaf, const char **key)
{
    char part[512];
    json_t *object = secret;
    for (const char *end; (end = strchr(leaf, '\n')) != NULL; leaf = end + 1) {
        (void)snprintf(part, sizeof(part), "%.*s", (int)(end - leaf), leaf);
        json_t *next = json_object_get(object, part);
        if (!json_is_object(next)) {
            next = json_object();
            (void)json_object_set_new(object, part, next);
        }
        object = next;
    }
    *key = leaf;
    return object;
}

static void set_leaf(json_t *secret, const char *leaf, json_t *value)
{
    const char *key;
    json_t *object = holder(secret, leaf, &key);
    if (value == NULL || json_is_null(value))
        (void)json_object_del(object, key);
    else
        (void)json_object_set(object, key, value);
}

/* Another manager that owns the field, or NULL. */
static const char *other_owner(const json_t *owners, const char *leaf, const char *manager)
{
    const char *owner;
    json_t *fields;
    json_object_foreach((json_t *)owners, owner, fields)
    {
        if (strcmp(owner, manager) != 0 && json_object_get(fields, leaf) != NULL)
            return owner;
    }
    return NULL;
}

static void only_owner(json_t *owners, const char *leaf, const char *manager)
{
    const char *owner;
    json_t *fields;
    void *next;
    json_object_foreach_safe(owners, next, owner, fields)
    {
        if (strcmp(owner, manager) != 0)
            (void)json_object_del(fields, leaf);
        if (json_object_size(fields) == 0)
            (void)json_object_del(owners, owner);
    }
}

/* "conflict with \"kubectl-create\" using v1" of ".data.password" */
static json_t *cause(const char *owner, const char *leaf)
{
    char message[256];
    char field[512] = ".";
    (void)snprintf(message, sizeof(message), "conflict with \"%.*s\" using v1",
                   (int)strcspn(owner, "\n"), owner);
    (void)snprintf(field + 1, sizeof(field) - 1, "%s", leaf);
    for (char *end = field; (end = strchr(end, '\n')) != NULL;)
        *end = '.';
    return json_pack("{s:s, s:s, s:s}", "reason", "FieldManagerConflict", "message", message,
                     "field", field);
}

static json_t *conflict_status(json_t *causes)
{
    char message[1024];
    const size_t count = json_array_size(causes);
    const json_t *first = json_array_get(causes, 0);
    (void)snprintf(message, sizeof(message), "Apply failed with %zu conflict%s: %s: %s", count,
                   count == 1 ? "" : "s", json_string_value(json_object_get(first, "message")),
                   json_string_value(json_object_get(first, "field")));
    return json_pack("{s:s, s:s, s:{}, s:s, s:s, s:s, s:{s:o}, s:i}", "kind", "Status",
                     "apiVersion", "v1", "metadata", "status", "Failure", "message", message,
                     "reason", "Conflict", "details", "causes", causes, "code", 409);
}

json_t *kube_apply_conflict(const json_t *secret, const json_t *owners, const json_t *patch,
                            const char *manager)
{
    json_t *wanted = kube_leaves(patch);
    json_t *live = kube_leaves(secret);
    json_t *causes = json_array();
    const char *leaf;
    json_t *value;
    json_object_foreach(wanted, leaf, value)
    {
        const char *owner = other_owner(owners, leaf, manager);
        if (owner != NULL && !json_equal(value, json_object_get(live, leaf)))
            (void)json_array_append_new(causes, cause(owner, leaf));
    }
    json_decref(wanted);
    json_decref(live);
    if (json_array_size(causes) > 0)
        return conflict_status(causes);
    json_decref(causes);
    return NULL;
}

static void drop_unnamed(json_t *secret, const json_t *owners, const json_t *before,
                         const json_t *wanted, const char *manager)
{
    const char *leaf;
    json_t *value;
    json_object_foreach((json_t *)before, leaf, value)
    {
        if (json_object_get(wanted, leaf) == NULL && other_owner(owners, leaf, manager) == NULL)
            set_leaf(secret, leaf, NULL);
    }
}

void kube_apply(json_t *secret, json_t *owners, const json_t *patch, const char *manager,
                bool force)
{
    json_t *wanted = kube_leaves(patch);
    json_t *live = kube_leaves(secret);
    json_t *fields = json_object();
    const char *leaf;
    json_t *value;
    drop_unnamed(secret, owners, json_object_get(owners, manager), wanted, manager);
    json_object_foreach(wanted, leaf, value)
    {
        if (force && !json_equal(value, json_object_get(live, leaf)))
            only_owner(owners, leaf, manager);
        set_leaf(secret, leaf, value);
        (void)json_object_set_new(fields, leaf, json_true());
    }
    (void)json_object_set_new(owners, manager, fields);
    json_decref(live);
    json_decref(wanted);
}

void kube_merge(json_t *secret, json_t *owners, const json_t *patch, const char *manager)
{
    json_t *wanted = kube_leaves(patch);
    json_t *live = kube_leaves(secret);
    const char *leaf;
    json_t *value;
    if (json_object_get(owners, manager) == NULL)
        (void)json_object_set_new(owners, manager, json_object());
    json_object_foreach(wanted, leaf, value)
    {
        if (json_equal(value, json_object_get(live, leaf)))
            continue;
        set_leaf(secret, leaf, value);
        (void)json_object_set_new(json_object_get(owners, manager), leaf, json_true());
        only_owner(owners, leaf, manager);
    }
    if (json_object_size(json_object_get(owners, manager)) == 0)
        (void)json_object_del(owners, manager);
    json_decref(live);
    json_decref(wanted);
}

/* {"f:data": {"f:password": {}}}, "FieldsV1" */
static json_t *fields_v1(const json_t *fields)
{
    json_t *set = json_object();
    const char *leaf;
    json_t *value;
    json_object_foreach((json_t *)fields, leaf, value)
    {
        char part[512];
        json_t *object = set;
        for (const char *rest = leaf; *rest != '\0'; rest += *rest == '\n' ? 1 : 0) {
            const size_t length = strcspn(rest, "\n");
            (void)snprintf(part, sizeof(part), "f:%.*s", (int)length, rest);
            if (json_object_get(object, part) == NULL)
                (void)json_object_set_new(object, part, json_object());
            object = json_object_get(object, part);
            rest += length;
        }
    }
    return set;
}

json_t *kube_managed_fields(const json_t *owners)
{
    json_t *entries = json_array();
    const char *owner;
    json_t *fields;
    json_object_foreach((json_t *)owners, owner, fields)
    {
        const size_t length = strcspn(owner, "\n");
        (void)json_array_append_new(
            entries, json_pack("{s:s%, s:s, s:s, s:s, s:s, s:o}", "manager", owner, length,
                               "operation", owner + length + 1, "apiVersion", "v1", "time", TIME,
                               "fieldsType", "FieldsV1", "fieldsV1", fields_v1(fields)));
    }
    return entries;
}
