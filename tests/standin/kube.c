// SPDX-License-Identifier: Apache-2.0
#include "kube.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube_fields.h"
#include "kube_status.h"

#define CREATED "2026-03-22T02:24:06Z"

static void show(const struct kube *kube, const char *name, unsigned code,
                 struct standin_answer *answer)
{
    answer->status = code;
    answer->body = json_deep_copy(json_object_get(kube->secrets, name));
    (void)json_object_set_new(json_object_get(answer->body, "metadata"), "managedFields",
                              kube_managed_fields(json_object_get(kube->owners, name)));
}

static void count_version(struct kube *kube, json_t *secret)
{
    char text[16];
    (void)snprintf(text, sizeof(text), "%u", ++kube->version);
    (void)json_object_set_new(json_object_get(secret, "metadata"), "resourceVersion",
                              json_string(text));
}

/* An empty one, to which fields come. */
static json_t *add_secret(struct kube *kube, const char *name)
{
    json_t *secret = json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s}, s:s}", "kind", "Secret",
                               "apiVersion", "v1", "metadata", "name", name, "namespace",
                               kube->namespace, "uid", "6bab2140-2a22-46a9-a801-f153d0d5c6f6",
                               "creationTimestamp", CREATED, "type", "Opaque");
    (void)json_object_set_new(kube->secrets, name, secret);
    (void)json_object_set_new(kube->owners, name, json_object());
    return secret;
}

/* The value of a parameter, which has no %XX in what is sent here. */
static void parameter(const char *query, const char *name, char *value, size_t size)
{
    const size_t length = strlen(name);
    value[0] = '\0';
    for (const char *part = query; *part != '\0'; part += strcspn(part, "&")) {
        part += *part == '&';
        if (strncmp(part, name, length) == 0 && part[length] == '=')
            (void)snprintf(value, size, "%.*s", (int)strcspn(part + length + 1, "&"),
                           part + length + 1);
    }
}

/* Without a fieldManager it is the client's User-Agent, up to its first '/'. */
static void manager_of(const struct standin_request *request, const char *operation, char *manager,
                       size_t size)
{
    char given[128];
    parameter(request->query, "fieldManager", given, sizeof(given));
    if (given[0] == '\0')
        standin_header(request, "User-Agent", given, sizeof(given));
    (void)snprintf(manager, size, "%.*s\n%s", (int)strcspn(given, "/"), given, operation);
}

static void create(struct kube *kube, const struct standin_request *request, const json_t *body,
                   struct standin_answer *answer)
{
    char manager[256];
    char message[256];
    const char *name =
        json_string_value(json_object_get(json_object_get(body, "metadata"), "name"));
    if (kube->no_create) {
        kube_forbidden(kube->namespace, NULL, "create", answer);
    } else if (name == NULL) {
        kube_status(
            answer, 422, "Invalid",
            "Secret \"\" is invalid: metadata.name: Required value: name or generateName is "
            "required",
            NULL);
    } else if (json_object_get(kube->secrets, name) != NULL) {
        (void)snprintf(message, sizeof(message), "secrets \"%s\" already exists", name);
        kube_status(answer, 409, "AlreadyExists", message, kube_details(name));
    } else {
        json_t *secret = add_secret(kube, name);
        manager_of(request, KUBE_UPDATE, manager, sizeof(manager));
        kube_merge(secret, json_object_get(kube->owners, name), body, manager);
        count_version(kube, secret);
        show(kube, name, 201, answer);
    }
}

/* A resourceVersion in a patch is the one that the object has to have. */
static bool is_current(const json_t *secret, const json_t *patch)
{
    const json_t *wanted = json_object_get(json_object_get(patch, "metadata"), "resourceVersion");
    return wanted == NULL || json_equal(wanted, json_object_get(json_object_get(secret, "metadata"),
                                                                "resourceVersion"));
}

/* A patch for what is there already leaves the version as it is. */
static void finish(struct kube *kube, const char *name, json_t *changed, json_t *owners,
                   struct standin_answer *answer)
{
    json_t *before = json_object_get(kube->secrets, name);
    if (json_is_true(json_object_get(before, "immutable")) &&
        !json_equal(json_object_get(before, "data"), json_object_get(changed, "data"))) {
        kube_immutable(name, answer);
    } else {
        if (!json_equal(before, changed) ||
            !json_equal(json_object_get(kube->owners, name), owners))
            count_version(kube, changed);
        (void)json_object_set(kube->secrets, name, changed);
        (void)json_object_set(kube->owners, name, owners);
        show(kube, name, 200, answer);
    }
    json_decref(changed);
    json_decref(owners);
}

