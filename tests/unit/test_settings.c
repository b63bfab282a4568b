// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *ini_path(void)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/x.ini", unit_folder());
    return path;
}

static bool load_ini(struct settings *settings, const char *ini, struct failure *failure)
{
    char *const none[] = {NULL};
    const struct settings_sources sources = {.ini_option = ini_path(), .environment = none};
    unit_write(ini_path(), ini, strlen(ini), 0600);
    *failure = (struct failure){0};
    return settings_load(settings, &sources, failure);
}

static bool load_environment(struct settings *settings, char *const *environment,
                             struct failure *failure)
{
    const struct settings_sources sources = {.ini_default = "/nonexistent/x.ini",
                                             .environment = environment};
    *failure = (struct failure){0};
    return settings_load(settings, &sources, failure);
}

struct printed {
    char text[8192];
    const char *key; /* or NULL for all */
};

static void print(const char *section, const char *key, const char *value, void *context)
{
    struct printed *printed = context;
    const size_t used = strlen(printed->text);
    if (printed->key == NULL)
        (void)snprintf(printed->text + used, sizeof(printed->text) - used, "%s.%s=%s\n", section,
                       key, value);
    else if (strcmp(key, printed->key) == 0 && strcmp(section, "tls") != 0)
        (void)snprintf(printed->text, sizeof(printed->text), "%s", value);
}

START_TEST(the_defaults)
{
    static const char expected[] =
        "process.uid=999\nprocess.gid=999\nprocess.stop_timeout=0\n"
        "password.env=REDIS_PASSWORD\npassword.file=\npassword.min_length=16\n"
        "password.min_entropy=64\nredis.server=redis-server\nredis.bind=* -::*\n"
        "redis.port=6379\nredis.data_dir=/data\nredis.run_dir=/run/redis-init\n"
        "redis.conf=auto\nredis.allow_empty_password=no\nredis.default_user=password\n"
        "redis.aclfile=\nrotation.overlap=300\nrotation.poll=60\naudit.log=off\n"
        "tls.port=0\ntls.cert_file=\ntls.key_file=\ntls.key_password_file=\n"
        "tls.ca_file=\ntls.auth_clients=yes\ntls.protocols=TLSv1.2 TLSv1.3\n"
        "tls.replication=no\ntls.cluster=no\n";
    static struct settings settings;
    static struct printed printed;
    struct failure failure;
    char *const none[] = {NULL};
    ck_assert_msg(load_environment(&settings, none, &failure), "%s", failure.text);
    settings_each(&settings, print, &printed);
    ck_assert_str_eq(printed.text, expected);
    ck_assert_ptr_null(settings.config_file);
    ck_assert_uint_eq(settings.directive_count, 0);
    settings_free(&settings);
    ck_assert_ptr_null(settings.server);
}
END_TEST

struct value {
    const char *section;
    const char *key;
    const char *value;
    bool right;
};

