// SPDX-License-Identifier: Apache-2.0

/* Command lines, certificates and addresses with which redis-vault-sync does not begin, or not get
 * far; the file that it writes, and the end of a sidecar. */

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync_case.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct sync job;
static struct standin *sidecar;
static char text[65536];

static void setup(void)
{
    sync_init(&job);
}

static void teardown(void)
{
    standin_stop(sidecar);
    sync_free(&job);
}

struct usage {
    const char *words[6];
    int code;
    const char *part;
};

static const struct usage usages[] = {
    {{"--path", "x"}, 64, "--secret"},
    {{"--secret", "s"}, 64, "--path"},
    {{"--path", "x", "--secret", "s", "--output", "/tmp/f"}, 64, "--output"},
    {{"--path", "x", "--secret", "s", "--unknown"}, 64, "--unknown"},
    {{"--path", "x", "--secret", "s", "surplus"}, 64, "no further words"},
    {{"--path"}, 64, "--path"},
    {{"--path", "x", "--secret", "s", "--auth", "ldap"}, 78, "ldap"},
    {{"--path", "x", "--secret", "s", "--auth", "approle"}, 64, "--role-id-file"},
    {{"--path", "x", "--secret", "s", "--auth", "token"}, 64, "--token-file"},
    {{"--path", "x", "--secret", "s", "--wrapped"}, 64, "--wrapped"},
    {{"--path", "../sys/seal", "--secret", "s"}, 78, "--path"},
    {{"--path", "/x", "--secret", "s"}, 78, "--path"},
    {{"--path", "x", "--secret", "s", "--mount", "a/../b"}, 78, "--mount"},
    {{"--path", "x", "--secret", "a/b"}, 78, "--secret"},
    {{"--path", "x", "--secret", "s", "--namespace", "a/b"}, 78, "--namespace"},
    {{"--path", "x", "--secret", "s", "--vault-namespace", "  "}, 78, "--vault-namespace"},
    {{"--path", "\xff", "--secret", "s"}, 78, "UTF-8"},
    {{"--path", "x", "--secret", "s", "--kv", "3"}, 78, "--kv"},
    {{"--path", "x", "--secret", "s", "--kv-version", "-1"}, 78, "--kv-version"},
    {{"--path", "x", "--secret", "s", "--password", "a=b/c"}, 78, "b/c"},
    {{"--path", "x", "--secret", "s", "--watch", "5"}, 78, "--watch"},
    {{"--path", "x", "--secret", "s", "--watch", "0s"}, 78, "--watch"},
    {{"--path", "x", "--secret", "s", "--deadline", "soon"}, 78, "--deadline"},
    {{"--path", "x", "--secret", "s", "--min-length", "x"}, 78, "--min-length"},
    {{"--path", "x", "--secret", "s", "--log-format", "xml"}, 78, "--log-format"},
    {{"--path", "x", "--secret", "s", "--vault-addr", "http://vault.example:8200"}, 78, "https://"},
    {{"--path", "x", "--secret", "s", "--vault-addr", "ftp://127.0.0.1"}, 78, "--vault-addr"},
    {{"--path", "x", "--secret", "s", "--vault-addr", "vault"}, 78, "--vault-addr"},
    {{"--path", "x", "--secret", "s", "--kube-api", "http://kubernetes.default"}, 78, "--kube-api"},
    {{"--path", "x", "--secret", "s", "--quit-sidecar", "http://10.0.0.1/quit"},
     78,
     "--quit-sidecar"},
    {{"--path", "x", "--secret", "s", "--quit-sidecar", "https://example.org/"},
     78,
     "--quit-sidecar"},
};

START_TEST(a_command_line_that_is_wrong)
{
    const struct usage *usage = &usages[_i];
    if (strcmp(usage->part, "--role-id-file") != 0)
        sync_option(&job, "--role", "redis");
    for (size_t i = 0; i < COUNT(usage->words) && usage->words[i] != NULL; i++)
        sync_word(&job, usage->words[i]);
    sync_run(&job, usage->code, usage->part);
    ck_assert_uint_eq(standin_count(job.vault.standin, "P"), 0);
}
END_TEST

/* A password in the URL would stand in /proc. */
START_TEST(a_user_in_the_url_is_not_repeated)
{
    sync_option(&job, "--vault-addr",
                "https://user:"
                "hunter2-in-a-url"
                "@127.0.0.1:8200");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 78, "--vault-addr");
    ck_assert_ptr_null(strstr(job.said, "hunter2"));
}
END_TEST

static const char *const wrong_certificates[] = {"other.crt", "foreign.crt", "expired.crt"};

