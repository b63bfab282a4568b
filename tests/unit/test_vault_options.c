// SPDX-License-Identifier: Apache-2.0
#include "vault_options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "vault_memory.h"
#include "vault_option_table.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define WORDS 16

static struct sync_options options;
static struct failure failure;

static void begin(void)
{
    failure = (struct failure){0};
    ck_assert(vault_memory_init(&failure));
}

/* A command line in one string, cut at its spaces, and variables alike. */
static bool read(const char *line, const char *variables)
{
    static char text[2][2048];
    char *words[2][WORDS + 1];
    const char *const lines[] = {line, variables};
    for (size_t i = 0; i < 2; i++) {
        size_t count = 0;
        (void)snprintf(text[i], sizeof(text[i]), "%s", lines[i]);
        for (char *word = strtok(text[i], " "); word != NULL && count < WORDS;
             word = strtok(NULL, " "))
            words[i][count++] = word;
        words[i][count] = NULL;
    }
    return sync_options_read(&options, words[0], words[1], &failure);
}

#define RIGHT "x --vault-addr https://v:8200 --role r --path a/b --secret s"

START_TEST(the_defaults)
{
    ck_assert_msg(read(RIGHT, ""), "%s", failure.text);
    ck_assert_int_eq(options.command, SYNC_RUN);
    ck_assert_str_eq(options.vault_url, "https://v:8200");
    ck_assert_int_eq(options.method, AUTH_KUBERNETES);
    ck_assert_str_eq(options.auth_mount, "kubernetes");
    ck_assert_str_eq(options.jwt_file, "/var/run/secrets/kubernetes.io/serviceaccount/token");
    ck_assert_str_eq(options.mount, "secret");
    ck_assert_uint_eq(options.kv, 2);
    ck_assert_uint_eq(options.kv_version, 0);
    ck_assert_uint_eq(options.field_count, 1);
    ck_assert_str_eq(options.fields[0].name, "password");
    ck_assert_str_eq(options.fields[0].key, "password");
    ck_assert(options.fields[0].is_password);
    ck_assert_uint_eq(options.min_length, 16);
    ck_assert_uint_eq(options.min_entropy, 64);
    ck_assert_int_eq(options.watch_ms, 0);
    ck_assert_int_eq(options.deadline_ms, 60000);
    ck_assert_int_eq(options.report.level, REPORT_NOTICE);
    ck_assert(!options.generate && !options.wrapped);
}
END_TEST

START_TEST(fields_and_their_keys)
{
    ck_assert_msg(read(RIGHT " --password=p --field user=name --password a=b=c.d", ""), "%s",
                  failure.text);
    ck_assert_uint_eq(options.field_count, 3);
    ck_assert_str_eq(options.fields[0].key, "p");
    ck_assert_str_eq(options.fields[1].name, "user");
    ck_assert_str_eq(options.fields[1].key, "name");
    ck_assert(!options.fields[1].is_password);
    ck_assert_str_eq(options.fields[2].name, "a=b");
    ck_assert_str_eq(options.fields[2].key, "c.d");
}
END_TEST

/* The password is not left out by naming another field, but a file takes only what is named. */
START_TEST(the_password_is_there_by_itself)
{
    ck_assert(read(RIGHT " --field user", ""));
    ck_assert_uint_eq(options.field_count, 2);
    ck_assert(options.fields[1].is_password);
    ck_assert(read("x --vault-addr https://v --role r --path a --output /f --field ca", ""));
    ck_assert_uint_eq(options.field_count, 1);
    ck_assert(!options.fields[0].is_password);
}
END_TEST

START_TEST(variables_stand_for_options)
{
    static const char *const line = "x --role r --path a --output /f";
    ck_assert_msg(read(line, "VAULT_ADDR=https://env/ VAULT_CACERT=/ca VAULT_NAMESPACE=team/ "
                             "VAULT_TLS_SERVER_NAME=v.example VAULT_TOKEN= OTHER=1"),
                  "%s", failure.text);
    ck_assert_str_eq(options.vault_url, "https://env");
    ck_assert_str_eq(options.vault_cacert, "/ca");
    ck_assert_str_eq(options.vault_namespace, "team/");
    ck_assert_str_eq(options.vault_server_name, "v.example");
    ck_assert(read("x --role r --path a --output /f --vault-addr https://given",
                   "VAULT_ADDR=https://env"));
    ck_assert_str_eq(options.vault_url, "https://given");
}
END_TEST

