// SPDX-License-Identifier: Apache-2.0
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sysexits.h>

#include "tls_judge.h"

#define SECURITY_BITS_MIN 112

X509 *tls_read_certificate(FILE *file, const char *path, struct tls_answer *answer)
{
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    if (certificate == NULL)
        tls_refuse(answer, EX_DATAERR,
                   "%s holds no whole certificate in PEM (-----BEGIN CERTIFICATE-----)", path);
    return certificate;
}

/* A pem_password_cb. */
static int give_password(char *buffer, int size, int writing, void *context)
{
    struct tls_password *password = context;
    (void)writing;
    password->asked = true;
    if (password->length == 0 || password->length > (size_t)size)
        return -1;
    memcpy(buffer, password->bytes, password->length);
    return (int)password->length;
}

EVP_PKEY *tls_read_key(FILE *file, const char *path, struct tls_password *password,
                       struct tls_answer *answer)
{
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, give_password, password);
    if (key != NULL)
        return key;
    if (!password->asked)
        tls_refuse(answer, EX_DATAERR,
                   "%s holds no whole private key in PEM (-----BEGIN PRIVATE KEY-----)", path);
    else if (password->length == 0)
        tls_refuse(answer, EX_DATAERR, "%s is encrypted, give its password by key_password_file",
                   path);
    else
        tls_refuse(answer, EX_DATAERR, "%s is not opened by the password of key_password_file",
                   path);
    return NULL;
}

bool tls_judge_pair(X509 *certificate, EVP_PKEY *key, struct tls_answer *answer)
{
    if (X509_check_private_key(certificate, key) != 1)
        return tls_refuse(answer, EX_DATAERR,
                          "key_file and cert_file are no pair: the key is another certificate's");
    if (EVP_PKEY_security_bits(key) < SECURITY_BITS_MIN)
        return tls_refuse(answer, EX_DATAERR,
                          "the key of key_file is too weak (%d bits), make one of RSA 2048 or "
                          "stronger",
                          EVP_PKEY_bits(key));
    return true;
}
