// SPDX-License-Identifier: Apache-2.0

/*
 * redis-init-tls [-p] CERT KEY [CA]: judges the files that a server with TLS is to be started with.
 * redis-init-tls -s: says which certificate the server at the other end of standard input shows.
 * A program of its own, so that neither redis-init nor PID 1 links OpenSSL; redis-init starts it
 * as the server's uid, and passes on its line and its exit code.
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

/* What the files hold. */
struct found {
    X509 *certificate;           /* owned */
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
    EVP_PKEY *key =
        read_certificates(files[0], found, answer) ? read_key(files[1], password, answer) : NULL;
    const bool ok = key != NULL && tls_judge_pair(found->certificate, key, answer) &&
                    tls_judge_dates(found->certificate, files[0], time(NULL), answer);
    EVP_PKEY_free(key);
    return ok;
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

static int judge(char *const *files, bool has_password)
{
    static struct tls_password password;
    struct tls_answer answer = {.code = 0};
    struct found found = {.certificate = NULL};
    const bool ok = (!has_password || read_password(&password, &answer)) &&
                    judge_pair(files, &password, &found, &answer) &&
                    (files[2] == NULL || judge_authorities(files[2], &found, &answer));
    OPENSSL_cleanse(&password, sizeof(password));
    if (ok && tls_identity_print(stdout, found.certificate)) {
        tls_hash_print(stdout, &found.chain);
        tls_hash_print(stdout, &found.authorities);
        (void)putchar('\n');
    } else if (ok) {
        tls_refuse(&answer, EX_OSERR, "no memory");
    }
    X509_free(found.certificate);
    return say(&answer);
}

static int show(void)
{
    struct tls_answer answer = {.code = 0};
    (void)signal(SIGPIPE, SIG_IGN); /* the server may hang up on who shows no certificate */
    X509 *certificate = tls_show(STDIN_FILENO, &answer);
    if (certificate != NULL && tls_identity_print(stdout, certificate))
        (void)putchar('\n');
    else if (certificate != NULL)
        tls_refuse(&answer, EX_OSERR, "no memory");
    X509_free(certificate);
    return say(&answer);
}

int main(int argc, char **argv)
{
    const bool has_password = argc > 1 && strcmp(argv[1], "-p") == 0;
    char **files = argv + (has_password ? 2 : 1);
    const int count = argc - (int)(files - argv);
    if (argc == 2 && strcmp(argv[1], "-s") == 0)
        return show();
    if (count == 2 || count == 3)
        return judge(files, has_password);
    (void)fputs("Usage: redis-init-tls [-p] CERT KEY [CA]\n"
                "       redis-init-tls -s <>/dev/tcp/HOST/PORT\n",
                stderr);
    return EX_USAGE;
}
