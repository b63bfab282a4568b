// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_TLS_JUDGE_H
#define REDIS_INIT_TLS_JUDGE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "tls_identity.h"

/* What redis-init-tls says: a line on standard output, and its exit code. */
struct tls_answer {
    int code; /* 0, or EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR */
    char text[512];
};

/* Fills it and returns false, so that a function can end with `return tls_refuse(...)`. */
bool tls_refuse(struct tls_answer *answer, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Opens a file to read and judges the open file: a regular one, which neither its group nor others
 * may write, as who adds an authority lets in whom he likes. A `private` one, the key, others may
 * not read; its group may, as a Secret's fsGroup does. One that is not private may have any mode
 * where its file system is mounted read-only. NULL after filling *answer: EX_NOINPUT when it can't
 * be opened, EX_DATAERR.
 */
FILE *tls_open(const char *path, bool is_private, struct tls_answer *answer);

/* A password as the callback of PEM_read_PrivateKey() finds it; `length` 0: none was given. */
struct tls_password {
    char bytes[4096 + 1];
    size_t length;
    bool asked; /* the key is encrypted */
};

/* The certificate of the server: the first one of the file. NULL, EX_DATAERR: there is none. */
X509 *tls_read_certificate(FILE *file, const char *path, struct tls_answer *answer);

/* Sees one certificate of a file. */
typedef void tls_visitor(const X509 *certificate, void *context);

/* Reads the rest of the file, of which every block has to be a whole certificate: `visit` sees
 * each (or is NULL), and they are added to *hash. EX_DATAERR. */
bool tls_read_rest(FILE *file, const char *path, tls_visitor *visit, void *context,
                   struct tls_hash *hash, struct tls_answer *answer);

/* EX_DATAERR: none is there, it is encrypted and no password was given, or not by that one. */
EVP_PKEY *tls_read_key(FILE *file, const char *path, struct tls_password *password,
                       struct tls_answer *answer);

/* EX_DATAERR unless the key is the certificate's, and strong enough for OpenSSL's security level 2
 * (112 bits: RSA of 2048), which Debian's and others' libraries ask for. */
bool tls_judge_pair(X509 *certificate, EVP_PKEY *key, struct tls_answer *answer);

/* Days before its end from which a certificate is warned of. */
#define TLS_WARN_DAYS 14

/* As RFC 3339 has it, which logs are searched for; returns `text`. */
#define TLS_TIME_SIZE 32
const char *tls_print_time(const ASN1_TIME *time, char text[TLS_TIME_SIZE]);

/*
 * EX_DATAERR when the certificate is not valid yet or no more; true with a text when it ends within
 * TLS_WARN_DAYS. `what` names it.
 */
bool tls_judge_dates(const X509 *certificate, const char *what, time_t now,
                     struct tls_answer *answer);

/* Every block of the file is a certificate, and one at least is valid now; all of them are added to
 * *hash. EX_DATAERR. */
bool tls_judge_authorities(FILE *file, const char *path, time_t now, struct tls_hash *hash,
                           struct tls_answer *answer);

#endif
