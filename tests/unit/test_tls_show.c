// SPDX-License-Identifier: Apache-2.0
#include "tls_show.h"

#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "sandbox.h"
#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct tls_answer answer;
static EVP_PKEY *key;
static X509 *certificate;
static char path[256]; /* of the certificate, for the client */

static void begin(void)
{
    answer = (struct tls_answer){.code = 0};
    key = EVP_EC_gen("P-256");
    certificate = X509_new();
    ck_assert(key != NULL && certificate != NULL);
    ck_assert_int_eq(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 0x0a1b2c), 1);
    ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notBefore(certificate), 0));
    ck_assert_ptr_nonnull(ASN1_TIME_set(X509_getm_notAfter(certificate), 4102444800));
    ck_assert_int_eq(X509_set_pubkey(certificate, key), 1);
    ck_assert_int_ne(X509_sign(certificate, key, EVP_sha256()), 0);
    (void)snprintf(path, sizeof(path), "%s/crt", unit_folder());
}

static void end(void)
{
    EVP_PKEY_free(key);
    X509_free(certificate);
}

/* What a server does with the connection. */
typedef void serve(int fd, int version);

static void speak_tls(int fd, int version)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    (void)signal(SIGPIPE, SIG_IGN);
    if (SSL_CTX_use_certificate(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(context, key) != 1 ||
        SSL_CTX_set_max_proto_version(context, version) != 1)
        _exit(EXIT_FAILURE);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL *connection = SSL_new(context);
    (void)SSL_set_fd(connection, fd);
    (void)SSL_accept(connection); /* it misses, or does not trust, the client's certificate */
    SSL_free(connection);
    SSL_CTX_free(context);
}

static void speak_redis(int fd, int version)
{
    char bytes[64];
    (void)version;
    if (read(fd, bytes, sizeof(bytes)) < 0 || write(fd, "-ERR unknown\r\n", 14) != 14)
        _exit(EXIT_FAILURE);
}

static void hang_up(int fd, int version)
{
    (void)fd;
    (void)version;
}

static X509 *show(serve *server, int version)
{
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        (void)close(ends[0]);
        server(ends[1], version);
        _exit(EXIT_SUCCESS);
    }
    (void)close(ends[1]);
    (void)signal(SIGPIPE, SIG_IGN);
    X509 *shown = tls_show(ends[0], path, key, &answer);
    (void)close(ends[0]);
    ck_assert_int_eq(sandbox_exit_code(pid), EXIT_SUCCESS);
    return shown;
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

/* Also to a client that the server does not let in. */
START_TEST(a_server_shows_its_certificate)
{
    char line[256];
    char expected[] = "0A1B2C 2100-01-01T00:00:00Z ";
    X509 *shown = show(speak_tls, versions[_i]);
    ck_assert_msg(shown != NULL, "%s", answer.text);
    ck_assert_int_eq(X509_cmp(shown, certificate), 0);
    FILE *file = fmemopen(line, sizeof(line), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert(tls_identity_print(file, shown));
    (void)fclose(file);
    ck_assert_int_eq(strncmp(line, expected, strlen(expected)), 0);
    ck_assert_uint_eq(strlen(line), strlen(expected) + 64);
    X509_free(shown);
}
END_TEST

static serve *const others[] = {speak_redis, hang_up};

START_TEST(others_show_none)
{
    ck_assert_ptr_null(show(others[_i], 0));
    ck_assert_int_eq(answer.code, EX_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(answer.text, "no certificate is shown in a TLS handshake: "));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("tls show");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, a_server_shows_its_certificate, 0, COUNT(versions));
    tcase_add_loop_test(tests, others_show_none, 0, COUNT(others));
    return unit_main("tls show", tests);
}
