// SPDX-License-Identifier: Apache-2.0

/*
 * redis-init-tls [-p] CERT KEY [CA]: judges the files that a server with TLS is to be started with.
 * A program of its own, so that neither redis-init nor PID 1 links OpenSSL; redis-init starts it
 * as the server's uid, and passes on its line and its exit code.
 */

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#include "tls_judge.h"

/* From standard input, all of it. */
static bool read_password(struct tls_password *password, struct tls_answer *answer)
{
    const size_t size = sizeof(password->bytes);
    ssize_t n;
    if (mlock(password, sizeof(*password)) != 0)
        return tls_refuse(answer, EX_OSERR,
                          "memory can't be locked for the password, raise the limit (ulimit -l)");
    do {
        n = read(STDIN_FILENO, password->bytes + password->length, size - password->length);
        password->length += n > 0 ? (size_t)n : 0;
    } while (password->length < size && (n > 0 || (n < 0 && errno == EINTR)));
    return (n >= 0 && password->length < size) ||
           tls_refuse(answer, EX_NOINPUT, "the password can't be read");
}

static X509 *read_certificate(const char *path, struct tls_answer *answer)
{
    FILE *file = tls_open(path, false, answer);
    if (file == NULL)
        return NULL;
    X509 *certificate = tls_read_certificate(file, path, answer);
    (void)fclose(file);
    return certificate;
}

static EVP_PKEY *read_key(const char *path, struct tls_password *password,
                          struct tls_answer *answer)
{
    FILE *file = tls_open(path, true, answer);
    if (file == NULL)
        return NULL;
    EVP_PKEY *key = tls_read_key(file, path, password, answer);
    (void)fclose(file);
    return key;
}

static bool judge_pair(const char *cert_file, const char *key_file, struct tls_password *password,
                       struct tls_answer *answer)
{
    X509 *certificate = read_certificate(cert_file, answer);
    EVP_PKEY *key = certificate != NULL ? read_key(key_file, password, answer) : NULL;
    const bool ok = key != NULL && tls_judge_pair(certificate, key, answer) &&
                    tls_judge_dates(certificate, cert_file, time(NULL), answer);
    EVP_PKEY_free(key);
    X509_free(certificate);
    return ok;
}

static bool judge_authorities(const char *path, struct tls_answer *answer)
{
    FILE *file = tls_open(path, false, answer);
    const bool ok = file != NULL && tls_judge_authorities(file, path, time(NULL), answer);
    if (file != NULL)
        (void)fclose(file);
    return ok;
}

static int say(const struct tls_answer *answer)
{
    if (answer->text[0] != '\0' && (puts(answer->text) < 0 || fflush(stdout) != 0))
        return EX_OSERR;
    return answer->code;
}

int main(int argc, char **argv)
{
    static struct tls_password password;
    struct tls_answer answer = {.code = 0};
    const bool has_password = argc > 1 && strcmp(argv[1], "-p") == 0;
    char **files = argv + (has_password ? 2 : 1);
    const int count = argc - (int)(files - argv);
    if (count < 2 || count > 3) {
        (void)fputs("Usage: redis-init-tls [-p] CERT KEY [CA]\n", stderr);
        return EX_USAGE;
    }
    if ((!has_password || read_password(&password, &answer)) &&
        judge_pair(files[0], files[1], &password, &answer) && count == 3)
        (void)judge_authorities(files[2], &answer);
    OPENSSL_cleanse(&password, sizeof(password));
    return say(&answer);
}
