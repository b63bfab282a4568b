// SPDX-License-Identifier: Apache-2.0
#include "vault_judge.h"

#include <stdio.h>

#include "secret.h"
#include "verdict.h"

#define LABEL_SIZE (KV_LABEL_SIZE + 128)

static const char *kind_of(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",  [JSON_STRING] = "a string",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a number", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };
    return names[json_typeof(value)];
}

static const json_t *find(const struct sync_options *options, const struct kv_content *content,
                          const struct sync_field *field, struct failure *failure)
{
    char label[KV_LABEL_SIZE];
    const json_t *value = json_object_get(content->fields, field->name);
    if (json_is_string(value))
        return value;
    kv_label(label, options);
    if (value == NULL)
        failure_set(failure, EX_DATAERR, 0,
                    "%s in Vault has no field `%s`, name the right one by %s", label, field->name,
                    field->is_password ? "--password" : "--field");
    else
        failure_set(failure, EX_DATAERR, 0, "field `%s` of %s in Vault is %s, and no string",
                    field->name, label, kind_of(value));
    return NULL;
}

/* As redis-init judges it, with the words that it has by default. */
static bool judge_secret(const struct secret *secret, const struct sync_options *options,
                         const char *label, double *bits, struct failure *failure)
{
    const struct settings settings = {
        .min_length = options->min_length,
        .min_entropy = options->min_entropy,
        .data_dir = "/data",
        .run_dir = "/run/redis-init",
        .server = "redis-server",
    };
    const struct verdict verdict = verdict_of(secret, &settings);
    if (*bits == 0 || verdict.bits < *bits)
        *bits = verdict.bits;
    return verdict.accepted || verdict_failure(&verdict, &settings, label, failure);
}

static bool judge_password(const json_t *value, const struct sync_field *field,
                           const struct sync_options *options, double *bits,
                           struct failure *failure)
{
    char path[KV_LABEL_SIZE];
    char label[LABEL_SIZE];
    const size_t length = json_string_length(value);
    kv_label(path, options);
    (void)snprintf(label, sizeof(label), "field `%.80s` of %s in Vault", field->name, path);
    if (length == 0)
        return failure_set(failure, EX_DATAERR, 0,
                           "password refused: %s is empty, write one with `redis-init genpass`",
                           label);
    struct secret *secret = secret_new(failure);
    const bool ok = secret != NULL &&
                    secret_copy(secret, json_string_value(value), length, label, failure) &&
                    judge_secret(secret, options, label, bits, failure);
    secret_free(secret);
    return ok;
}

bool fields_judge(const struct sync_options *options, const struct kv_content *content,
                  double *bits, struct failure *failure)
{
    *bits = 0;
    for (size_t i = 0; i < options->field_count; i++) {
        const struct sync_field *field = &options->fields[i];
        const json_t *value = find(options, content, field, failure);
        if (value == NULL ||
            (field->is_password && !judge_password(value, field, options, bits, failure)))
            return false;
    }
    return true;
}

static bool add_fresh(json_t *fields, const char *name, struct failure *failure)
{
    size_t length;
    struct secret *secret = secret_fresh(failure);
    if (secret == NULL)
        return false;
    const char *bytes = secret_bytes(secret, &length);
    const bool ok = json_object_set_new(fields, name, json_stringn(bytes, length)) == 0 ||
                    failure_set(failure, EX_OSERR, 0, "no memory, or --password is no UTF-8");
    secret_free(secret);
    return ok;
}

bool fields_generate(const struct sync_options *options, struct kv_content *content,
                     struct failure *failure)
{
    content->version = 0;
    content->fields = json_object();
    bool ok = content->fields != NULL || failure_set(failure, EX_OSERR, 0, "no memory");
    for (size_t i = 0; ok && i < options->field_count; i++)
        ok = json_object_get(content->fields, options->fields[i].name) != NULL ||
             add_fresh(content->fields, options->fields[i].name, failure);
    return ok;
}