START_TEST(help_and_version_need_nothing_else)
{
    ck_assert(read("x --help --nonsense", "VAULT_TOKEN=t"));
    ck_assert_int_eq(options.command, SYNC_HELP);
    ck_assert(read("x -h", ""));
    ck_assert_int_eq(options.command, SYNC_HELP);
    ck_assert(read("x --version", ""));
    ck_assert_int_eq(options.command, SYNC_VERSION);
}
END_TEST

START_TEST(what_is_said)
{
    ck_assert(read(RIGHT " -v", ""));
    ck_assert_int_eq(options.report.level, REPORT_DETAIL);
    ck_assert(read(RIGHT " -vq --log-format=json", ""));
    ck_assert_int_eq(options.report.level, REPORT_WARNING);
    ck_assert_int_eq(options.report.format, REPORT_JSON);
}
END_TEST

struct wrong {
    const char *line;
    const char *variables;
    int code;
    const char *text;
};

#define FILE_TO "x --vault-addr https://v --role r --path a --output /f"
#define NO_ROLE "x --vault-addr https://v --path a --output /f"

static const struct wrong wrongs[] = {
    /* the form */
    {"x --pth a", "", 64, "unknown option --pth, did you mean --path?"},
    {"x --generat", "", 64, "did you mean --generate?"},
    {"x --nonsense-of-all", "", 64, "unknown option"},
    {"x -x", "", 64, "unknown option -x"},
    {"x -vx", "", 64, "unknown option"},
    {"x b8f0c14e97d2a653", "", 64, "options alone"},
    {"x -- --path a", "", 64, "unknown option --"},
    {"x - ", "", 64, "unknown option -"},
    {"x --path", "", 64, "--path needs a value: PATH"},
    {"x --generate=1", "", 64, "--generate takes no value"},
    /* missing */
    {"x", "", 64, "--vault-addr is missing (or VAULT_ADDR)"},
    {"x --vault-addr https://v", "", 64, "--path is missing"},
    {"x --vault-addr https://v --path a", "", 64, "--secret or --output is missing"},
    {NO_ROLE, "", 64, "--role is missing"},
    {NO_ROLE " --auth jwt", "", 64, "--role is missing"},
    {NO_ROLE " --auth approle", "", 64, "--role-id-file is missing"},
    {NO_ROLE " --auth approle --role-id-file /r", "", 64, "--secret-id-file is missing"},
    {NO_ROLE " --auth token", "", 64, "--token-file is missing"},
    /* contradictions */
    {FILE_TO " --secret s", "", 64, "both given"},
    {FILE_TO " --password a --password b", "", 64, "a file takes one field, not 2"},
    {RIGHT " --field a=k --password b=k", "", 64, "two fields go to the key `k`"},
    {RIGHT " --field password", "", 64, "two fields go to the key `password`"},
    {FILE_TO " --generate --kv 1", "", 64, "check-and-set"},
    {FILE_TO " --generate --kv-version 3", "", 64, "--kv-version"},
    {RIGHT " --generate --field user", "", 64, "--field user"},
    {FILE_TO " --kv 1 --kv-version 3", "", 64, "--kv-version is for --kv 2"},
    {FILE_TO " --wrapped", "", 64, "--wrapped is for"},
    {FILE_TO, "VAULT_TOKEN=hvs.CAESIJ", 64, "--token-file"},
    /* values */
    {FILE_TO " --vault-addr v:8200", "", 78, "--vault-addr (VAULT_ADDR): must be a URL"},
    {FILE_TO " --vault-addr http://v:8200", "", 78, "must begin with https://"},
    {FILE_TO, "VAULT_ADDR=", 0, ""},
    {"x --role r --path a --output /f", "VAULT_ADDR=http://v", 78, "--vault-addr"},
    {FILE_TO " --auth ldap", "", 78, "`ldap` must be kubernetes, jwt, approle or token"},
    {FILE_TO " --kv 3", "", 78, "`3` must be a number from 1 to 2"},
    {FILE_TO " --kv 2x", "", 78, "`2x`"},
    {FILE_TO " --kv -1", "", 78, "`-1`"},
    {FILE_TO " --kv-version 4294967296", "", 78, "--kv-version"},
    {FILE_TO " --min-length 4097", "", 78, "from 0 to 4096"},
    {FILE_TO " --watch 5", "", 78, "`5` must be a number with s, m or h"},
    {FILE_TO " --deadline 0s", "", 78, "--deadline"},
    {FILE_TO " --log-format xml", "", 78, "`xml` must be text or json"},
    {FILE_TO " --path /a", "", 78, "--path: `/a` must be a path"},
    {FILE_TO " --path a/../b", "", 78, "--path"},
    {FILE_TO " --path a//b", "", 78, "--path"},
    {FILE_TO " --mount a/", "", 78, "--mount"},
    {FILE_TO " --auth-mount .", "", 78, "--auth-mount"},
    {FILE_TO " --role a/b", "", 78, "--role: `a/b` must be a name"},
    {FILE_TO " --path a\tb", "", 78, "control character"},
    {FILE_TO " --path=", "", 78, "--path: is empty"},
    {FILE_TO " --vault-namespace a\rX-Vault-Token:b", "", 78, "control character"},
    {RIGHT " --namespace a/b", "", 78, "--namespace"},
    {RIGHT " --password a=b/c", "", 78, "`b/c` can't be a key"},
    {RIGHT " --password a=", "", 78, "can't be a key"},
    {RIGHT " --password a=..", "", 78, "can't be a key"},
    {RIGHT " --field =k", "", 78, "names no field"},
    {RIGHT " --kube-api http://10.0.0.1", "", 78, "--kube-api"},
    {FILE_TO " --quit-sidecar http://10.0.0.1:15020/quitquitquit", "", 78, "--quit-sidecar"},
    {FILE_TO " --quit-sidecar https://istio.example/quitquitquit", "", 78, "loopback"},
};