static const struct value values[] = {
    {"process", "uid", "1", true},
    {"process", "uid", "65534", true},
    {"process", "uid", "4294967294", true},
    {"process", "uid", "4294967295", false},
    {"process", "uid", "4294967296", false},
    {"process", "uid", "18446744073709551616", false},
    {"process", "uid", "18446744073709551617", false},
    {"process", "uid", "0", false},
    {"process", "uid", "-1", false},
    {"process", "uid", "+1", false},
    {"process", "uid", "abc", false},
    {"process", "uid", "1x", false},
    {"process", "uid", "0x3e7", false},
    {"process", "uid", "1 2", false},
    {"process", "uid", "", false},
    {"process", "gid", "4294967294", true},
    {"process", "gid", "4294967295", false},
    {"process", "gid", "0", false},
    {"process", "gid", "-1", false},
    {"process", "gid", "redis", false},
    {"process", "stop_timeout", "0", true},
    {"process", "stop_timeout", "86400", true},
    {"process", "stop_timeout", "86401", false},
    {"process", "stop_timeout", "1.5", false},
    {"process", "stop_timeout", "10s", false},
    {"password", "env", "A_b9", true},
    {"password", "env", "9A", false},
    {"password", "env", "A-B", false},
    {"password", "env", "A B", false},
    {"password", "env", "A=B", false},
    {"password", "env", "", false},
    {"password", "file", "/run/secrets/x", true},
    {"password", "file", "", true},
    {"password", "file", "a\tb", false},
    {"password", "min_length", "0", true},
    {"password", "min_length", "4096", true},
    {"password", "min_length", "4097", false},
    {"password", "min_entropy", "4096", true},
    {"password", "min_entropy", "4097", false},
    {"redis", "server", "valkey-server", true},
    {"redis", "server", "", false},
    {"redis", "bind", "loopback eth0", true},
    {"redis", "bind", "", false},
    {"redis", "bind", "a\033[2Jb", false},
    {"redis", "port", "0", true},
    {"redis", "port", "1", true},
    {"redis", "port", "65535", true},
    {"redis", "port", "65536", false},
    {"redis", "port", "70000", false},
    {"redis", "port", "-1", false},
    {"redis", "port", "none", false},
    {"redis", "data_dir", "/", true},
    {"redis", "data_dir", "data", false},
    {"redis", "data_dir", "", false},
    {"redis", "data_dir", "/a\tb", false},
    {"redis", "run_dir", "./run", false},
    {"redis", "conf", "auto", true},
    {"redis", "conf", "file", true},
    {"redis", "conf", "memfd", true},
    {"redis", "conf", "Memfd", false},
    {"redis", "conf", "", false},
    {"redis", "allow_empty_password", "yes", true},
    {"redis", "allow_empty_password", "no", true},
    {"redis", "allow_empty_password", "true", false},
    {"redis", "allow_empty_password", "", false},
    {"redis", "default_user", "password", true},
    {"redis", "default_user", "on", false},
    {"redis", "aclfile", "/etc/users.acl", true},
    {"redis", "aclfile", "", true},
    {"redis", "aclfile", "users.acl", false},
};

/* Right: it is printed as it was given. Wrong: EX_CONFIG, the place, the key and the value. */
static void check_value(const struct settings *settings, const struct value *value, bool ok,
                        const char *where, const struct failure *failure)
{
    char expected[128];
    static struct printed printed;
    ck_assert_msg(ok == value->right, "%s=%s: %s", value->key, value->value, failure->text);
    if (ok) {
        printed.key = value->key;
        settings_each(settings, print, &printed);
        ck_assert_str_eq(printed.text, value->value);
        return;
    }
    ck_assert_int_eq(failure->exit_code, EX_CONFIG);
    (void)snprintf(expected, sizeof(expected), "%s is `%s`, it must be ", value->key, value->value);
    ck_assert_msg(strstr(failure->text, expected) != NULL, "%s", failure->text);
    ck_assert_msg(strncmp(failure->text, where, strlen(where)) == 0, "%s", failure->text);
}

START_TEST(a_value_from_the_ini)
{
    static struct settings settings;
    struct failure failure;
    char ini[256];
    char where[PATH_MAX + 8];
    (void)snprintf(ini, sizeof(ini), "\n[%s]\n%s = %s\n", values[_i].section, values[_i].key,
                   values[_i].value);
    (void)snprintf(where, sizeof(where), "%s:3: ", ini_path());
    const bool ok = load_ini(&settings, ini, &failure);
    check_value(&settings, &values[_i], ok, where, &failure);
    settings_free(&settings);
}
END_TEST

START_TEST(a_value_from_the_environment)
{
    static struct settings settings;
    struct failure failure;
    char variable[128] = "REDIS_INIT_";
    char where[160];
    for (size_t i = 0, used = strlen(variable); values[_i].key[i] != '\0'; i++)
        variable[used + i] = (char)(values[_i].key[i] == '_' ? '_' : values[_i].key[i] - 'a' + 'A');
    (void)snprintf(where, sizeof(where), "%s: ", variable);
    strcat(strcat(variable, "="), values[_i].value);
    char *const environment[] = {"HOME=/x", variable, NULL};
    const bool ok = load_environment(&settings, environment, &failure);
    check_value(&settings, &values[_i], ok, where, &failure);
    settings_free(&settings);
}
END_TEST

START_TEST(a_value_from_an_argument)
{
    static struct settings settings;
    struct failure failure;
    char *const none[] = {NULL};
    ck_assert(load_environment(&settings, none, &failure));
    const bool ok =
        settings_override(&settings, values[_i].key, values[_i].value, "argument --x", &failure);
    check_value(&settings, &values[_i], ok, "argument --x: ", &failure);
    settings_free(&settings);
}
END_TEST