static void merge(struct kube *kube, const struct standin_request *request, const char *name,
                  const json_t *patch, struct standin_answer *answer)
{
    char manager[256];
    char force[8];
    const json_t *secret = json_object_get(kube->secrets, name);
    parameter(request->query, "force", force, sizeof(force));
    if (force[0] != '\0') {
        kube_invalid_option(answer, "force", "FieldValueForbidden",
                            "Forbidden: may not be specified for non-apply patch");
    } else if (secret == NULL) {
        kube_not_found(name, answer);
    } else if (!is_current(secret, patch)) {
        kube_old_version(name, answer);
    } else {
        json_t *changed = json_deep_copy(secret);
        json_t *owners = json_deep_copy(json_object_get(kube->owners, name));
        manager_of(request, KUBE_UPDATE, manager, sizeof(manager));
        kube_merge(changed, owners, patch, manager);
        finish(kube, name, changed, owners, answer);
    }
}

/* To apply what is not there is to create it, with the right to. */
static void apply_new(struct kube *kube, const char *name, const json_t *patch, const char *manager,
                      struct standin_answer *answer)
{
    if (kube->no_create) {
        kube_forbidden(kube->namespace, name, "create", answer);
        return;
    }
    json_t *secret = add_secret(kube, name);
    kube_apply(secret, json_object_get(kube->owners, name), patch, manager, false);
    count_version(kube, secret);
    show(kube, name, 201, answer);
}

static void apply(struct kube *kube, const struct standin_request *request, const char *name,
                  const json_t *patch, struct standin_answer *answer)
{
    char manager[256];
    char text[128];
    const json_t *secret = json_object_get(kube->secrets, name);
    parameter(request->query, "fieldManager", text, sizeof(text));
    manager_of(request, KUBE_APPLY, manager, sizeof(manager));
    if (text[0] == '\0') {
        kube_invalid_option(answer, "fieldManager", "FieldValueRequired",
                            "Required value: is required for apply patch");
    } else if (secret == NULL) {
        apply_new(kube, name, patch, manager, answer);
    } else if (!is_current(secret, patch)) {
        kube_old_version(name, answer);
    } else {
        json_t *changed = json_deep_copy(secret);
        json_t *owners = json_deep_copy(json_object_get(kube->owners, name));
        parameter(request->query, "force", text, sizeof(text));
        const bool force = strcmp(text, "true") == 0;
        json_t *conflict = force ? NULL : kube_apply_conflict(changed, owners, patch, manager);
        if (conflict != NULL) {
            answer->status = 409;
            answer->body = conflict;
            json_decref(changed);
            json_decref(owners);
            return;
        }
        kube_apply(changed, owners, patch, manager, force);
        finish(kube, name, changed, owners, answer);
    }
}

static void patch_secret(struct kube *kube, const struct standin_request *request, const char *name,
                         const json_t *body, struct standin_answer *answer)
{
    char type[128];
    standin_header(request, "Content-Type", type, sizeof(type));
    if (kube->no_patch || strcmp(name, kube->name) != 0)
        kube_forbidden(kube->namespace, name, "patch", answer);
    else if (strcmp(type, "application/merge-patch+json") == 0)
        merge(kube, request, name, body, answer);
    else if (strcmp(type, "application/apply-patch+yaml") == 0 && !kube->no_apply)
        apply(kube, request, name, body, answer);
    else
        kube_status(
            answer, 415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, "
            "application/strategic-merge-patch+json",
            json_object());
}

static void serve_secrets(struct kube *kube, const struct standin_request *request,
                          const char *name, struct standin_answer *answer)
{
    const bool reads = strcmp(request->method, "GET") == 0 && name != NULL;
    json_t *body = reads ? NULL : json_loads(request->body, 0, NULL);
    if (reads && (kube->no_get || strcmp(name, kube->name) != 0))
        kube_forbidden(kube->namespace, name, "get", answer);
    else if (reads && json_object_get(kube->secrets, name) == NULL)
        kube_not_found(name, answer);
    else if (reads)
        show(kube, name, 200, answer);
    else if (body == NULL)
        kube_status(answer, 400, "BadRequest", "error decoding: unexpected end of JSON input",
                    NULL);
    else if (strcmp(request->method, "POST") == 0 && name == NULL)
        create(kube, request, body, answer);
    else if (strcmp(request->method, "PATCH") == 0 && name != NULL)
        patch_secret(kube, request, name, body, answer);
    else
        kube_status(answer, 405, "MethodNotAllowed",
                    "the server does not allow this method on the requested resource", NULL);
    json_decref(body);
}

