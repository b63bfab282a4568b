// SPDX-License-Identifier: Apache-2.0

/*
 * redis-init-tls [-s] [-p] CERT KEY [CA]: judges the files that a server with TLS is to be started
 * with. -s: and then says which certificate the server at the other end of descriptor 3 shows. A
 * program of its own, so that neither redis-init nor PID 1 links OpenSSL; redis-init starts it as
 * the server's uid, and passes on its line and its exit code.
 */

#include <errno.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#include "tls_judge.h"
#include "tls_show.h"

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

#define SERVER_FD 3

/* What the files hold. */
struct found {
    X509 *certificate;           /* owned */
    EVP_PKEY *key;               /* owned */
    struct tls_hash chain;       /* of what stands behind it */
    struct tls_hash authorities; /* of CA */
};

static bool read_certificates(const char *path, struct found *found, struct tls_answer *answer)
{
    FILE *file = tls_open(path, false, answer);
    if (file == NULL)
        return false;
    found->certificate = tls_read_certificate(file, path, answer);
    const bool ok =
        found->certificate != NULL && tls_read_rest(file, path, NULL, NULL, &found->chain, answer);
    (void)fclose(file);
    return ok;
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

static bool judge_pair(char *const *files, struct tls_password *password, struct found *found,
                       struct tls_answer *answer)
{
    if (!read_certificates(files[0], found, answer))
        return false;
    found->key = read_key(files[1], password, answer);
    return found->key != NULL && tls_judge_pair(found->certificate, found->key, answer) &&
           tls_judge_dates(found->certificate, files[0], time(NULL), answer);
}

static bool judge_authorities(const char *path, struct found *found, struct tls_answer *answer)
{
    FILE *file = tls_open(path, false, answer);
    const bool ok =
        file != NULL && tls_judge_authorities(file, path, time(NULL), &found->authorities, answer);
    if (file != NULL)
        (void)fclose(file);
    return ok;
}

/* Where all is well an identity comes first, and a line of the answer is a warning. */
static int say(const struct tls_answer *answer)
{
    if ((answer->text[0] != '\0' && puts(answer->text) < 0) || fflush(stdout) != 0)
        return EX_OSERR;
    return answer->code;
}

static bool judge(char *const *files, bool has_password, struct found *found,
                  struct tls_answer *answer)
{
    static struct tls_password password;
    const bool ok = (!has_password || read_password(&password, answer)) &&
                    judge_pair(files, &password, found, answer) &&
                    (files[2] == NULL || judge_authorities(files[2], found, answer));
    OPENSSL_cleanse(&password, sizeof(password));
    return ok;
}

static bool print_found(const struct found *found, struct tls_answer *answer)
{
    if (!tls_identity_print(stdout, found->certificate))
        return tls_refuse(answer, EX_OSERR, "no memory");
    tls_hash_print(stdout, &found->chain);
    tls_hash_print(stdout, &found->authorities);
    (void)putchar('\n');
    return true;
}

static bool print_shown(const char *cert_file, const struct found *found, struct tls_answer *answer)
{
    (void)signal(SIGPIPE, SIG_IGN); /* the server may hang up */
    X509 *certificate = tls_show(SERVER_FD, cert_file, found->key, answer);
    if (certificate == NULL)
        return false;
    const bool ok =
        tls_identity_print(stdout, certificate) || tls_refuse(answer, EX_OSERR, "no memory");
    (void)putchar('\n');
    X509_free(certificate);
    return ok;
}

static bool takes(char ***words, const char *option)
{
    if (**words == NULL || strcmp(**words, option) != 0)
        return false;
    ++*words;
    return true;
}

int main(int argc, char **argv)
{
    struct tls_answer answer = {.code = 0};
    struct found found = {.certificate = NULL};
    char **files = argv + 1;
    const bool shows = argc > 0 && takes(&files, "-s");
    const bool has_password = argc > 0 && takes(&files, "-p");
    const long count = argv + argc - files;
    if (count < 2 || count > 3) {
        (void)fputs("Usage: redis-init-tls [-s] [-p] CERT KEY [CA]\n", stderr);
        return EX_USAGE;
    }
    if (judge(files, has_password, &found, &answer))
        (void)(shows ? print_shown(files[0], &found, &answer) : print_found(&found, &answer));
    X509_free(found.certificate);
    EVP_PKEY_free(found.key);
    return say(&answer);
}
