// SPDX-License-Identifier: Apache-2.0
#include "redis_conf.h"

#include <stdio.h>
#include <string.h>

#include "conf_words.h"
#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define OUT_SIZE 32768

static struct settings settings;
static struct server_args args;
static struct server_features features;
static struct redis_conf conf;
static struct secret *secret;
static char out[OUT_SIZE];

static void set_up(void)
{
    memset(&settings, 0, sizeof(settings));
    memset(&args, 0, sizeof(args));
    memset(&features, 0, sizeof(features));
    settings.port = 6379;
    settings.data_dir = "/data";
    conf = (struct redis_conf){
        .settings = &settings, .args = &args, .features = &features, .bind = "127.0.0.1 -::1"};
}

static void tear_down(void)
{
    secret_free(secret);
    secret = NULL;
}

static void give_password(const char *bytes)
{
    struct failure failure;
    char copy[SECRET_MAX + 1];
    ck_assert(secret_memory_init(&failure));
    secret = secret_new(&failure);
    ck_assert_ptr_nonnull(secret);
    (void)snprintf(copy, sizeof(copy), "%s", bytes);
    ck_assert_msg(secret_take(secret, copy, "x", &failure), "%s", failure.text);
    conf.password = secret;
}

/* The conf as a string in `out`. */
static const char *render(void)
{
    const size_t length = redis_conf_write(out, sizeof(out) - 1, &conf);
    ck_assert_uint_lt(length, sizeof(out));
    out[length] = '\0';
    return out;
}

static void check_line(const char *line)
{
    char whole[512];
    (void)snprintf(whole, sizeof(whole), "\n%s\n", line);
    ck_assert_msg(strstr(render(), whole) != NULL, "no line `%s` in\n%s", line, out);
}

static void check_no(const char *text)
{
    ck_assert_msg(strstr(render(), text) == NULL, "`%s` in\n%s", text, out);
}

static void check_order(const char *first, const char *second)
{
    const char *a = strstr(render(), first);
    const char *b = strstr(out, second);
    ck_assert_msg(a != NULL && b != NULL && a < b, "`%s` before `%s` in\n%s", first, second, out);
}

struct owned {
    const char *name;
    const char *value;
    int rule; /* enum directive_rule */
    const char *setting;
};

static const struct owned directives[] = {
    {"requirepass", "x", DIRECTIVE_PASSWORD, NULL},
    {"bind", "x", DIRECTIVE_SETTING, "bind"},
    {"port", "1", DIRECTIVE_SETTING, "port"},
    {"masterauth", "x", DIRECTIVE_PRIMARY, NULL},
    {"primaryauth", "x", DIRECTIVE_PRIMARY, NULL},
    {"protected-mode", "no", DIRECTIVE_OURS, NULL},
    {"daemonize", "yes", DIRECTIVE_OURS, NULL},
    {"logfile", "/x", DIRECTIVE_OURS, NULL},
    {"PIDFILE", "/x", DIRECTIVE_OURS, NULL},
    {"enable-debug-command", "yes", DIRECTIVE_OURS, NULL},
    {"enable-module-command", "yes", DIRECTIVE_OURS, NULL},
    {"enable-protected-configs", "yes", DIRECTIVE_OURS, NULL},
    {"AclFile", "/x", DIRECTIVE_REFUSED, NULL},
    {"user", "default", DIRECTIVE_REFUSED, NULL},
    {"USER", "default on nopass ~* +@all", DIRECTIVE_REFUSED, NULL},
    {"user", "  default on", DIRECTIVE_REFUSED, NULL},
    {"user", "\"default\" on", DIRECTIVE_REFUSED, NULL},
    {"user", "'default' on", DIRECTIVE_REFUSED, NULL},
    {"user", "\"\\x64efault\" on", DIRECTIVE_REFUSED, NULL},
    {"user", "Default on", DIRECTIVE_FREE, NULL}, /* names of users have a case */
    {"user", "", DIRECTIVE_FREE, NULL},
    {"maxmemory", "1mb", DIRECTIVE_FREE, NULL},
    {"por", "1", DIRECTIVE_FREE, NULL},
    {"", "", DIRECTIVE_FREE, NULL},
};

