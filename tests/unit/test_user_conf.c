// SPDX-License-Identifier: Apache-2.0
#include "user_conf.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct settings settings = {.aclfile = ""};
static struct secret *password; /* NULL: none */
static struct server_args args = {.has_conf_file = true};
static struct failure failure;
static char said[4096];

static const char *path_of(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", unit_folder(), name);
    return path;
}

/* A conf in the folder; `%s` in its text is the folder. */
static void write_conf(const char *name, const char *format)
{
    char text[2048];
    const char *mark = strstr(format, "%s");
    if (mark == NULL)
        (void)snprintf(text, sizeof(text), "%s", format);
    else
        (void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(mark - format), format, unit_folder(),
                       mark + 2);
    unit_write(path_of(name), text, strlen(text), 0600);
}

/* What the check says, and what it writes to stderr in `said`. */
static bool check_conf(const char *path, enum report_level level)
{
    char log[PATH_MAX];
    const struct report report = {.level = level};
    (void)snprintf(log, sizeof(log), "%s/stderr", unit_folder());
    const int fd = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const int before = dup(STDERR_FILENO);
    ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    failure = (struct failure){0};
    (void)snprintf(args.conf_file, sizeof(args.conf_file), "%s", path);
    const bool ok = user_conf_check(&settings, &args, password, &report, &failure);
    ck_assert_int_eq(dup2(before, STDERR_FILENO), STDERR_FILENO);
    const ssize_t length = pread(fd, said, sizeof(said) - 1, 0);
    ck_assert_int_ge(length, 0);
    said[length] = '\0';
    ck_assert_int_eq(close(before) + close(fd), 0);
    return ok;
}

static void check_refused(const char *name, const char *where, const char *text)
{
    ck_assert_msg(!check_conf(path_of(name), REPORT_WARNING), "not refused: %s", name);
    ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    ck_assert_msg(strstr(failure.text, path_of(where)) != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, text) != NULL, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, "hush") == NULL, "%s", failure.text);
}

static const char *const fine[] = {
    "",
    "\n\n# aclfile /x\n   # user default on nopass\n",
    "maxmemory 1mb\nsave 60 1\nappendonly yes\n",
    "user bob on >hush ~* +@all\n",
    "user Default on\n",
    "user bob off nopass\n",
    "user bob on nopass >hush\n",
    "user bob on nopass #hush\n",
    "user bob on nopass reset\n",
    "user bob on NOPASS resetpass\n",
    "user bob on \">nopass\" ~nopass\n",
    "user nopass on\n",
    "user on nopass\n",
    "dir\ninclude\nuser\n",
    "aclfile\n", /* Redis refuses a directive without its value */
    "aclfile-x /x\n",
    "x aclfile /x\n",
    "user \"x default\" on\n",
    "# include /nonexistent\n",
    "requirepass hush\n",
    "masterauth hush\n",
    "include %s/*.nothing\n",
};

START_TEST(what_is_fine)
{
    write_conf("x.conf", fine[_i]);
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_DETAIL), "%s", failure.text);
    ck_assert_msg(strstr(said, "hush") == NULL, "%s", said);
}
END_TEST

struct refusal {
    const char *conf;
    const char *line;
    const char *text;
};

static const struct refusal refusals[] = {
    {"aclfile /x\n", "x.conf:1:", "`aclfile` is refused"},
    {"\n#\nAclFile /x\n", "x.conf:3:", "`aclfile` is refused"},
    {"  \t aclfile\t/x", "x.conf:1:", "`aclfile` is refused"},
    {"aclfile /x\r\n", "x.conf:1:", "`aclfile` is refused"},
    {"aclfile \"\"\n", "x.conf:1:", "`aclfile` is refused"},
    {"\"aclfile\" '/x'\n", "x.conf:1:", "`aclfile` is refused"},
    {"acl'file' /x\n", "x.conf:1:", "`aclfile` is refused"},
    {"\"\\x61clfile\" /x\n", "x.conf:1:", "`aclfile` is refused"},
    {"hz 1\nuser default on nopass ~* +@all\n", "x.conf:2:", "`user default` is refused"},
    {"USER default\n", "x.conf:1:", "`user default` is refused"},
    {"user \"default\" on >hush\n", "x.conf:1:", "`user default` is refused"},
    {"user 'default' on\n", "x.conf:1:", "`user default` is refused"},
    {"user \"\\x64efault\" on\n", "x.conf:1:", "`user default` is refused"},
    {"requirepass hush\nmasterauth hush\naclfile /x\n", "x.conf:3:", "`aclfile` is refused"},
    {"hz 1\nuser bob on nopass ~* +@all\n", "x.conf:2:", "the user is `on` and `nopass`"},
    {"USER bob NoPass +get On\n", "x.conf:1:", "the user is `on` and `nopass`"},
    {"user bob on >hush nopass\n", "x.conf:1:", "the user is `on` and `nopass`"},
    {"user bob reset off \"no\\x70ass\" 'on'\n", "x.conf:1:", "the user is `on` and `nopass`"},
    /* the server would print these, with the password */
    {"requirepass \"hush\n", "x.conf:1", "unbalanced quotes"},
    {"requirepass hush x\n", "x.conf:1:", "`requirepass` takes one value"},
    {"\nmasterauth hush hush\n", "x.conf:2:", "`masterauth` takes one value"},
    /* the server reads these up to the NUL */
    {"\"user\\x00\" default on nopass\n", "x.conf:1", "NUL byte"},
    {"\"include\\x00\" /x\n", "x.conf:1", "NUL byte"},
    {"include \"/x\\x00y\"\n", "x.conf:1", "NUL byte"},
    /* where the server would look from another folder */
    {"dir /data\ninclude x\n", "x.conf:2:", "stands behind `dir`"},
    {"DIR /data\ninclude x*\n", "x.conf:2:", "stands behind `dir`"},
};

