// SPDX-License-Identifier: Apache-2.0
#include <sodium.h>
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
