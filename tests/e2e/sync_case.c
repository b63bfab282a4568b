// SPDX-License-Identifier: Apache-2.0
#include "sync_case.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox.h"

#define PROGRAM "./redis-vault-sync"
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const secrets[] = {SYNC_PASSWORD,      SYNC_OTHER,          SYNC_WEAK,
                                      SYNC_JWT,           SYNC_ROLE_ID,        SYNC_SECRET_ID,
                                      SYNC_KUBE_TOKEN,    SYNC_WRAPPING,       VAULT_TOKEN_PREFIX,
                                      "hvs.CAESIJ-given", SYNC_PASSWORD_BASE64};

static char certificates[64];

/* One key for all: what differs is who signed, for whom, and until when. */
static const char make_certificates[] =
    "set -e\n"
    "ec='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'\n"
    "for ca in ca foreign-ca; do\n"
    "openssl req -x509 $ec -keyout $ca.key -out $ca.crt -subj /CN=$ca -days 30\n"
    "done\n"
    "openssl req $ec -keyout server.key -out server.csr -subj /CN=server "
    "-addext subjectAltName=IP:127.0.0.1,DNS:vault.example\n"
    "openssl req -new -key server.key -out other.csr -subj /CN=other "
    "-addext subjectAltName=DNS:other.example\n"
    "sign() { openssl x509 -req -in $1.csr -CA $2.crt -CAkey $2.key -CAcreateserial -days 30 "
    "-copy_extensions copy -out $3.crt; }\n"
    "sign server ca server; sign other ca other; sign server foreign-ca foreign\n"
    "printf '[a]\\nnew_certs_dir=.\\ndatabase=index\\nserial=ca.srl\\ndefault_md=sha256\\n"
    "copy_extensions=copy\\npolicy=p\\n[p]\\ncommonName=supplied\\n' >a.cnf && : >index\n"
    "openssl ca -batch -config a.cnf -name a -cert ca.crt -keyfile ca.key -in server.csr -notext "
    "-startdate 20200101000000Z -enddate 20200201000000Z -out expired.crt\n";