START_TEST(what_would_undo_the_password)
{
    write_conf("x.conf", refusals[_i].conf);
    check_refused("x.conf", refusals[_i].line, refusals[_i].text);
}
END_TEST

START_TEST(nopass_is_for_development)
{
    write_conf("x.conf", "user bob on nopass\n");
    settings.allow_empty_password = true;
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_WARNING), "%s", failure.text);
    settings.allow_empty_password = false;
}
END_TEST

START_TEST(a_password_in_clear)
{
    static const char told[] = ": a password in clear, which may be weak: make this `user` a "
                               "section [user NAME]\n";
    write_conf("x.conf", "user bob off >hush\nuser bill on #hush\n\nuser ben on >hush\n");
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_WARNING), "%s", failure.text);
    const char *at = strstr(said, path_of("x.conf:4"));
    ck_assert_msg(at != NULL && strcmp(strstr(at, ":4") + 2, told) == 0, "%s", said);
    ck_assert_ptr_eq(strstr(said, "password"), strstr(at, "password"));
}
END_TEST

static void expect_no_login(const char *where)
{
    ck_assert(!check_conf(path_of("x.conf"), REPORT_WARNING));
    ck_assert_msg(strncmp(failure.text, where, strlen(where)) == 0, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, "the user is `on` and `nopass`") != NULL, "%s",
                  failure.text);
}

START_TEST(nopass_outside_the_conf)
{
    char name[] = "user";
    char value[] = "bob on nopass";
    char *const values[] = {value, value + 4, value + 7};
    write_conf("x.conf", "hz 1\n");
    settings.directives[0] = (struct directive_line){name, value};
    settings.directive_count = 1;
    expect_no_login("[redis.conf]: ");
    settings.directive_count = 0;
    args.list[0] = (struct server_arg){"USER", 4, "bob on nopass", NULL, 0};
    args.count = 1;
    expect_no_login("argument --user: ");
    value[3] = value[6] = '\0';
    args.list[0] = (struct server_arg){"user", 4, "", values, 3};
    expect_no_login("argument --user: ");
    args.list[0] = (struct server_arg){"user", 4, "bob on", values + 2, 1};
    expect_no_login("argument --user: ");
    args.list[0] = (struct server_arg){"user", 4, "bob off", values + 2, 1};
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_WARNING), "%s", failure.text);
    args.count = 0;
}
END_TEST

START_TEST(a_file_that_others_can_write)
{
    write_conf("x.conf", "include %s/b.conf\n");
    unit_write(path_of("b.conf"), "hz 1\n", 5, 0664);
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_WARNING), "%s", failure.text);
    ck_assert_msg(strstr(said, path_of("b.conf can be written by its group (mode 0664)")) != NULL,
                  "%s", said);
    unit_write(path_of("b.conf"), "hz 1\n", 5, 0646);
    check_refused("x.conf", "b.conf", "can be written by anybody (mode 0646), chmod o-w");
    unit_write(path_of("b.conf"), "hz 1\n", 5, 0644);
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_WARNING), "%s", failure.text);
    ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(a_requirepass_has_no_effect)
{
    write_conf("x.conf", "hz 1\nRequirePass hush\nport 7000\n");
    ck_assert(check_conf(path_of("x.conf"), REPORT_WARNING));
    ck_assert_msg(strstr(said, "warning: ") != NULL, "%s", said);
    ck_assert_msg(strstr(said, path_of("x.conf:2: `requirepass` has no effect")) != NULL, "%s",
                  said);
    ck_assert_msg(strstr(said, "hush") == NULL, "%s", said);
    ck_assert_msg(strstr(said, "`port`") == NULL, "%s", said);
    ck_assert(check_conf(path_of("x.conf"), REPORT_DETAIL));
    ck_assert_msg(strstr(said, path_of("x.conf:3: `port` has no effect, set `port` in [redis]")) !=
                      NULL,
                  "%s", said);
}
END_TEST

