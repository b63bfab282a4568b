// SPDX-License-Identifier: Apache-2.0
#include "tls_identity.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "tls_judge.h"

bool tls_fingerprint(const X509 *certificate, struct tls_hash *hash)
{
    return X509_digest(certificate, EVP_sha256(), hash->bytes, NULL) == 1;
}

bool tls_hash_add(struct tls_hash *hash, const X509 *certificate)
{
    struct tls_hash both[2] = {*hash};
    return tls_fingerprint(certificate, &both[1]) &&
           EVP_Digest(both, sizeof(both), hash->bytes, NULL, EVP_sha256(), NULL) == 1;
}

void tls_hash_print(FILE *file, const struct tls_hash *hash)
{
    (void)fputc(' ', file);
    for (size_t i = 0; i < sizeof(hash->bytes); i++)
        (void)fprintf(file, "%02x", hash->bytes[i]);
}

bool tls_identity_print(FILE *file, const X509 *certificate)
{
    char until[TLS_TIME_SIZE];
    struct tls_hash hash;
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *serial = number != NULL ? BN_bn2hex(number) : NULL;
    const bool ok = serial != NULL && tls_fingerprint(certificate, &hash);
    if (ok) {
        (void)fprintf(file, "%.*s %s", TLS_SERIAL_MAX, serial,
                      tls_print_time(X509_get0_notAfter(certificate), until));
        tls_hash_print(file, &hash);
    }
    OPENSSL_free(serial);
    BN_free(number);
    return ok;
}
