// SPDX-License-Identifier: Apache-2.0
#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "vault_json.h"
#include "vault_kube.h"
#include "vault_memory.h"

json_t *kube_base64(const json_t *value)
{
    const size_t length = json_string_length(value);
    const size_t size = sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_ORIGINAL);
    char *text = wiped_malloc(size);
    if (text == NULL)
        return NULL;
    sodium_bin2base64(text, size, (const unsigned char *)json_string_value(value), length,
                      sodium_base64_VARIANT_ORIGINAL);
    json_t *encoded = json_string(text);
    wiped_free(text);
    return encoded;
}

static json_t *data_of(const struct sync_options *options, const struct kv_content *content)
{
    json_t *data = json_object();
    for (size_t i = 0; data != NULL && i < options->field_count; i++) {
        const struct sync_field *field = &options->fields[i];
        json_t *value = kube_base64(json_object_get(content->fields, field->name));
        if (json_object_set_new(data, field->key, value) < 0) {
            json_decref(data);
            return NULL;
        }
    }
    return data;
}

static json_t *annotations_of(const struct sync_options *options, const struct kv_content *content,
                              const char *time)
{
    char label[KV_LABEL_SIZE];
    char version[24] = "";
    kv_label(label, options);
    if (content->version > 0)
        (void)snprintf(version, sizeof(version), "%lld", (long long)content->version);
    return json_pack("{s:s, s:s, s:s}", "redis-init.vault/path", label, "redis-init.vault/version",
                     version, "redis-init.vault/time", time);
}

/* The steps take what they are given, and make nothing out of a NULL. */
json_t *kube_body(enum kube_body kind, const char *namespace, const struct sync_options *options,
                  const struct kv_content *content, const char *time, const char *resource_version,
                  struct failure *failure)
{
    json_t *metadata = json_pack("{s:o}", "annotations", annotations_of(options, content, time));
    json_t *body = json_pack("{s:o, s:o}", "metadata", metadata, "data", data_of(options, content));
    bool ok = body != NULL;
    if (kind == KUBE_MERGE)
        ok = ok &&
             json_object_set_new(metadata, "resourceVersion", json_string(resource_version)) == 0;
    else
        ok = ok && json_object_set_new(body, "apiVersion", json_string("v1")) == 0 &&
             json_object_set_new(body, "kind", json_string("Secret")) == 0 &&
             json_object_set_new(metadata, "name", json_string(options->secret)) == 0 &&
             json_object_set_new(metadata, "namespace", json_string(namespace)) == 0;
    if (kind == KUBE_CREATE)
        ok = ok && json_object_set_new(body, "type", json_string("Opaque")) == 0 &&
             json_object_set_new(
                 metadata, "labels",
                 json_pack("{s:s}", "app.kubernetes.io/managed-by", FIELD_MANAGER)) == 0;
    if (ok)
        return body;
    json_decref(body);
    failure_set(failure, EX_OSERR, 0, "no memory for a request, or a name is no UTF-8");
    return NULL;
}

/* An entry of managedFields, by what FIELD_MANAGER has applied. */
static bool is_applied_by_us(const json_t *entry)
{
    const char *manager = json_string_value(json_object_get(entry, "manager"));
    const char *operation = json_string_value(json_object_get(entry, "operation"));
    return manager != NULL && operation != NULL && strcmp(manager, FIELD_MANAGER) == 0 &&
           strcmp(operation, "Apply") == 0;
}

/* The fields of an entry are keys behind "f:" (FieldsV1 of the meta/v1 API). */
static bool keep_keys(json_t *data, const struct kube_secret *secret, const json_t *fields,
                      bool *kept)
{
    const char *name;
    json_t *unused;
    bool ok = true;
    json_object_foreach((json_t *)(uintptr_t)fields, name, unused)
    {
        const char *key = strncmp(name, "f:", 2) == 0 ? name + 2 : name;
        json_t *value = json_object_get(secret->data, key);
        if (value == NULL || json_object_get(data, key) != NULL)
            continue;
        *kept = true;
        ok = ok && json_object_set(data, key, value) == 0;
    }
    return ok;
}

bool kube_body_keep(json_t *body, const struct kube_secret *secret, struct failure *failure)
{
    size_t i;
    json_t *entry;
    bool kept = false;
    bool ok = true;
    json_array_foreach(secret->managed, i, entry)
    {
        if (is_applied_by_us(entry))
            ok = ok && keep_keys(json_object_get(body, "data"), secret,
                                 json_in(entry, "fieldsV1", "f:data"), &kept);
    }
    if (kept)
        ok = ok && json_object_set_new(json_object_get(body, "metadata"), "resourceVersion",
                                       json_string(secret->resource_version)) == 0;
    return ok || failure_set(failure, EX_OSERR, 0, "no memory for a request");
}