struct wrong {
    const char *ini;
    const char *text; /* follows the path */
};

static const struct wrong wrongs[] = {
    {"[redis]\nprt = 1\n", ":2: unknown key `prt` in [redis], did you mean `port`?"},
    {"[process]\nstop-timeout = 1\n",
     ":2: unknown key `stop-timeout` in [process], did you mean `stop_timeout`?"},
    {"[redis]\nmaxmemory = 1mb\n", ":2: unknown key `maxmemory` in [redis]"},
    {"[redis]\nPORT = 1\n", ":2: unknown key `PORT` in [redis]"},
    {"[redis]\npassword = 1\n", ":2: unknown key `password` in [redis]"},
    {"[redis]\nport = 1\nport = 1\n", ":3: `port` is set a second time"},
    {"[redis]\nport=1\n[process]\nuid=1\n[redis]\nport=2\n", ":6: `port` is set a second time"},
    {"[process]\nport = 1\n", ":2: `port` belongs into [redis], not into [process]"},
    {"port = 1\n", ":1: `port` stands in no section, write [redis] above it"},
    {"[redis.conf]\nrequirepass x\n", ":2: [redis.conf] can't set `requirepass`"},
    {"[redis.conf]\nMasterAuth = x\n", ":2: [redis.conf] can't set `masterauth`"},
    {"[redis.conf]\nport 1\n", ":2: [redis.conf] can't set `port`, set `port` in [redis]"},
    {"[redis.conf]\nmaxmemory 1mb\naclfile = /x\n",
     ":3: [redis.conf] can't set `aclfile`, set `aclfile` in"},
    {"[redis.conf]\nuser default on nopass\n", ":2: [redis.conf] can't set `user default`"},
    {"[redis.conf]\nuser redis-init on\n", ":2: [redis.conf] can't set `user redis-init`"},
    {"[redis.conf]\ndaemonize yes\n", ":2: [redis.conf] can't set `daemonize`"},
    {"[redis.conf]\n\"aclfile\" = /x\n", ":2: `\"aclfile\"` is no directive"},
    {"[redis.conf]\nacl'file' = /x\n", ":2: `acl'file'` is no directive"},
    {"[redis.conf]\n= aclfile /x\n", ":2: `` is no directive"},
    {"[redis.conf]\na b c = d\nhz 1\naclfile /x\n", ":4: [redis.conf] can't set `aclfile`"},
    {"[redis]\ncert_file = /x\n", ":2: `cert_file` belongs into [tls], not into [redis]"},
    {"[tls]\nbind = *\n", ":2: `bind` belongs into [redis], not into [tls]"},
    {"[tls]\nport = 70000\n", ":2: port is `70000`"},
    {"[tls]\nport = 1\nport = 2\n", ":3: `port` is set a second time"},
    {"[tls]\ncert_flie = /x\n", ":2: unknown key `cert_flie` in [tls], did you mean `cert_file`?"},
    {"[redis\n", ":1: neither"},
};

START_TEST(what_is_wrong_is_named_with_its_line)
{
    static struct settings settings;
    struct failure failure;
    ck_assert(!load_ini(&settings, wrongs[_i].ini, &failure));
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    const char *path = ini_path();
    ck_assert_msg(strncmp(failure.text, path, strlen(path)) == 0, "%s", failure.text);
    const char *rest = failure.text + strlen(path);
    ck_assert_msg(strncmp(rest, wrongs[_i].text, strlen(wrongs[_i].text)) == 0, "%s", rest);
    settings_free(&settings);
}
END_TEST

#define PAIR "[tls]\nport = 6380\ncert_file = /c\nkey_file = /k\n"

struct tls {
    const char *ini;
    const char *text; /* NULL: right */
};