void sync_make_certificates(void)
{
    char line[4096];
    (void)snprintf(certificates, sizeof(certificates), "/tmp/redis-vault-certificates-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(certificates));
    ck_assert_int_eq(chmod(certificates, 0755), 0);
    const int n = snprintf(line, sizeof(line), "cd %s && exec >log 2>&1\n%s", certificates,
                           make_certificates);
    ck_assert(n > 0 && (size_t)n < sizeof(line));
    const int status = system(line);
    ck_assert_msg(status == 0, "see %s/log", certificates);
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
    (void)status;
    (void)flag;
    (void)ftw;
    (void)remove(path);
    return 0;
}

void sync_remove_certificates(void)
{
    (void)nftw(certificates, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *sync_certificate(const char *name, char *path, size_t size)
{
    (void)snprintf(path, size, "%s/%s", certificates, name);
    return path;
}

void sync_word(struct sync *sync, const char *word)
{
    ck_assert_uint_lt(sync->word_count, SYNC_WORDS_MAX - 1);
    sync->words[sync->word_count++] = strdup(word);
}

void sync_option(struct sync *sync, const char *name, const char *value)
{
    sync_word(sync, name);
    sync_word(sync, value);
}

const char *sync_path(const struct sync *sync, const char *name, char *path, size_t size)
{
    const int n = snprintf(path, size, "%s/%s", sync->folder, name);
    ck_assert(n > 0 && (size_t)n < size);
    return path;
}

void sync_file_option(struct sync *sync, const char *name, const char *file)
{
    char path[256];
    sync_option(sync, name, sync_path(sync, file, path, sizeof(path)));
}

void sync_setenv(struct sync *sync, const char *assignment)
{
    ck_assert_uint_lt(sync->environment_count, SYNC_WORDS_MAX - 1);
    sync->environment[sync->environment_count++] = strdup(assignment);
}

void sync_file(const struct sync *sync, const char *name, const char *text, mode_t mode)
{
    char path[256];
    (void)unlink(sync_path(sync, name, path, sizeof(path))); /* which may be one of 0400 */
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    ck_assert_int_eq(close(fd), 0);
}

void sync_read(const struct sync *sync, const char *name, char *text, size_t size)
{
    char path[256];
    text[0] = '\0';
    FILE *file = fopen(sync_path(sync, name, path, sizeof(path)), "re");
    if (file == NULL)
        return;
    text[fread(text, 1, size - 1, file)] = '\0';
    (void)fclose(file);
}

static void set_vault(struct vault *vault)
{
    vault->role = "redis";
    vault->role_jwt = SYNC_JWT;
    vault->role_id = SYNC_ROLE_ID;
    vault->secret_id = SYNC_SECRET_ID;
    vault_put2(vault, SYNC_PATH, "{\"password\": \"" SYNC_PASSWORD "\"}");
}

void sync_init_with(struct sync *sync, const char *certificate)
{
    char pem[256];
    char key[256];
    memset(sync, 0, sizeof(*sync));
    (void)snprintf(sync->folder, sizeof(sync->folder), "/tmp/redis-vault-e2e-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(sync->folder));
    (void)sync_certificate("server.key", key, sizeof(key));
    vault_start(&sync->vault, sync_certificate(certificate, pem, sizeof(pem)), key);
    set_vault(&sync->vault);
    sync->kube.namespace = "redis";
    sync->kube.name = "redis-password";
    sync->kube.token = SYNC_KUBE_TOKEN;
    kube_start(&sync->kube, sync_certificate("server.crt", pem, sizeof(pem)), key);
    sync_file(sync, "jwt", SYNC_JWT, 0400);
    sync_file(sync, "kube-token", SYNC_KUBE_TOKEN "\n", 0400);
    sync_file(sync, "role-id", SYNC_ROLE_ID "\n", 0400);
    sync_file(sync, "secret-id", SYNC_SECRET_ID, 0400);
    sync_setenv(sync, "PATH=/usr/bin:/bin");
    sync_setenv(sync, "ASAN_OPTIONS=detect_leaks=0");
    sync_word(sync, PROGRAM);
    sync_option(sync, "--vault-addr", standin_address(sync->vault.standin));
    sync_option(sync, "--vault-cacert", sync_certificate("ca.crt", pem, sizeof(pem)));
}

void sync_init(struct sync *sync)
{
    sync_init_with(sync, "server.crt");
}

void sync_log_in(struct sync *sync)
{
    sync_option(sync, "--role", "redis");
    sync_file_option(sync, "--jwt-file", "jwt");
    sync_option(sync, "--path", SYNC_PATH);
}

void sync_to_secret(struct sync *sync)
{
    char path[256];
    sync_option(sync, "--secret", "redis-password");
    sync_option(sync, "--namespace", "redis");
    sync_option(sync, "--kube-api", standin_address(sync->kube.standin));
    sync_option(sync, "--kube-cacert", sync_certificate("ca.crt", path, sizeof(path)));
    sync_file_option(sync, "--kube-token-file", "kube-token");
}

void sync_to_file(struct sync *sync)
{
    sync_file_option(sync, "--output", "password");
}

void sync_become(struct sync *sync, uid_t uid)
{
    char command[256];
    sync->uid = uid;
    (void)snprintf(command, sizeof(command), "chown -R %u %s", uid, sync->folder);
    ck_assert_int_eq(system(command), 0);
}

static bool become(void *argument)
{
    const struct sync *sync = argument;
    return sync->uid == 0 ||
           (setgroups(0, NULL) == 0 && setresgid(sync->uid, sync->uid, sync->uid) == 0 &&
            setresuid(sync->uid, sync->uid, sync->uid) == 0);
}

void sync_start(struct sync *sync)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    const struct sandbox_spec spec = {
        .argv = (const char *const *)sync->words,
        .envp = (const char *const *)sync->environment,
        .prepare = become,
        .prepare_arg = sync,
        .stdout_fd = ends[1],
        .stderr_fd = ends[1],
        .plain = true,
    };
    sync->pid = sandbox_start(&spec);
    ck_assert_int_gt(sync->pid, 0);
    (void)close(ends[1]);
    if (sync->output > 0)
        (void)close(sync->output);
    sync->output = ends[0];
    sync->said[0] = '\0';
}

void sync_expect_no_secret(const char *text, size_t length, const char *where)
{
    for (size_t i = 0; i < COUNT(secrets); i++)
        ck_assert_msg(memmem(text, length, secrets[i], strlen(secrets[i])) == NULL,
                      "%s has secret %zu: %s", where, i, text);
}

static void expect_clean_urls(struct standin *standin)
{
    for (size_t i = 0; i < COUNT(secrets); i++)
        ck_assert_msg(!standin_urls_have(standin, secrets[i]), "a URL has secret %zu", i);
}

void sync_end(struct sync *sync, int code, const char *part)
{
    const size_t before = strlen(sync->said);
    ck_assert_int_ge(
        sandbox_read_all(sync->output, sync->said + before, sizeof(sync->said) - before), 0);
    const int got = sandbox_exit_code(sync->pid);
    sync->pid = 0;
    ck_assert_msg(got == code && strstr(sync->said, part) != NULL, "%d, not %d with `%s`: %s", got,
                  code, part, sync->said);
    ck_assert_msg(*part != '\0' || sync->said[before] == '\0', "%s", sync->said);
    sync_expect_no_secret(sync->said, strlen(sync->said), "what it said");
    expect_clean_urls(sync->vault.standin);
    expect_clean_urls(sync->kube.standin);
}

/* Beside the notices that something is tried again. */
static unsigned count_lines(const char *said)
{
    unsigned count = 0;
    for (const char *line = said; *line != '\0'; line += strcspn(line, "\n") + 1) {
        char text[4096];
        (void)snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
        ck_assert_msg(strncmp(text, "redis-vault-sync: ", 18) == 0, "%s", text);
        count += strstr(text, "it is tried again") == NULL ? 1 : 0;
    }
    return count;
}

void sync_run(struct sync *sync, int code, const char *part)
{
    sync_start(sync);
    sync_end(sync, code, part);
    ck_assert_msg(code == 0 || count_lines(sync->said) == 1, "no single line: %s", sync->said);
}

void sync_await(struct sync *sync, const char *text)
{
    char line[4096];
    while (sandbox_read_line(sync->output, line, sizeof(line))) {
        const size_t length = strlen(sync->said);
        (void)snprintf(sync->said + length, sizeof(sync->said) - length, "%s\n", line);
        if (strstr(line, text) != NULL)
            return;
    }
    ck_abort_msg("no `%s`: %s", text, sync->said);
}

void sync_expect(struct sync *sync, const char *key, const char *value)
{
    char got[4096];
    const bool is = kube_value(&sync->kube, "redis-password", key, got, sizeof(got));
    ck_assert_msg(is == (*value != '\0') && strcmp(got, value) == 0, "%s is `%s`, not `%s`", key,
                  got, value);
}

void sync_expect_revoked(struct sync *sync)
{
    ck_assert_uint_eq(vault_holding(&sync->vault), 0);
    ck_assert_uint_gt(sync->vault.issued, 0);
}

void sync_free(struct sync *sync)
{
    if (sync->pid > 0) {
        (void)kill(sync->pid, SIGKILL);
        (void)sandbox_wait(sync->pid);
    }
    if (sync->output > 0)
        (void)close(sync->output);
    vault_stop(&sync->vault);
    kube_stop(&sync->kube);
    for (size_t i = 0; i < sync->word_count; i++)
        free(sync->words[i]);
    for (size_t i = 0; i < sync->environment_count; i++)
        free(sync->environment[i]);
    (void)nftw(sync->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int sync_main(TCase *tests)
{
    tcase_add_unchecked_fixture(tests, sync_make_certificates, sync_remove_certificates);
    tcase_set_timeout(tests, 10.0 * SANDBOX_DEADLINE_MS / 1000);
    Suite *suite = suite_create(program_invocation_short_name);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