START_TEST(who_owns_a_directive)
{
    const struct owned *d = &directives[_i];
    const struct directive_owner *owner = redis_conf_owner(d->name, strlen(d->name), d->value);
    ck_assert_int_eq(owner != NULL ? (int)owner->rule : DIRECTIVE_FREE, d->rule);
    if (owner == NULL)
        return;
    ck_assert_pstr_eq(owner->setting, d->setting);
    ck_assert_uint_gt(strlen(owner->instead), 8);
}
END_TEST

START_TEST(the_name_ends_at_its_length)
{
    ck_assert_ptr_nonnull(redis_conf_owner("port 1", 4, "1"));
    ck_assert_ptr_null(redis_conf_owner("port", 3, "1"));
    ck_assert_uint_eq(redis_conf_name_length("a-B_0.9 x"), 7);
    ck_assert_uint_eq(redis_conf_name_length("\"port\""), 0);
}
END_TEST

START_TEST(the_whole_conf)
{
    give_password("p");
    ck_assert_str_eq(render(), "# Written by redis-init at each start: change its settings, not "
                               "this file.\n"
                               "save \"\"\nsave 3600 1\nsave 300 100\nsave 60 10000\n"
                               "bind 127.0.0.1 -::1\nport 6379\nprotected-mode yes\n"
                               "dir \"/data\"\ndaemonize no\nlogfile \"\"\npidfile \"\"\n"
                               "requirepass \"p\"\nmasterauth \"p\"\n");
}
END_TEST

START_TEST(no_password_no_line)
{
    check_no("requirepass");
    check_no("masterauth");
}
END_TEST

START_TEST(a_users_masterauth_stays)
{
    give_password("ours-ours");
    char *const value[] = {"theirs"};
    args.has_primary_auth = true;
    args.list[args.count++] = (struct server_arg){"masterauth", 10, "", value, 1};
    check_line("masterauth \"theirs\"");
    check_line("requirepass \"ours-ours\"");
    check_no("masterauth \"ours-ours\"");
}
END_TEST

START_TEST(the_users_part_comes_first)
{
    char *const value[] = {"1mb"};
    args.has_conf_file = true;
    strcpy(args.conf_file, "/etc/a b\"c.conf");
    settings.directives[settings.directive_count++] = (struct directive_line){"hz", "10"};
    args.list[args.count++] = (struct server_arg){"maxmemory", 9, "", value, 1};
    check_line("include \"/etc/a b\\\"c.conf\"");
    check_line("hz 10");
    check_line("maxmemory \"1mb\"");
    check_order("include ", "hz ");
    check_order("hz ", "maxmemory ");
    check_order("maxmemory ", "bind ");
    check_no("save");
}
END_TEST

START_TEST(settings_become_lines)
{
    settings.port = 0;
    settings.data_dir = "/da ta\\x";
    conf.bind = "*";
    check_line("port 0");
    check_line("bind *");
    check_line("dir \"/da ta\\\\x\"");
}
END_TEST

START_TEST(save_points_of_the_user_are_kept)
{
    check_line("save 3600 1");
    settings.directives[settings.directive_count++] = (struct directive_line){"SAVE", "60 1"};
    check_no("save 3600 1");
    settings.directive_count = 0;
    args.has_save = true;
    check_no("save");
    args.has_save = false;
    args.has_conf_file = true;
    check_no("save");
}
END_TEST

START_TEST(gates_only_where_the_server_knows_them)
{
    check_no("enable-");
    features.debug_gate = true;
    check_line("enable-debug-command no");
    check_no("enable-module-command");
    features.module_gate = true;
    check_line("enable-module-command no");
    check_no("enable-protected-configs");
    features.protected_gate = true;
    check_line("enable-protected-configs no");
}
END_TEST

struct written {
    const char *rest;
    char *values[4];
    const char *line;
};

static const struct written writtens[] = {
    {"", {NULL}, "x \"\""},
    {"", {""}, "x \"\""},
    {"", {"a b", "c"}, "x \"a b\" \"c\""},
    {"", {"a\"b\\c\nd\xff"}, "x \"a\\\"b\\\\c\\x0ad\\xff\""},
    {"1 2", {NULL}, "x \"1\" \"2\""},
    {"\"1 2\" '3'", {NULL}, "x \"1 2\" \"3\""},
    {"1", {"2", "3"}, "x \"1\" \"2\" \"3\""},
    {"", {"1\nrequirepass x"}, "x \"1\\x0arequirepass x\""},
};

