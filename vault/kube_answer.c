// SPDX-License-Identifier: Apache-2.0
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "vault_json.h"
#include "vault_kube.h"
#include "vault_memory.h"

bool kube_secret_read(struct kube_secret *secret, const json_t *answer, struct failure *failure)
{
    const char *kind = json_string_value(json_object_get(answer, "kind"));
    const char *type = json_string_value(json_object_get(answer, "type"));
    const json_t *data = json_object_get(answer, "data");
    *secret = (struct kube_secret){
        .data = json_is_object(data) ? data : NULL,
        .managed = json_in(answer, "metadata", "managedFields"),
        .type = type != NULL ? type : "",
        .resource_version = json_string_value(json_in(answer, "metadata", "resourceVersion")),
        .is_immutable = json_is_true(json_object_get(answer, "immutable")),
    };
    if (kind == NULL || strcmp(kind, "Secret") != 0 || secret->resource_version == NULL)
        return failure_set(failure, EX_UNAVAILABLE, 0,
                           "the answer of Kubernetes is malformed: it is no Secret with a "
                           "resourceVersion");
    if (data != NULL && !json_is_object(data) && !json_is_null(data))
        return failure_set(failure, EX_UNAVAILABLE, 0,
                           "the answer of Kubernetes is malformed: the Secret's data is no object");
    return true;
}

static const char *const types[] = {"", "Opaque", "kubernetes.io/basic-auth"};

bool kube_type_is_taken(const char *type)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

/* Compares a value in base64 with what it should be; false when it is no base64. */
static bool compare(const json_t *encoded, const json_t *value, bool *same)
{
    const char *text = json_string_value(encoded);
    const size_t text_length = json_string_length(encoded);
    const size_t expected = json_string_length(value);
    size_t length = 0;
    unsigned char *bytes = text != NULL ? wiped_malloc(text_length + 1) : NULL;
    const bool ok =
        bytes != NULL && sodium_base642bin(bytes, text_length + 1, text, text_length, NULL, &length,
                                           NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
    *same = ok && length == expected && sodium_memcmp(bytes, json_string_value(value), length) == 0;
    wiped_free(bytes);
    return ok;
}

bool kube_secret_has(const struct kube_secret *secret, const struct sync_options *options,
                     const struct kv_content *content, bool *same, struct failure *failure)
{
    *same = true;
    for (size_t i = 0; i < options->field_count; i++) {
        const struct sync_field *field = &options->fields[i];
        const json_t *encoded = json_object_get(secret->data, field->key);
        bool equal = false;
        if (encoded != NULL &&
            !compare(encoded, json_object_get(content->fields, field->name), &equal))
            return failure_set(failure, EX_UNAVAILABLE, 0,
                               "the answer of Kubernetes is malformed: key `%s` is no base64",
                               field->key);
        *same = *same && equal;
    }
    return true;
}

static void copy(char *text, size_t size, const json_t *value)
{
    const char *string = json_string_value(value);
    (void)snprintf(text, size, "%s", string != NULL ? string : "");
}

/* A cause's message names the manager in its first quotes: conflict with "kubectl" using v1. */
static void read_conflict(struct kube_status *status, const json_t *cause)
{
    char message[KUBE_TEXT_SIZE];
    copy(message, sizeof(message), json_object_get(cause, "message"));
    char *name = strchr(message, '"');
    if (name == NULL)
        name = message;
    else
        name++;
    name[strcspn(name, "\"")] = '\0';
    if (strcmp(name, FIELD_MANAGER) == 0 || status->manager[0] != '\0')
        return;
    (void)snprintf(status->manager, sizeof(status->manager), "%.*s",
                   (int)sizeof(status->manager) - 1, *name != '\0' ? name : "another");
    copy(status->field, sizeof(status->field), json_object_get(cause, "field"));
}

void kube_status_read(struct kube_status *status, const char *body, size_t length)
{
    size_t i, conflicts = 0;
    json_t *cause;
    json_t *answer = answer_parse_any(body, length);
    const json_t *causes = json_in(answer, "details", "causes");
    *status = (struct kube_status){.reason = ""};
    copy(status->reason, sizeof(status->reason), json_object_get(answer, "reason"));
    copy(status->message, sizeof(status->message), json_object_get(answer, "message"));
    json_array_foreach(causes, i, cause)
    {
        const char *reason = json_string_value(json_object_get(cause, "reason"));
        if (reason == NULL || strcmp(reason, "FieldManagerConflict") != 0)
            continue;
        conflicts++;
        read_conflict(status, cause);
    }
    status->is_own_conflict = conflicts > 0 && status->manager[0] == '\0';
    json_decref(answer);
}
