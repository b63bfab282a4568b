// SPDX-License-Identifier: Apache-2.0
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sysexits.h>

#include "tls_judge.h"

/* Whether what was read last was the end of the file, behind whole blocks. */
static bool is_end_of_file(void)
{
    const unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

bool tls_read_rest(FILE *file, const char *path, tls_visitor *visit, void *context,
                   struct tls_hash *hash, struct tls_answer *answer)
{
    bool ok = true;
    X509 *certificate;
    while (ok && (certificate = PEM_read_X509(file, NULL, NULL, NULL)) != NULL) {
        if (visit != NULL)
            visit(certificate, context);
        ok = tls_hash_add(hash, certificate) || tls_refuse(answer, EX_OSERR, "no memory");
        X509_free(certificate);
    }
    if (ok && !is_end_of_file())
        ok =
            tls_refuse(answer, EX_DATAERR,
                       "%s holds no whole certificates in PEM (-----BEGIN CERTIFICATE-----)", path);
    ERR_clear_error();
    return ok;
}
