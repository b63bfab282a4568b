// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SYNC_CASE_H
#define TESTS_SYNC_CASE_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kube.h"
#include "vault.h"

#define SYNC_WORDS_MAX 64

/* Secrets of these tests. None may be said, stand in a URL, in argv or in an environment. */
#define SYNC_PASSWORD "b8f0c14e97d2a6530fe8d71c92a45b37"
#define SYNC_PASSWORD_BASE64 "YjhmMGMxNGU5N2QyYTY1MzBmZThkNzFjOTJhNDViMzc="
#define SYNC_OTHER "7be2945dc01f83a6e4d7f0b8c3951a62"
#define SYNC_WEAK "Summer2024Summer2024"
#define SYNC_JWT "eyJhbGciOiJSUzI1NiJ9.c3RhbmRpbg.jwt-5d1f0c77"
#define SYNC_ROLE_ID "59d6d1ca-47bb-4e7e-a40b-8be3bc5a0ba8"
#define SYNC_SECRET_ID "84896a0c-1347-aa90-a4f6-aca8b7558780"
#define SYNC_KUBE_TOKEN "eyJhbGciOiJSUzI1NiJ9.a3ViZQ.kube-0f94b1c2"
#define SYNC_WRAPPING "hvs.CAESIJ-wrapping-1"

#define SYNC_PATH "redis/production"
#define SYNC_READ "GET /v1/secret/data/" SYNC_PATH
#define SYNC_WRITE "POST /v1/secret/data/" SYNC_PATH
#define SYNC_LOGIN "POST /v1/auth/kubernetes/login"
#define SYNC_REVOKE "POST /v1/auth/token/revoke-self"
#define SYNC_RENEW "POST /v1/auth/token/renew-self"
#define SYNC_SECRETS "/api/v1/namespaces/redis/secrets"
#define SYNC_SECRET SYNC_SECRETS "/redis-password"

/* redis-vault-sync between both stand-ins, with files in a folder of its own. */
struct sync {
    char folder[64];
    struct vault vault;
    struct kube kube;
    char *words[SYNC_WORDS_MAX]; /* of its command line, from its name on; ours */
    size_t word_count;
    char *environment[SYNC_WORDS_MAX];
    size_t environment_count;
    uid_t uid; /* that it runs as; 0 is this process's */
    pid_t pid;
    int output; /* what it says, to read */
    char said[65536];
};

/* Certificates of an authority and what else a test program needs once; unchecked fixtures. */
void sync_make_certificates(void);
void sync_remove_certificates(void);

/* The path of one of them: ca.crt; server.crt and .key; of other.example, of another authority and
 * an expired one: other.crt, foreign.crt, expired.crt, each with server.key. */
const char *sync_certificate(const char *name, char *path, size_t size);

/* Starts both stand-ins. Vault has SYNC_PASSWORD as the field `password` of SYNC_PATH; the roles
 * are set, and there is no Secret. The command line has what the stand-ins need to be found. */
void sync_init(struct sync *sync);

/* With another certificate of the folder for Vault. */
void sync_init_with(struct sync *sync, const char *certificate);
void sync_free(struct sync *sync);

/* Words of the command line. They are copied. */
void sync_word(struct sync *sync, const char *word);
void sync_option(struct sync *sync, const char *name, const char *value);
void sync_file_option(struct sync *sync, const char *name, const char *file);
void sync_setenv(struct sync *sync, const char *assignment);

/* --auth kubernetes with its role and its token, --path SYNC_PATH */
void sync_log_in(struct sync *sync);

/* --secret redis-password of the namespace redis, at the stand-in of Kubernetes */
void sync_to_secret(struct sync *sync);

/* --output FOLDER/password */
void sync_to_file(struct sync *sync);

/* It runs as that user, whose the folder and its files are from now on. Root's to call. */
void sync_become(struct sync *sync, uid_t uid);

/* A file of the folder; sync_read gives "" where there is none. */
void sync_file(const struct sync *sync, const char *name, const char *text, mode_t mode);
void sync_read(const struct sync *sync, const char *name, char *text, size_t size);
const char *sync_path(const struct sync *sync, const char *name, char *path, size_t size);

/* Runs it to its end: it exits with `code` and says `part`; one line if that is not 0. None of the
 * secrets is said, or stands in a URL. "" is said where nothing more is to be. */
void sync_run(struct sync *sync, int code, const char *part);

/* The same in two parts. */
void sync_start(struct sync *sync);
void sync_end(struct sync *sync, int code, const char *part);

/* Until a line says it. */
void sync_await(struct sync *sync, const char *text);

/* What the Secret has. "" is no value. */
void sync_expect(struct sync *sync, const char *key, const char *value);

/* Each token that a login gave was revoked. */
void sync_expect_revoked(struct sync *sync);

/* Asserts that no secret stands in the text; `where` is said otherwise. */
void sync_expect_no_secret(const char *text, size_t length, const char *where);

/* The whole of main(). */
int sync_main(TCase *tests);

#endif
