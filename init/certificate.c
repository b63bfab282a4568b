// SPDX-License-Identifier: Apache-2.0
#include "certificate.h"

#include <stdio.h>
#include <string.h>

bool certificate_parse(struct certificate *certificate, const char *text)
{
    *certificate = (struct certificate){.serial = ""};
    const int words = sscanf(text, "%64[0-9A-F-] %64s %64[0-9a-f] %64[0-9a-f] %64[0-9a-f]",
                             certificate->serial, certificate->until, certificate->fingerprint,
                             certificate->chain, certificate->authorities);
    return words == 3 || words == 5;
}

void certificate_print(char text[CERTIFICATE_PRINTED_MAX], const struct certificate *certificate)
{
    (void)snprintf(text, CERTIFICATE_PRINTED_MAX, "%s %s %s %s %s", certificate->serial,
                   certificate->until, certificate->fingerprint, certificate->chain,
                   certificate->authorities);
}

bool certificate_is_same(const struct certificate *a, const struct certificate *b)
{
    return strcmp(a->fingerprint, b->fingerprint) == 0 && strcmp(a->chain, b->chain) == 0 &&
           strcmp(a->authorities, b->authorities) == 0;
}

void certificate_forget(struct certificate *certificate)
{
    (void)snprintf(certificate->fingerprint, sizeof(certificate->fingerprint), "0");
}

void certificate_changes(char text[CERTIFICATE_CHANGES_MAX], const struct certificate *before,
                         const struct certificate *now)
{
    char certificate[CERTIFICATE_CHANGES_MAX] = "";
    const bool trusts_others = strcmp(before->authorities, now->authorities) != 0;
    if (strcmp(before->fingerprint, now->fingerprint) != 0)
        (void)snprintf(certificate, sizeof(certificate),
                       "new certificate, serial %s, valid until %s", now->serial, now->until);
    else if (strcmp(before->chain, now->chain) != 0)
        (void)snprintf(certificate, sizeof(certificate), "new chain of the certificate");
    (void)snprintf(text, CERTIFICATE_CHANGES_MAX, "%s%s%s", certificate,
                   trusts_others && *certificate != '\0' ? "; " : "",
                   trusts_others ? "new authorities" : "");
}
