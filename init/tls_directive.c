// SPDX-License-Identifier: Apache-2.0
#include "tls_directive.h"

#include <string.h>
#include <strings.h>

const char *tls_directive_key(const struct tls_settings *tls, const char *name, size_t length)
{
    const struct {
        const char *directive, *key, *value;
    } rows[] = {
        {"tls-port", "port", "set"},
        {"tls-cert-file", "cert_file", tls->cert_file},
        {"tls-key-file", "key_file", tls->key_file},
        {"tls-key-file-pass", "key_password_file", tls->key_password_file},
        {"tls-ca-cert-file", "ca_file", tls->ca_file},
        {"tls-auth-clients", "auth_clients", "set"},
        {"tls-protocols", "protocols", "set"},
        {"tls-replication", "replication", "set"},
        {"tls-cluster", "cluster", "set"},
    };
    for (size_t i = 0; tls->port != 0 && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strlen(rows[i].directive) == length &&
            strncasecmp(rows[i].directive, name, length) == 0)
            return *rows[i].value != '\0' ? rows[i].key : NULL;
    return NULL;
}
