// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "vault_environment.h"
#include "vault_kube.h"

#define NAMESPACE_FILE "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

bool kube_url(char url[URL_SIZE], const char *host, const char *port, struct failure *failure)
{
    char value[URL_SIZE];
    if (host == NULL || port == NULL)
        return failure_set(failure, EX_CONFIG, 0,
                           "KUBERNETES_SERVICE_HOST is not set, so this is no pod: name the API "
                           "server by --kube-api, or a file by --output");
    const bool is_ipv6 = strchr(host, ':') != NULL && *host != '[';
    (void)snprintf(value, sizeof(value), "https://%s%s%s:%s", is_ipv6 ? "[" : "", host,
                   is_ipv6 ? "]" : "", port);
    return url_check(url, "KUBERNETES_SERVICE_HOST", value, failure);
}

static bool find_url(struct kube *kube, char *const *environment, struct failure *failure)
{
    if (kube->options->kube_api == NULL)
        return kube_url(kube->url, environment_value(environment, "KUBERNETES_SERVICE_HOST"),
                        environment_value(environment, "KUBERNETES_SERVICE_PORT"), failure);
    memcpy(kube->url, kube->options->kube_url, sizeof(kube->url));
    return true;
}

/* The pod's own is a file of one word, as tokens are. */
static bool find_namespace(struct kube *kube, struct failure *failure)
{
    const char *name = kube->options->namespace;
    struct credential *own =
        name == NULL ? credential_read(NAMESPACE_FILE, "--namespace is missing, and", failure)
                     : NULL;
    if (name == NULL && own == NULL)
        return false;
    if (own != NULL)
        name = credential_text(own);
    const bool ok =
        (strlen(name) <= KUBE_NAMESPACE_MAX && url_path_is_right(name) &&
         strchr(name, '/') == NULL) ||
        failure_set(failure, EX_CONFIG, 0, "--namespace: is no name of at most %d letters",
                    KUBE_NAMESPACE_MAX);
    if (ok)
        (void)snprintf(kube->namespace, sizeof(kube->namespace), "%s", name);
    credential_free(own);
    return ok;
}

bool kube_open(struct kube *kube, struct http *http, const struct sync_options *options,
               char *const *environment, struct failure *failure)
{
    *kube = (struct kube){.http = http, .options = options};
    if (options->secret == NULL)
        return true;
    kube->service = (struct http_service){.name = "Kubernetes",
                                          .url = kube->url,
                                          .ca_file = options->kube_cacert,
                                          .ca_option = "--kube-cacert"};
    return find_url(kube, environment, failure) && find_namespace(kube, failure);
}

void kube_close(struct kube *kube)
{
    credential_free(kube->token);
    kube->token = NULL;
}