static const struct {
    unsigned port;
    const char *name;
    const char *said; /* NULL: nothing */
} tls_directives[] = {
    {1, "tls-cert-file", "`tls-cert-file` has no effect, set `cert_file` in [tls]"},
    {1, "TLS-Port", "`TLS-Port` has no effect, set `port` in [tls]"},
    {1, "tls-auth-clients", "set `auth_clients` in [tls]"},
    {1, "tls-ca-cert-file", NULL}, /* [tls] names none */
    {1, "tls-session-caching", NULL},
    {0, "tls-cert-file", NULL},
};

/* In a .conf, in the ini, and as an argument. */
START_TEST(what_tls_sets_has_no_effect)
{
    char name[32];
    char line[64];
    char value[] = "x";
    char *values[] = {value};
    (void)snprintf(name, sizeof(name), "%s", tls_directives[_i].name);
    (void)snprintf(line, sizeof(line), "%s x\n", name);
    settings.tls = (struct tls_settings){.port = tls_directives[_i].port,
                                         .cert_file = "/c",
                                         .key_file = "/k",
                                         .key_password_file = "",
                                         .ca_file = ""};
    for (int way = 0; way < 3; way++) {
        write_conf("x.conf", way == 0 ? line : "");
        settings.directive_count = way == 1;
        settings.directives[0] = (struct directive_line){name, value};
        args.count = way == 2;
        args.list[0] = (struct server_arg){name, strlen(name), "", values, 1};
        ck_assert_msg(check_conf(path_of("x.conf"), REPORT_WARNING), "%s", failure.text);
        if (tls_directives[_i].said == NULL)
            ck_assert_str_eq(said, "");
        else
            ck_assert_msg(strstr(said, tls_directives[_i].said) != NULL, "%d: %s", way, said);
    }
}
END_TEST

START_TEST(a_file_that_cannot_be_read)
{
    check_refused("absent.conf", "absent.conf", "No such file");
    ck_assert_int_eq(mkfifo(path_of("fifo"), 0600), 0);
    check_refused("fifo", "fifo", "can't be read by the server");
    check_refused("", "", "can't be read by the server");
    unit_write(path_of("closed.conf"), "", 0, 0);
    unit_write(path_of("stderr"), "", 0, 0666); /* check_conf() goes on writing it */
    unit_drop_root();
    check_refused("closed.conf", "closed.conf", "Permission denied");
}
END_TEST

struct inclusion {
    const char *first;
    const char *second;
    const char *where;
    const char *text;
};

static const struct inclusion inclusions[] = {
    {"include %s/b.conf\n", "hz 1\naclfile /x\n", "b.conf:2:", "`aclfile`"},
    {"INCLUDE %s/b.conf\n", "user default on\n", "b.conf:1:", "`user default`"},
    {"include \"%s/b.conf\"\n", "aclfile /x\n", "b.conf:1:", "`aclfile`"},
    {"hz 1\n  include '%s/b.conf'\n", "aclfile /x\n", "b.conf:1:", "`aclfile`"},
    {"include %s/[b].conf\n", "aclfile /x\n", "b.conf:1:", "`aclfile`"},
    {"include %s/?.conf\n", "aclfile /x\n", "", "more than 16 files include each other"},
    {"include %s/b.c*\n", "aclfile /x\n", "b.conf:1:", "`aclfile`"},
    {"include %s/c.conf\n", "", "c.conf", "No such file"},
    {"include %s/.\n", "", ".", "can't be read by the server"},
    {"include %s/a.conf\n", "", "a.conf", "more than 16 files include each other"},
    {"include %s/b.conf\naclfile /x\n", "hz 1\n", "a.conf:2:", "`aclfile`"},
};

START_TEST(what_is_included)
{
    write_conf("a.conf", inclusions[_i].first);
    write_conf("b.conf", inclusions[_i].second);
    check_refused("a.conf", inclusions[_i].where, inclusions[_i].text);
}
END_TEST

