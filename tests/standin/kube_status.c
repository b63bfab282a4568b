// SPDX-License-Identifier: Apache-2.0
#include "kube_status.h"

#include <stdio.h>

void kube_status(struct standin_answer *answer, unsigned code, const char *reason,
                 const char *message, json_t *details)
{
    answer->status = code;
    answer->body = json_pack("{s:s, s:s, s:{}, s:s, s:s, s:s, s:i}", "kind", "Status", "apiVersion",
                             "v1", "metadata", "status", "Failure", "message", message, "reason",
                             reason, "code", (int)code);
    if (details != NULL)
        (void)json_object_set_new(answer->body, "details", details);
}

json_t *kube_details(const char *name)
{
    return json_pack("{s:s, s:s}", "name", name, "kind", "secrets");
}

/* Of the RBAC authorizer */
void kube_forbidden(const char *namespace, const char *name, const char *verb,
                    struct standin_answer *answer)
{
    char message[512];
    char quoted[128] = "";
    if (name != NULL)
        (void)snprintf(quoted, sizeof(quoted), " \"%s\"", name);
    (void)snprintf(message, sizeof(message),
                   "secrets%s is forbidden: User \"system:serviceaccount:%s:vault-sync\" cannot %s "
                   "resource \"secrets\" in API group \"\" in the namespace \"%s\"",
                   quoted, namespace, verb, namespace);
    kube_status(answer, 403, "Forbidden", message,
                name != NULL ? kube_details(name) : json_pack("{s:s}", "kind", "secrets"));
}

void kube_not_found(const char *name, struct standin_answer *answer)
{
    char message[256];
    (void)snprintf(message, sizeof(message), "secrets \"%s\" not found", name);
    kube_status(answer, 404, "NotFound", message, kube_details(name));
}

void kube_old_version(const char *name, struct standin_answer *answer)
{
    char message[512];
    (void)snprintf(message, sizeof(message),
                   "Operation cannot be fulfilled on secrets \"%s\": the object has been modified; "
                   "please apply your changes to the latest version and try again",
                   name);
    kube_status(answer, 409, "Conflict", message, kube_details(name));
}

#define IMMUTABLE "Forbidden: field is immutable when `immutable` is set"

/* concepts/configuration/secret, "Immutable Secrets" */
void kube_immutable(const char *name, struct standin_answer *answer)
{
    char message[256];
    (void)snprintf(message, sizeof(message), "Secret \"%s\" is invalid: data: " IMMUTABLE, name);
    kube_status(answer, 422, "Invalid", message,
                json_pack("{s:s, s:s, s:[{s:s, s:s, s:s}]}", "name", name, "kind", "Secret",
                          "causes", "reason", "FieldValueForbidden", "message", IMMUTABLE, "field",
                          "data"));
}

void kube_invalid_option(struct standin_answer *answer, const char *field, const char *reason,
                         const char *text)
{
    char message[256];
    (void)snprintf(message, sizeof(message), "PatchOptions.meta.k8s.io \"\" is invalid: %s: %s",
                   field, text);
    kube_status(answer, 422, "Invalid", message,
                json_pack("{s:s, s:s, s:[{s:s, s:s, s:s}]}", "group", "meta.k8s.io", "kind",
                          "PatchOptions", "causes", "reason", reason, "message", text, "field",
                          field));
}