START_TEST(a_certificate_that_is_wrong)
{
    sync_free(&job);
    sync_init_with(&job, wrong_certificates[_i]);
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 69, "certificate");
    ck_assert_uint_eq(standin_count(job.vault.standin, "P"), 0);
    ck_assert_uint_eq(standin_count(job.kube.standin, "P"), 0);
}
END_TEST

/* No file there, none that is PEM: nothing is sent without a judged certificate. */
START_TEST(authorities_that_are_not_there)
{
    char path[256];
    if (_i == 1)
        sync_file(&job, "ca", "no certificate\n", 0444);
    sync_option(&job, "--vault-cacert", sync_path(&job, "ca", path, sizeof(path)));
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_run(&job, 66, path);
    ck_assert_uint_eq(standin_count(job.vault.standin, "P"), 0);
}
END_TEST

START_TEST(nobody_listens)
{
    char address[64];
    (void)snprintf(address, sizeof(address), "%s", standin_address(job.vault.standin));
    struct standin *free_port = standin_start(NULL, NULL, NULL, NULL);
    (void)snprintf(address, sizeof(address), "https://127.0.0.1:%d", standin_port(free_port));
    standin_stop(free_port);
    sync_option(&job, "--vault-addr", address);
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_option(&job, "--deadline", "2s");
    sync_run(&job, 69, address);
}
END_TEST

/* Nor is there anybody by this name (RFC 6761). */
START_TEST(a_name_that_no_dns_has)
{
    sync_option(&job, "--vault-addr", "https://vault.invalid:8200");
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_option(&job, "--deadline", "2s");
    sync_run(&job, 69, "vault.invalid");
}
END_TEST