static void serve(void *state, const struct standin_request *request, struct standin_answer *answer)
{
    struct kube *kube = state;
    char bearer[4096];
    char base[256];
    standin_header(request, "Authorization", bearer, sizeof(bearer));
    const int length =
        snprintf(base, sizeof(base), "/api/v1/namespaces/%s/secrets", kube->namespace);
    const char *rest = request->path + length;
    if (strncmp(bearer, "Bearer ", 7) != 0 || strcmp(bearer + 7, kube->token) != 0)
        kube_status(answer, 401, "Unauthorized", "Unauthorized", NULL);
    else if (strncmp(request->path, base, (size_t)length) != 0 || (*rest != '\0' && *rest != '/'))
        kube_forbidden(kube->namespace, NULL, "create", answer);
    else
        serve_secrets(kube, request, *rest == '/' ? rest + 1 : NULL, answer);
}

void kube_start(struct kube *kube, const char *certificate, const char *key)
{
    kube->secrets = json_object();
    kube->owners = json_object();
    kube->standin = standin_start(certificate, key, serve, kube);
    if (kube->standin == NULL || sodium_init() < 0)
        abort();
}

void kube_stop(struct kube *kube)
{
    standin_stop(kube->standin);
    json_decref(kube->secrets);
    json_decref(kube->owners);
}

void kube_put(struct kube *kube, const char *name, const char *text, const char *manager)
{
    char owner[128];
    json_t *patch = json_loads(text, 0, NULL);
    if (patch == NULL)
        abort(); /* a test's own text */
    (void)snprintf(owner, sizeof(owner), "%s\n" KUBE_UPDATE, manager);
    standin_lock(kube->standin);
    json_t *secret = json_object_get(kube->secrets, name);
    if (secret == NULL)
        secret = add_secret(kube, name);
    kube_merge(secret, json_object_get(kube->owners, name), patch, owner);
    count_version(kube, secret);
    standin_unlock(kube->standin);
    json_decref(patch);
}

bool kube_value(struct kube *kube, const char *name, const char *key, char *text, size_t size)
{
    size_t length = 0;
    standin_lock(kube->standin);
    const char *value = json_string_value(
        json_object_get(json_object_get(json_object_get(kube->secrets, name), "data"), key));
    const bool decoded = value != NULL && sodium_base642bin((unsigned char *)text, size - 1, value,
                                                            strlen(value), NULL, &length, NULL,
                                                            sodium_base64_VARIANT_ORIGINAL) == 0;
    text[decoded ? length : 0] = '\0';
    standin_unlock(kube->standin);
    return decoded;
}

void kube_meta(struct kube *kube, const char *name, const char *map, const char *key, char *text,
               size_t size)
{
    standin_lock(kube->standin);
    const json_t *metadata = json_object_get(json_object_get(kube->secrets, name), "metadata");
    const char *value = json_string_value(json_object_get(json_object_get(metadata, map), key));
    (void)snprintf(text, size, "%s", value != NULL ? value : "");
    standin_unlock(kube->standin);
}

void kube_owned(struct kube *kube, const char *name, const char *owner, char *text, size_t size)
{
    size_t length = 0;
    const char *leaf;
    json_t *value;
    text[0] = '\0';
    standin_lock(kube->standin);
    json_t *fields = json_object_get(json_object_get(kube->owners, name), owner);
    json_object_foreach(fields, leaf, value)
    {
        const int n = snprintf(text + length, size - length, "%s", leaf);
        for (char *c = text + length; *c != '\0'; c++)
            *c = *c == '\n' ? '/' : *c;
        length += (size_t)n;
        text[length++] = '\n';
        text[length] = '\0';
    }
    standin_unlock(kube->standin);
}

unsigned kube_version(struct kube *kube, const char *name)
{
    standin_lock(kube->standin);
    const json_t *metadata = json_object_get(json_object_get(kube->secrets, name), "metadata");
    const char *version = json_string_value(json_object_get(metadata, "resourceVersion"));
    const unsigned number = version != NULL ? (unsigned)strtoul(version, NULL, 10) : 0;
    standin_unlock(kube->standin);
    return number;
}
