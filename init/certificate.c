// SPDX-License-Identifier: Apache-2.0
#include "certificate.h"

#include <stdio.h>
#include <string.h>

#define HASH_DIGITS "0123456789abcdef"

/* Where the word of these bytes ends, with a blank in front of it unless it is the first; NULL: it
 * is none. */
static const char *take(const char *text, bool is_first, const char *bytes,
                        char word[CERTIFICATE_WORD_SIZE])
{
    if (text == NULL || (!is_first && *text++ != ' '))
        return NULL;
    const size_t length = strspn(text, bytes);
    const bool ends = strchr(" \n", text[length]) != NULL; /* or with the text */
    if (length == 0 || length >= CERTIFICATE_WORD_SIZE || !ends)
        return NULL;
    memcpy(word, text, length);
    word[length] = '\0';
    return text + length;
}

bool certificate_parse(struct certificate *certificate, const char *text)
{
    *certificate = (struct certificate){.serial = ""};
    text = take(text, true, "0123456789ABCDEF-", certificate->serial);
    text = take(text, false, "0123456789-:TZunkow", certificate->until); /* or "unknown" */
    text = take(text, false, HASH_DIGITS, certificate->fingerprint);
    if (text == NULL || *text != ' ')
        return text != NULL;
    text = take(text, false, HASH_DIGITS, certificate->chain);
    return take(text, false, HASH_DIGITS, certificate->authorities) != NULL;
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