static void expect_file(const char *value, mode_t mode)
{
    struct stat status;
    char path[256];
    sync_read(&job, "password", text, sizeof(text));
    text[strcspn(text, "\n")] = '\0';
    ck_assert_str_eq(text, value);
    ck_assert_int_eq(stat(sync_path(&job, "password", path, sizeof(path)), &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFREG | mode);
}

/* How many names are in the folder: nothing is left behind. */
static unsigned entries(void)
{
    char command[256];
    (void)snprintf(command, sizeof(command), "ls -A %s | wc -l", job.folder);
    FILE *pipe = popen(command, "re");
    ck_assert_ptr_nonnull(pipe);
    text[fread(text, 1, sizeof(text) - 1, pipe)] = '\0';
    (void)pclose(pipe);
    return (unsigned)strtoul(text, NULL, 10);
}

START_TEST(a_file_is_written)
{
    struct stat before;
    struct stat after;
    char path[256];
    const unsigned count = entries();
    sync_log_in(&job);
    sync_to_file(&job);
    sync_run(&job, 0, "password");
    expect_file(SYNC_PASSWORD, 0600);
    ck_assert_uint_eq(entries(), count + 1);
    ck_assert_int_eq(stat(sync_path(&job, "password", path, sizeof(path)), &before), 0);
    sync_run(&job, 0, ": unchanged");
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_uint_eq(after.st_ino, before.st_ino);
    const int open_before = open(path, O_RDONLY | O_CLOEXEC);
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_run(&job, 0, "password");
    expect_file(SYNC_OTHER, 0600);
    ck_assert_uint_eq(entries(), count + 1);
    /* whoever had opened it reads the whole old one to its end */
    ck_assert_int_ge(read(open_before, text, sizeof(text)), (int)strlen(SYNC_PASSWORD));
    ck_assert_mem_eq(text, SYNC_PASSWORD, strlen(SYNC_PASSWORD));
    (void)close(open_before);
    ck_assert_uint_eq(standin_count(job.kube.standin, "G"), 0);
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(a_file_of_another_mode_gets_its_own)
{
    sync_file(&job, "password", "old", 0644);
    sync_log_in(&job);
    sync_to_file(&job);
    sync_run(&job, 0, "password");
    expect_file(SYNC_PASSWORD, 0600);
}
END_TEST

START_TEST(what_fails_leaves_the_file)
{
    const unsigned count = entries();
    sync_file(&job, "password", "old", 0600);
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_WEAK "\"}");
    sync_log_in(&job);
    sync_to_file(&job);
    sync_run(&job, 65, "password");
    expect_file("old", 0600);
    ck_assert_uint_eq(entries(), count + 1);
}
END_TEST

START_TEST(a_file_that_can_not_be_written)
{
    char path[256];
    sync_path(&job, _i == 0 ? "none/password" : "folder", path, sizeof(path));
    if (_i == 1)
        ck_assert_int_eq(mkdir(path, 0755), 0);
    sync_log_in(&job);
    sync_option(&job, "--output", path);
    sync_run(&job, 73, path);
    sync_expect_revoked(&job);
}
END_TEST

START_TEST(a_file_takes_one_field)
{
    sync_log_in(&job);
    sync_to_file(&job);
    sync_option(&job, "--password", "a");
    sync_option(&job, "--field", "b");
    sync_run(&job, 64, "--output");
}
END_TEST

static void serve_quit(void *state, const struct standin_request *request,
                       struct standin_answer *answer)
{
    (void)state;
    const bool right = strcmp(request->method, "POST") == 0 &&
                       strcmp(request->url, "/quitquitquit") == 0 && request->length == 0;
    answer->status = right ? 200 : 404;
}

static void quit_option(void)
{
    char url[128];
    sidecar = standin_start(NULL, NULL, serve_quit, NULL);
    (void)snprintf(url, sizeof(url), "%s/quitquitquit", standin_address(sidecar));
    sync_option(&job, "--quit-sidecar", url);
}

/* Istio: a Job ends when its sidecar does, too, and a Job that failed has to end as well. */
START_TEST(the_sidecar_is_told_to_quit)
{
    sync_log_in(&job);
    sync_to_secret(&job);
    quit_option();
    if (_i == 0)
        sync_run(&job, 0, ": created");
    if (_i == 1)
        vault_put2(&job.vault, SYNC_PATH, "{}");
    if (_i == 1)
        sync_run(&job, 65, "`password`");
    ck_assert_uint_eq(standin_count(sidecar, "POST /quitquitquit"), 1);
    ck_assert_uint_eq(standin_count(sidecar, "G"), 0);
    standin_header(standin_last(sidecar, "POST "), "X-Vault-Token", text, sizeof(text));
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(a_file_that_is_missing_quits_it_too)
{
    char path[256];
    (void)remove(sync_path(&job, "jwt", path, sizeof(path)));
    sync_log_in(&job);
    sync_to_secret(&job);
    quit_option();
    sync_run(&job, 66, path);
    ck_assert_uint_eq(standin_count(sidecar, "POST /quitquitquit"), 1);
}
END_TEST

/* --role is missing; a word is wrong; a token is where it is seen. */
START_TEST(a_wrong_command_line_quits_it_too)
{
    static const char *const parts[] = {"--role", "--no-such-option", "VAULT_TOKEN"};
    sync_to_secret(&job);
    quit_option();
    if (_i == 0)
        sync_option(&job, "--path", SYNC_PATH);
    if (_i == 1)
        sync_word(&job, "--no-such-option");
    if (_i == 2)
        sync_setenv(&job, "VAULT_TOKEN=hvs.CAESIJ-given");
    sync_run(&job, 64, parts[_i]);
    ck_assert_uint_eq(standin_count(sidecar, "POST /quitquitquit"), 1);
}
END_TEST

START_TEST(help_and_version)
{
    static const char *const words[] = {"--help", "--version"};
    static const char *const parts[] = {"--quit-sidecar", "redis-vault-sync 0."};
    sync_word(&job, words[_i]);
    sync_run(&job, 0, parts[_i]);
}
END_TEST

START_TEST(the_log_can_be_json)
{
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_option(&job, "--log-format", "json");
    sync_run(&job, 0, ": created");
    json_t *line = json_loads(job.said, 0, NULL);
    ck_assert_msg(json_is_object(line), "%s", job.said);
    json_decref(line);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault usage");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, a_command_line_that_is_wrong, 0, COUNT(usages));
    tcase_add_test(tests, a_user_in_the_url_is_not_repeated);
    tcase_add_loop_test(tests, a_certificate_that_is_wrong, 0, COUNT(wrong_certificates));
    tcase_add_loop_test(tests, authorities_that_are_not_there, 0, 2);
    tcase_add_test(tests, nobody_listens);
    tcase_add_test(tests, a_name_that_no_dns_has);
    tcase_add_test(tests, a_file_is_written);
    tcase_add_test(tests, a_file_of_another_mode_gets_its_own);
    tcase_add_test(tests, what_fails_leaves_the_file);
    tcase_add_loop_test(tests, a_file_that_can_not_be_written, 0, 2);
    tcase_add_test(tests, a_file_takes_one_field);
    tcase_add_loop_test(tests, the_sidecar_is_told_to_quit, 0, 2);
    tcase_add_test(tests, a_file_that_is_missing_quits_it_too);
    tcase_add_loop_test(tests, a_wrong_command_line_quits_it_too, 0, 3);
    tcase_add_loop_test(tests, help_and_version, 0, 2);
    tcase_add_test(tests, the_log_can_be_json);
    return sync_main(tests);
}