START_TEST(an_argument_is_one_line)
{
    const struct written *w = &writtens[_i];
    size_t count = 0;
    while (w->values[count] != NULL)
        count++;
    args.list[args.count++] = (struct server_arg){"xyz", 1, w->rest, w->values, count};
    check_line(w->line);
    check_no("\nrequirepass");
}
END_TEST

/* `--save "60 1"` is one word to the shell, and two to Redis before 7.0. */
START_TEST(the_words_of_save_stand_apart)
{
    char *const value[] = {"60 1 300 10"};
    char *const empty[] = {""};
    args.has_save = true;
    args.list[args.count++] = (struct server_arg){"save", 4, "", value, 1};
    check_line("save \"60\" \"1\" \"300\" \"10\"");
    char *const open[] = {"60 \"1"}; /* not to be cut short: Redis refuses it */
    args.list[0] = (struct server_arg){"save", 4, "", open, 1};
    check_line("save \"60 \\\"1\"");
    args.list[0] = (struct server_arg){"Save", 4, "", empty, 1};
    check_line("Save \"\"");
}
END_TEST

static const char *const secret_directives[] = {
    "masterauth", "primaryauth", "user", "User", "tls-key-file-pass", "tls-client-key-file-pass"};

START_TEST(people_see_no_secret)
{
    char name[64];
    char line[80];
    char *const value[] = {"hush-hush"};
    (void)snprintf(name, sizeof(name), "%s", secret_directives[_i]);
    settings.directives[settings.directive_count++] = (struct directive_line){name, value[0]};
    args.list[args.count++] = (struct server_arg){name, strlen(name), "", value, 1};
    args.list[args.count++] = (struct server_arg){name, strlen(name), "hush-hush", NULL, 0};
    give_password("hush-hush");
    ck_assert_ptr_nonnull(strstr(render(), "hush"));
    conf.redacted = true;
    check_no("hush");
    check_line("requirepass <redacted>");
    (void)snprintf(line, sizeof(line), "%s <redacted>", name);
    check_line(line);
    conf.password = NULL; /* there need not be one */
    check_line("requirepass <redacted>");
}
END_TEST

static const char *const passwords[] = {
    "plain",         "with blank", "\"quoted\"", "'single'",     "back\\slash",
    "#comment",      "$x`y`",      "tab\there",  "\x01\x1f\x7f", "\xc3\xa4\xe2\x82\xac",
    "\xff\xfe\x80x", "\\x41",      "--port 1",   "\"",
};

START_TEST(a_password_comes_back_byte_for_byte)
{
    static const char *const names[] = {"\nrequirepass ", "\nmasterauth "};
    /* as itself, not `\xff\xfe`, which secret_take() takes for a byte-order mark */
    char bytes[64];
    (void)snprintf(bytes, sizeof(bytes), "_%s", passwords[_i]);
    give_password(bytes);
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *cursor = strstr(render(), names[i]);
        ck_assert_ptr_nonnull(cursor);
        cursor += strlen(names[i]);
        char word[64];
        size_t length;
        const char *end = strchr(cursor, '\n');
        ck_assert_int_eq(conf_next_word(&cursor, end, word, sizeof(word), &length), CONF_WORD);
        ck_assert_ptr_eq(cursor, end);
        ck_assert_uint_eq(length, strlen(bytes));
        ck_assert_mem_eq(word, bytes, length);
    }
}
END_TEST

START_TEST(never_more_than_the_size)
{
    give_password("\"secret\"");
    const size_t needed = strlen(render());
    char small[2048];
    ck_assert_uint_lt(needed, sizeof(small));
    for (size_t size = 0; size <= needed; size++) {
        memset(small, '#', sizeof(small));
        ck_assert_uint_eq(redis_conf_write(small, size, &conf), needed);
        ck_assert_mem_eq(small, out, size);
        ck_assert_int_eq(small[size], '#');
    }
}
END_TEST

START_TEST(a_unix_socket_of_ours_is_private)
{
    static const struct server_socket ours = {"/run/x y/redis.sock", true};
    static const struct server_socket users = {"/run/own.sock", false};
    static const struct server_socket none = {"", false};
    check_no("unixsocket");
    conf.socket = &none;
    check_no("unixsocket");
    conf.socket = &ours;
    check_line("unixsocket \"/run/x y/redis.sock\"");
    check_line("unixsocketperm 600");
    conf.socket = &users;
    check_line("unixsocket \"/run/own.sock\"");
    check_no("unixsocketperm");
}
END_TEST

