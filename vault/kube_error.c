// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "vault_kube.h"

#define OF(operation) (1U << (operation))
#define ANY (OF(KUBE_OPERATIONS) - 1)

struct meaning {
    long from, to; /* status */
    unsigned operations;
    int exit_code;
    const char *says; /* behind "Kubernetes at URL " */
    const char *hint;
};

/* The first that fits: "HTTP Status codes" of the API conventions. */
static const struct meaning meanings[] = {
    {401, 401, ANY, EX_NOPERM, "does not know the token", "check --kube-token-file"},
    {403, 403, OF(KUBE_GET), EX_NOPERM, "denies reading", "its Role needs `get` on that Secret"},
    {403, 403, OF(KUBE_POST), EX_NOPERM, "denies creating", "its Role needs `create` on secrets"},
    {403, 403, OF(KUBE_PATCH), EX_NOPERM, "denies changing",
     "its Role needs `patch` on that Secret"},
    {404, 404, OF(KUBE_POST), EX_CONFIG, "has no such namespace", "check --namespace"},
    {404, 404, ANY, EX_CONFIG, "has nothing there", "is --kube-api right?"},
    {409, 409, ANY, EX_UNAVAILABLE, "has a conflict", "another writer changes it all the time"},
    {422, 422, ANY, EX_CONFIG, "takes no such Secret", "check --secret and the keys"},
    {300, 399, ANY, EX_UNAVAILABLE, "sends to another server", "name that one by --kube-api"},
    {429, 429, ANY, EX_UNAVAILABLE, "is too busy", "try again"},
    {500, 599, ANY, EX_UNAVAILABLE, "fails", "see the log of the API server"},
};

static const struct meaning unknown_meaning = {
    0, 0, ANY, EX_UNAVAILABLE, "refuses the request", "is it Kubernetes?"};

static const struct meaning *meaning_of(enum kube_operation operation, long status)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (status >= meanings[i].from && status <= meanings[i].to &&
            (meanings[i].operations & OF(operation)) != 0)
            return &meanings[i];
    return &unknown_meaning;
}

bool kube_failure(const struct http_service *service, enum kube_operation operation,
                  const char *secret, const struct http_answer *answer,
                  const struct kube_status *status, struct failure *failure)
{
    const struct meaning *meaning = meaning_of(operation, answer->status);
    if (status->manager[0] != '\0')
        return failure_set(failure, EX_NOPERM, 0,
                           "Secret %s: %s belongs to `%s`, which would change it back: let that "
                           "one leave it out, or delete the Secret",
                           secret, status->field, status->manager);
    return failure_set(failure, meaning->exit_code, 0, "%s at %s %s: Secret %s (%ld%s%s%s%s), %s",
                       service->name, service->url, meaning->says, secret, answer->status,
                       answer->redirect[0] != '\0' ? ", " : "", answer->redirect,
                       status->message[0] != '\0' ? ": " : "", status->message, meaning->hint);
}