START_TEST(a_wrong_command_line_is_named)
{
    const struct wrong *wrong = &wrongs[_i];
    const bool ok = read(wrong->line, wrong->variables);
    ck_assert_msg(ok == (wrong->code == 0), "%s", wrong->line);
    ck_assert_msg(failure.exit_code == wrong->code, "%s: %d", wrong->line, failure.exit_code);
    ck_assert_msg(strstr(failure.text, wrong->text) != NULL, "%s: %s", wrong->line, failure.text);
}
END_TEST

/* What may be a secret in the wrong place. */
START_TEST(a_stray_word_is_not_shown)
{
    ck_assert(!read("x b8f0c14e97d2a653", ""));
    ck_assert_ptr_null(strstr(failure.text, "b8f0"));
    ck_assert(!read(FILE_TO, "VAULT_TOKEN=hvs.CAESIJ"));
    ck_assert_ptr_null(strstr(failure.text, "CAESIJ"));
    ck_assert(!read("x --vault-addr https://me:b8f0c14e@v --path a --role r --output /f", ""));
    ck_assert_ptr_null(strstr(failure.text, "b8f0"));
}
END_TEST

START_TEST(there_is_an_end_of_fields)
{
    char *argv[2 * FIELDS_MAX + 4] = {"x"};
    static char names[FIELDS_MAX + 1][8];
    char *environment[] = {NULL};
    for (size_t i = 0; i <= FIELDS_MAX; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "f%zu", i);
        argv[1 + 2 * i] = "--password";
        argv[2 + 2 * i] = names[i];
    }
    ck_assert(!sync_options_read(&options, argv, environment, &failure));
    ck_assert_int_eq(failure.exit_code, 64);
    ck_assert_ptr_nonnull(strstr(failure.text, "more than 32 fields"));
}
END_TEST

/* Each row once, in lines that fit a terminal. */
START_TEST(the_help_names_every_option)
{
    char path[PATH_MAX];
    static char text[8192];
    (void)snprintf(path, sizeof(path), "%s/help", unit_folder());
    ck_assert_ptr_nonnull(freopen(path, "we", stdout));
    ck_assert_msg(sync_options_print_help(&failure), "%s", failure.text);
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 500);
    ck_assert_int_eq(fclose(file), 0);
    for (size_t i = 0; i < sync_option_count; i++)
        ck_assert_msg(strstr(text, sync_option_table[i].name) != NULL, "%s",
                      sync_option_table[i].name);
    ck_assert_ptr_null(strstr(text, "(null)"));
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        ck_assert_msg(strcspn(line, "\n") <= 100, "%s", line);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault options");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, the_defaults);
    tcase_add_test(tests, fields_and_their_keys);
    tcase_add_test(tests, the_password_is_there_by_itself);
    tcase_add_test(tests, variables_stand_for_options);
    tcase_add_test(tests, help_and_version_need_nothing_else);
    tcase_add_test(tests, what_is_said);
    tcase_add_loop_test(tests, a_wrong_command_line_is_named, 0, COUNT(wrongs));
    tcase_add_test(tests, a_stray_word_is_not_shown);
    tcase_add_test(tests, there_is_an_end_of_fields);
    tcase_add_test(tests, the_help_names_every_option);
    return unit_main("vault options", tests);
}