START_TEST(every_match_of_a_pattern)
{
    write_conf("x.conf", "include %s/d*.part\n");
    write_conf("d1.part", "hz 1\n");
    write_conf("d2.part", "hz 2\n");
    write_conf("d3.part", "hz 3\n");
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_DETAIL), "%s", failure.text);
    write_conf("d3.part", "aclfile /x\n");
    check_refused("x.conf", "d3.part:1:", "`aclfile`");
}
END_TEST

/* The first file and 16 below it. */
START_TEST(includes_have_a_depth)
{
    char name[16];
    char text[32];
    for (int i = 0; i < 17; i++) {
        (void)snprintf(name, sizeof(name), "%d.deep", i);
        (void)snprintf(text, sizeof(text), "include %%s/%d.deep\n", i + 1);
        write_conf(name, text);
    }
    write_conf("16.deep", "hz 1\n");
    ck_assert_msg(check_conf(path_of("0.deep"), REPORT_WARNING), "%s", failure.text);
    write_conf("16.deep", "include %s/17.deep\n");
    write_conf("17.deep", "hz 1\n");
    check_refused("0.deep", "17.deep", "more than 16");
}
END_TEST

START_TEST(long_lines)
{
    static char line[20000];
    memset(line, 'x', sizeof(line));
    line[4] = ' ';
    line[sizeof(line) - 1] = '\n';
    unit_write(path_of("x.conf"), line, sizeof(line), 0600);
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_WARNING), "%s", failure.text);
    memcpy(line + 10000, "\naclfile /x\n", 12);
    unit_write(path_of("x.conf"), line, sizeof(line), 0600);
    check_refused("x.conf", "x.conf:2:", "`aclfile`");
    memcpy(line, "user default ", 13); /* its first words count, however long it is */
    unit_write(path_of("x.conf"), line, sizeof(line), 0600);
    check_refused("x.conf", "x.conf:1:", "`user default`");
}
END_TEST

struct holder {
    const char *conf;
    const char *text; /* NULL: it is right */
};

#define PASSWORD "hush-7f3a90"
/* what sha256sum(1) says */
#define HASH_OF_PASSWORD "2c63c0ff5fd31e0ab54834abb833a7031fa91c20044334ec575e931446e098af"

static const struct holder holders[] = {
    {"requirepass " PASSWORD "\n", NULL},
    {"masterauth \"" PASSWORD "\"\n", NULL},
    {"# " PASSWORD "\n", NULL},
    {"user bob on #" HASH_OF_PASSWORD "\n", "x.conf:1: the user has the password of `default`"},
    {"user bob off ~a \"\\x23" HASH_OF_PASSWORD "\"\n",
     "x.conf:1: the user has the password of `default`"},
    {"user bob on ~" HASH_OF_PASSWORD "\n", NULL},
    {"maxmemory " PASSWORD "\n", "x.conf:1: the line holds the password"},
    {"hz 1\nrequirepas " PASSWORD "\n", "x.conf:2: the line holds the password"},
    {"x \"a" PASSWORD "b\"\n", "x.conf:1: the line holds the password"},
    {"x a " PASSWORD "\n", "x.conf:1: the line holds the password"},
    {"user bob on >" PASSWORD "x ~* +@all\n", "x.conf:1: the line holds the password"},
    {PASSWORD "\n", "x.conf:1: the line holds the password"},
    {"port " PASSWORD "\n", "x.conf:1: the line holds the password"},
    {"include " PASSWORD "\n", "x.conf:1: the line holds the password"},
    {"\"" PASSWORD "\" x\n", "x.conf:1: the line holds the password"},
    {"an-argument-of-more-than-sixty-four-bytes-in-front-of-the-password-" PASSWORD "\n",
     "x.conf:1: the line holds the password"},
    {"x hush\\x2d7f3a90\n", NULL}, /* other bytes without the quotes */
    {"x \"hush\\x2d7f3a90\"\n", "x.conf:1: the line holds the password"},
};

/* The server would print the line with its complaint about the name. */
START_TEST(no_user_line_beside_an_aclfile)
{
    char name[] = "User";
    char value[] = "app on";
    write_conf("a.conf", "maxmemory 1mb\nuser app on +@all\n");
    ck_assert(check_conf(path_of("a.conf"), REPORT_WARNING));
    settings.aclfile = "/x";
    check_refused("a.conf", "a.conf:2", "make it a section [user NAME]");
    write_conf("a.conf", "maxmemory 1mb\n");
    settings.directives[0] = (struct directive_line){name, value};
    settings.directive_count = 1;
    ck_assert(!check_conf(path_of("a.conf"), REPORT_WARNING));
    ck_assert_msg(strncmp(failure.text, "[redis.conf]: the server takes no `user`", 40) == 0, "%s",
                  failure.text);
    settings.directive_count = 0;
    args.list[0] = (struct server_arg){.name = "user", .name_length = 4, .rest = " app on"};
    args.count = 1;
    ck_assert(!check_conf(path_of("a.conf"), REPORT_WARNING));
    ck_assert_msg(strncmp(failure.text, "argument --user", 15) == 0, "%s", failure.text);
    args.count = 0;
    settings.aclfile = "";
}
END_TEST