START_TEST(tls_comes_after_the_users_part)
{
    static const struct certificate certificate = {"0A", "soon", "a", "b", "c"};
    char name[] = "tls-port";
    char value[] = "1";
    settings.directives[0] = (struct directive_line){name, value};
    settings.directive_count = 1;
    check_no("tls-cert-file");
    settings.port = 0;
    settings.tls = (struct tls_settings){.port = 6380,
                                         .cert_file = "/c \"x",
                                         .key_file = "/k",
                                         .key_password_file = "/p",
                                         .ca_file = "",
                                         .auth_clients = TLS_CLIENTS_OPTIONAL,
                                         .protocols = "TLSv1.2 TLSv1.3",
                                         .cluster = true};
    give_password("secret");
    conf.tls_password = secret;
    check_order("tls-port 1\n", "tls-port 6380\n");
    check_line("port 0");
    check_line("tls-cert-file \"/c \\\"x\"");
    check_line("tls-key-file \"/k\"");
    check_line("tls-key-file-pass \"secret\"");
    check_line("tls-auth-clients optional");
    check_line("tls-protocols \"TLSv1.2 TLSv1.3\"");
    check_line("tls-replication no");
    check_line("tls-cluster yes");
    check_no("tls-ca-cert-file");
    check_no(REDIS_CONF_CERTIFICATE);
    conf.certificate = &certificate;
    check_line("#certificate \"0A soon a b c\"");
    conf.certificate = NULL;
    conf.redacted = true;
    check_line("tls-key-file-pass <redacted>");
    check_no("secret");
    settings.tls.key_password_file = "";
    check_no("tls-key-file-pass");
}
END_TEST

/* With an aclfile the server would ignore requirepass and refuse `user`. */
START_TEST(users_are_in_the_aclfile)
{
    struct internal_user internal = {.hash = "0123"};
    struct failure failure;
    give_password("secret");
    internal.credential = secret;
    conf.internal = &internal;
    check_line("requirepass \"secret\"");
    check_line("user redis-init on #0123 resetkeys resetchannels -@all +ping +info +acl|setuser "
               "+acl|deluser +acl|log +client|list +config|set +multi +exec");
    check_line("#credential \"secret\"");
    conf.has_users = true;
    conf.aclfile = "/run/users.acl";
    check_line("aclfile \"/run/users.acl\"");
    check_no("requirepass");
    check_no("user redis-init");
    check_line("masterauth \"secret\"");
    struct secret *other = secret_new(&failure);
    char copy[] = "replicas";
    ck_assert(other != NULL && secret_take(other, copy, "x", &failure));
    conf.primary_auth = other;
    check_line("masterauth \"replicas\"");
    conf.redacted = true;
    check_no("secret");
    check_no("replicas");
    secret_free(other);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("redis_conf");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_unix_socket_of_ours_is_private);
    tcase_add_loop_test(tests, who_owns_a_directive, 0, COUNT(directives));
    tcase_add_test(tests, the_name_ends_at_its_length);
    tcase_add_test(tests, the_whole_conf);
    tcase_add_test(tests, no_password_no_line);
    tcase_add_test(tests, a_users_masterauth_stays);
    tcase_add_test(tests, the_users_part_comes_first);
    tcase_add_test(tests, settings_become_lines);
    tcase_add_test(tests, save_points_of_the_user_are_kept);
    tcase_add_test(tests, gates_only_where_the_server_knows_them);
    tcase_add_loop_test(tests, an_argument_is_one_line, 0, COUNT(writtens));
    tcase_add_test(tests, the_words_of_save_stand_apart);
    tcase_add_loop_test(tests, people_see_no_secret, 0, COUNT(secret_directives));
    tcase_add_loop_test(tests, a_password_comes_back_byte_for_byte, 0, COUNT(passwords));
    tcase_add_test(tests, never_more_than_the_size);
    tcase_add_test(tests, tls_comes_after_the_users_part);
    tcase_add_test(tests, users_are_in_the_aclfile);
    return unit_main("redis_conf", tests);
}
