// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_TLS_IDENTITY_H
#define REDIS_INIT_TLS_IDENTITY_H

#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>

/* A SHA-256: of a certificate its fingerprint; of a list one over the fingerprints in their order;
 * all zeros is that of none. */
struct tls_hash {
    unsigned char bytes[SHA256_DIGEST_LENGTH];
};

/* False: there is no memory. */
bool tls_fingerprint(const X509 *certificate, struct tls_hash *hash);
bool tls_hash_add(struct tls_hash *hash, const X509 *certificate);

/* Digits of a serial number that are shown: RFC 5280, 4.1.2.2, has 40 at most. */
#define TLS_SERIAL_MAX 64

/* Writes `SERIAL UNTIL FINGERPRINT`, in hexadecimal digits and as tls_print_time() has it, without
 * a line end. False: there is no memory. */
bool tls_identity_print(FILE *file, const X509 *certificate);

/* Writes ` HASH`. */
void tls_hash_print(FILE *file, const struct tls_hash *hash);

#endif