START_TEST(no_other_directive_holds_the_password)
{
    char text[] = PASSWORD;
    ck_assert(secret_memory_init(&failure));
    password = secret_new(&failure);
    ck_assert(password != NULL && secret_take(password, text, "it", &failure));
    write_conf("x.conf", holders[_i].conf);
    if (holders[_i].text == NULL)
        ck_assert_msg(check_conf(path_of("x.conf"), REPORT_DETAIL), "%s", failure.text);
    else
        check_refused("x.conf", "", holders[_i].text);
    ck_assert_ptr_null(strstr(said, PASSWORD));
    secret_free(password);
}
END_TEST

static void include_by_setting(char *value)
{
    static char name[] = "Include";
    settings.directives[0] = (struct directive_line){name, value};
    settings.directive_count = 1;
}

static void include_by_argument(const char *rest, char *const *values, size_t count)
{
    args.list[0] = (struct server_arg){"INCLUDE", 7, rest, values, count};
    args.count = 1;
}

/* By a setting, in the option's own word, and as words behind it. */
static void include_by(int way, const char *name)
{
    static char value[PATH_MAX];
    static char *const values[] = {value, NULL};
    (void)snprintf(value, sizeof(value), "%s", name);
    if (way == 0)
        include_by_setting(value);
    else
        include_by_argument(way == 1 ? value : "", values, way == 1 ? 0 : 1);
}

START_TEST(includes_outside_the_conf)
{
    write_conf("x.conf", "hz 1\n");
    write_conf("b.conf", "hz 1\n");
    include_by(_i, path_of("b.conf"));
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_WARNING), "%s", failure.text);
    write_conf("b.conf", "user default on\n");
    check_refused("x.conf", "b.conf:1:", "`user default`");
    include_by(_i, path_of("c.conf"));
    check_refused("x.conf", "c.conf", "No such file");
}
END_TEST

/* The user's conf comes first, and its `dir` holds for what is included behind it. */
START_TEST(includes_outside_a_conf_that_moves)
{
    static const char *const wheres[] = {"[redis.conf]", "argument --include",
                                         "argument --include"};
    ck_assert_int_eq(chdir(unit_folder()), 0);
    write_conf("x.conf", "hz 1\n");
    write_conf("b.conf", "hz 1\n");
    include_by(_i, "b.conf");
    ck_assert_msg(check_conf(path_of("x.conf"), REPORT_WARNING), "%s", failure.text);
    write_conf("x.conf", "dir /data\n");
    ck_assert(!check_conf(path_of("x.conf"), REPORT_WARNING));
    ck_assert_msg(strstr(failure.text, wheres[_i]) == failure.text, "%s", failure.text);
    ck_assert_msg(strstr(failure.text, "include b.conf stands behind `dir`") != NULL, "%s",
                  failure.text);
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("user_conf");
    tcase_add_loop_test(tests, what_is_fine, 0, COUNT(fine));
    tcase_add_loop_test(tests, what_would_undo_the_password, 0, COUNT(refusals));
    tcase_add_test(tests, nopass_is_for_development);
    tcase_add_test(tests, a_password_in_clear);
    tcase_add_test(tests, nopass_outside_the_conf);
    tcase_add_test(tests, a_file_that_others_can_write);
    tcase_add_test(tests, a_requirepass_has_no_effect);
    tcase_add_loop_test(tests, what_tls_sets_has_no_effect, 0, COUNT(tls_directives));
    tcase_add_test(tests, a_file_that_cannot_be_read);
    tcase_add_loop_test(tests, what_is_included, 0, COUNT(inclusions));
    tcase_add_test(tests, every_match_of_a_pattern);
    tcase_add_test(tests, includes_have_a_depth);
    tcase_add_test(tests, long_lines);
    tcase_add_test(tests, no_user_line_beside_an_aclfile);
    tcase_add_loop_test(tests, no_other_directive_holds_the_password, 0, COUNT(holders));
    tcase_add_loop_test(tests, includes_outside_the_conf, 0, 3);
    tcase_add_loop_test(tests, includes_outside_a_conf_that_moves, 0, 3);
    return unit_main("user_conf", tests);
}
