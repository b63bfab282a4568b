// SPDX-License-Identifier: Apache-2.0
#include "tls_show.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sysexits.h>

/* In the place of a verification. It comes before the server can miss a certificate of ours: RFC
 * 8446, 2, and RFC 5246, 7.3. */
static int take_certificate(X509_STORE_CTX *store, void *context)
{
    X509 **shown = context;
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    if (*shown == NULL && certificate != NULL && X509_up_ref(certificate) == 1)
        *shown = certificate;
    return 1;
}

static SSL *prepare(SSL_CTX *context, int socket, X509 **shown)
{
    static const struct timeval timeout = {.tv_sec = TLS_SHOW_TIMEOUT};
    if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) != 0 ||
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) != 0)
        return NULL;
    SSL_CTX_set_security_level(context, 0); /* what the server shows is not judged here */
    SSL_CTX_set_cert_verify_callback(context, take_certificate, shown);
    SSL *connection = SSL_new(context);
    if (connection != NULL && SSL_set_fd(connection, socket) == 1)
        return connection;
    SSL_free(connection);
    return NULL;
}

X509 *tls_show(int socket, const char *cert_file, EVP_PKEY *key, struct tls_answer *answer)
{
    X509 *shown = NULL;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context != NULL && SSL_CTX_use_certificate_chain_file(context, cert_file) == 1)
        (void)SSL_CTX_use_PrivateKey(context, key);
    ERR_clear_error();
    SSL *connection = context != NULL ? prepare(context, socket, &shown) : NULL;
    if (connection != NULL)
        (void)SSL_connect(connection); /* it may well be refused, once the certificate is here */
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    if (shown == NULL)
        tls_refuse(answer, EX_UNAVAILABLE, "no certificate is shown in a TLS handshake: %s",
                   reason != NULL ? reason : "no answer");
    SSL_free(connection);
    SSL_CTX_free(context);
    return shown;
}
