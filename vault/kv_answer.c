// SPDX-License-Identifier: Apache-2.0
#include <stdint.h>
#include <string.h>

#include "vault_json.h"
#include "vault_kv.h"

void kv_content_free(struct kv_content *content)
{
    json_decref(content->fields);
    content->fields = NULL;
}

static bool take(struct kv_content *content, const json_t *fields, const json_t *version)
{
    content->fields = json_incref((json_t *)(uintptr_t)fields);
    content->version = json_whole(version);
    return true;
}

/* Version 2 has the fields in data.data, and the version in data.metadata (KV engine's API). */
bool kv_answer_read(struct kv_content *content, unsigned kv, const char *label, const char *body,
                    size_t length, struct failure *failure)
{
    json_t *answer = answer_parse(body, length, "Vault", failure);
    const json_t *data = json_object_get(answer, "data");
    const json_t *inner = json_object_get(data, "data");
    const json_t *version = json_in(data, "metadata", "version");
    const bool looks_like_2 = json_is_object(inner) && json_is_number(version);
    bool ok = false;
    content->fields = NULL;
    if (answer != NULL && !json_is_object(data))
        failure_set(failure, EX_UNAVAILABLE, 0, "the answer of Vault is malformed: it has no data");
    else if (answer != NULL && kv == 2 && !looks_like_2)
        failure_set(failure, EX_DATAERR, 0,
                    "%s: Vault's answer is none of a KV engine of version 2, is it version 1 (--kv "
                    "1)?",
                    label);
    else if (answer != NULL && kv == 1 && looks_like_2)
        failure_set(failure, EX_DATAERR, 0,
                    "%s: Vault's answer is of a KV engine of version 2, leave out --kv 1 and the "
                    "data/ of the path",
                    label);
    else if (answer != NULL)
        ok = take(content, kv == 2 ? inner : data, version);
    json_decref(answer);
    return ok;
}

/* The versioned engine says so when it is asked as the other. */
static bool is_of_version_2(const json_t *answer)
{
    const char *warning = json_string_value(json_array_get(json_object_get(answer, "warnings"), 0));
    return warning != NULL && strstr(warning, "versioned K/V") != NULL;
}

enum kv_absence kv_absence_of(const char *body, size_t length, int64_t *version)
{
    enum kv_absence absence = KV_NOTHING;
    json_t *answer = answer_parse_any(body, length);
    const json_t *metadata = json_in(answer, "data", "metadata");
    *version = json_whole(json_object_get(metadata, "version"));
    if (json_is_true(json_object_get(metadata, "destroyed")))
        absence = KV_DESTROYED;
    else if (json_is_object(metadata))
        absence = KV_DELETED;
    else if (is_of_version_2(answer))
        absence = KV_OTHER_VERSION;
    else if (!json_is_array(json_object_get(answer, "errors")))
        absence = KV_FOREIGN;
    json_decref(answer);
    return absence;
}