static const struct tls tls_inis[] = {
    {PAIR "ca_file = /a\n", NULL},
    {PAIR "auth_clients = no\n", NULL},
    {PAIR "ca_file = /a\nreplication = yes\n[redis]\nport = 0\n", NULL},
    {PAIR, "[tls] ca_file is missing"},
    {PAIR "auth_clients = no\ncluster = yes\n", "[tls] ca_file is missing"},
    {PAIR "auth_clients = no\nreplication = yes\n", "[tls] ca_file is missing"},
    {PAIR "ca_file = /a\n[redis]\nport = 6380\n", "[tls] port is that of [redis], too"},
    {"[tls]\nport = 6380\nkey_file = /k\n", "[tls] port is set: cert_file and key_file"},
    {"[tls]\nkey_password_file = /k\n", "[tls] has no effect without its `port`"},
    {"[tls]\nreplication = yes\n", "[tls] has no effect without its `port`"},
};

START_TEST(keys_of_tls_belong_together)
{
    static struct settings settings;
    struct failure failure;
    const bool ok = load_ini(&settings, tls_inis[_i].ini, &failure);
    ck_assert_msg(ok == (tls_inis[_i].text == NULL), "%s: %s", tls_inis[_i].ini, failure.text);
    if (!ok) {
        ck_assert_int_eq(failure.exit_code, EX_CONFIG);
        ck_assert_msg(strstr(failure.text, tls_inis[_i].text) == failure.text, "%s", failure.text);
    }
    settings_free(&settings);
}
END_TEST

START_TEST(variables_of_tls_have_its_name)
{
    static struct settings settings;
    struct failure failure;
    char *const right[] = {"REDIS_INIT_TLS_PORT=6380",    "REDIS_INIT_PORT=0",
                           "REDIS_INIT_TLS_CERT_FILE=/c", "REDIS_INIT_TLS_KEY_FILE=/k",
                           "REDIS_INIT_TLS_CA_FILE=/a",   NULL};
    ck_assert_msg(load_environment(&settings, right, &failure), "%s", failure.text);
    ck_assert_uint_eq(settings.tls.port, 6380);
    ck_assert_uint_eq(settings.port, 0);
    ck_assert_str_eq(settings.tls.cert_file, "/c");
    settings_free(&settings);
    char *const wrong[] = {"REDIS_INIT_CERT_FILE=/c", NULL};
    ck_assert(!load_environment(&settings, wrong, &failure));
    ck_assert_ptr_nonnull(strstr(failure.text, "did you mean `tls_cert_file`?"));
    settings_free(&settings);
    char *const none[] = {"REDIS_INIT_TLS_BIND=x", NULL};
    ck_assert(!load_environment(&settings, none, &failure));
    settings_free(&settings);
}
END_TEST

START_TEST(the_audit_log_by_its_section)
{
    static struct settings settings;
    struct failure failure;
    char *const right[] = {"REDIS_INIT_AUDIT_LOG=all-auth", NULL};
    char *const none[] = {"REDIS_INIT_LOG=denied", NULL};
    char *const wrong[] = {"REDIS_INIT_AUDIT_LOG=yes", NULL};
    ck_assert(load_environment(&settings, right, &failure));
    ck_assert_int_eq(settings.audit_log, AUDIT_ALL_AUTH);
    settings_free(&settings);
    ck_assert(!load_environment(&settings, none, &failure));
    ck_assert_str_eq(failure.text,
                     "REDIS_INIT_LOG: unknown key `log` in the environment, did you mean "
                     "`audit_log`?");
    settings_free(&settings);
    ck_assert(!load_environment(&settings, wrong, &failure));
    ck_assert_str_eq(failure.text, "REDIS_INIT_AUDIT_LOG: log is `yes`, it must be off, denied or "
                                   "all-auth");
    settings_free(&settings);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("settings");
    tcase_add_test(tests, the_defaults);
    tcase_add_loop_test(tests, keys_of_tls_belong_together, 0, COUNT(tls_inis));
    tcase_add_test(tests, variables_of_tls_have_its_name);
    tcase_add_loop_test(tests, a_value_from_the_ini, 0, COUNT(values));
    tcase_add_loop_test(tests, a_value_from_the_environment, 0, COUNT(values));
    tcase_add_loop_test(tests, a_value_from_an_argument, 0, COUNT(values));
    tcase_add_loop_test(tests, what_is_wrong_is_named_with_its_line, 0, COUNT(wrongs));
    tcase_add_test(tests, the_audit_log_by_its_section);
    return unit_main("settings", tests);
}
