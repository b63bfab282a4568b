// SPDX-License-Identifier: Apache-2.0

/* The key/value engines of the stand-in of Vault. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault.h"

#define CREATED "2026-03-22T02:24:06.945319214Z"
#define DELETED "2026-03-22T02:36:43.986212308Z"

/* api-docs/secret/kv/kv-v2, "Read secret version" */
static json_t *metadata_of(const json_t *version, size_t number)
{
    const char *deleted = json_string_value(json_object_get(version, "deletion_time"));
    return json_pack("{s:s, s:n, s:s, s:b, s:i}", "created_time", CREATED, "custom_metadata",
                     "deletion_time", deleted != NULL ? deleted : "", "destroyed",
                     json_is_true(json_object_get(version, "destroyed")), "version", (int)number);
}

/* 0, or a number that can't be one: the last. */
static size_t asked_version(const char *query, size_t last)
{
    const char *given = strncmp(query, "version=", 8) == 0 ? query + 8 : "0";
    const unsigned long number = strtoul(given, NULL, 10);
    return number == 0 ? last : number;
}

/* Of a version that is gone the metadata is answered, with 404. */
static void read2(const json_t *versions, const char *query, struct standin_answer *answer)
{
    const size_t number = asked_version(query, json_array_size(versions));
    const json_t *version = number > 0 ? json_array_get(versions, number - 1) : NULL;
    if (version == NULL) {
        vault_error(answer, 404, NULL);
        return;
    }
    json_t *data = json_object_get(version, "data");
    vault_answer(answer,
                 json_pack("{s:O, s:o}", "data", data, "metadata", metadata_of(version, number)));
    if (json_is_null(data))
        answer->status = 404;
}

static json_t *versions_of(struct vault *vault, const char *path)
{
    json_t *versions = json_object_get(vault->secrets, path);
    if (versions == NULL) {
        versions = json_array();
        (void)json_object_set_new(vault->secrets, path, versions);
    }
    return versions;
}

/* "Create/Update secret": cas 0 is "only be allowed if the key doesn't exist" */
static void write2(struct vault *vault, const char *path, const json_t *body,
                   struct standin_answer *answer)
{
    const json_t *cas = json_object_get(json_object_get(body, "options"), "cas");
    json_t *data = json_object_get(body, "data");
    json_t *versions = versions_of(vault, path);
    if (!json_is_object(data)) {
        vault_error(answer, 400, "no data provided");
        return;
    }
    if (cas != NULL && json_integer_value(cas) != (json_int_t)json_array_size(versions)) {
        vault_error(answer, 400, "check-and-set parameter did not match the current version");
        return;
    }
    (void)json_array_append_new(versions, json_pack("{s:O}", "data", data));
    const size_t number = json_array_size(versions);
    vault_answer(answer, metadata_of(json_array_get(versions, number - 1), number));
}

static void serve2(struct vault *vault, const struct standin_request *request, const char *path,
                   struct standin_answer *answer)
{
    if (strcmp(request->method, "GET") == 0) {
        read2(json_object_get(vault->secrets, path), request->query, answer);
        return;
    }
    json_t *body = json_loads(request->body, 0, NULL);
    if (!vault->may_write)
        vault_error(answer, 403, "1 error occurred:\n\t* permission denied\n\n");
    else
        write2(vault, path, body, answer);
    json_decref(body);
}

static void serve1(struct vault *vault, const char *path, struct standin_answer *answer)
{
    json_t *data = json_object_get(vault->secrets, path);
    if (!json_is_object(data))
        vault_error(answer, 404, NULL);
    else
        vault_answer(answer, json_incref(data));
}

/* The rest of a path behind "MOUNT/", or NULL. */
static const char *behind(const char *path, const char *mount)
{
    const size_t length = mount != NULL ? strlen(mount) : 0;
    return mount != NULL && strncmp(path, mount, length) == 0 && path[length] == '/'
               ? path + length + 1
               : NULL;
}

/* docs/secrets/kv: a versioned engine has a warning for whoever reads it as one without versions */
static void wrong_version(struct standin_answer *answer)
{
    vault_answer(answer, NULL);
    answer->status = 404;
    (void)json_object_set_new(
        answer->body, "warnings",
        json_pack("[s]", "Invalid path for a versioned K/V secrets engine. See the API docs for "
                         "the appropriate API endpoints to use."));
}

void vault_serve_kv(struct vault *vault, const struct standin_request *request, const char *path,
                    struct standin_answer *answer)
{
    const char *in1 = behind(path, vault->kv1);
    const char *in2 = behind(path, vault->kv2);
    const char *data = in2 != NULL ? behind(in2, "data") : NULL;
    const char *wanted = data != NULL ? data : in1;
    if (wanted != NULL && vault->may_read != NULL && strcmp(wanted, vault->may_read) != 0)
        vault_error(answer, 403, "1 error occurred:\n\t* permission denied\n\n");
    else if (data != NULL)
        serve2(vault, request, data, answer);
    else if (in2 != NULL)
        wrong_version(answer);
    else if (in1 != NULL)
        serve1(vault, in1, answer);
    else
        vault_error(answer, 404, "no handler for route. route entry not found.");
}

static json_t *parsed(const char *data)
{
    json_t *value = json_loads(data, JSON_DECODE_ANY, NULL);
    if (value == NULL)
        abort(); /* a test's own text */
    return value;
}

void vault_put1(struct vault *vault, const char *path, const char *data)
{
    standin_lock(vault->standin);
    (void)json_object_set_new(vault->secrets, path, parsed(data));
    standin_unlock(vault->standin);
}

void vault_put2(struct vault *vault, const char *path, const char *data)
{
    standin_lock(vault->standin);
    (void)json_array_append_new(versions_of(vault, path), json_pack("{s:o}", "data", parsed(data)));
    standin_unlock(vault->standin);
}

void vault_delete2(struct vault *vault, const char *path, bool destroyed)
{
    standin_lock(vault->standin);
    json_t *versions = versions_of(vault, path);
    (void)json_array_set_new(versions, json_array_size(versions) - 1,
                             json_pack("{s:n, s:s, s:b}", "data", "deletion_time",
                                       destroyed ? "" : DELETED, "destroyed", destroyed));
    standin_unlock(vault->standin);
}

void vault_field(struct vault *vault, const char *path, const char *field, char *text, size_t size)
{
    standin_lock(vault->standin);
    const json_t *versions = json_object_get(vault->secrets, path);
    const json_t *last = json_array_get(versions, json_array_size(versions) - 1);
    const char *value = json_string_value(json_object_get(json_object_get(last, "data"), field));
    (void)snprintf(text, size, "%s", value != NULL ? value : "");
    standin_unlock(vault->standin);
}
