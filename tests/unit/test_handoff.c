// SPDX-License-Identifier: Apache-2.0
#include "handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define PASSWORD "k7#Vq9!xZp2&LmR4"
#define SUPERVISOR "redis-init-supervise"
#define FIND "find-the-supervisor"

static struct failure failure;
static char said[4096];

static struct secret *new_secret(void)
{
    char password[] = PASSWORD;
    ck_assert(secret_memory_init(&failure));
    struct secret *secret = secret_new(&failure);
    ck_assert(secret != NULL && secret_take(secret, password, "it", &failure));
    return secret;
}

/* What is reported is in `said`. */
static char **environment_of(char *const *given, const char *password_env,
                             const struct secret *secret)
{
    char log[64];
    const struct settings settings = {.password_env = password_env};
    const struct report report = {.level = REPORT_WARNING};
    (void)snprintf(log, sizeof(log), "%s/stderr", unit_folder());
    const int before = dup(STDERR_FILENO);
    const int file = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_eq(dup2(file, STDERR_FILENO), STDERR_FILENO);
    char **passed = handoff_environment(given, &settings, secret, &report, &failure);
    ck_assert_int_eq(dup2(before, STDERR_FILENO), STDERR_FILENO);
    const ssize_t length = pread(file, said, sizeof(said) - 1, 0);
    ck_assert_int_ge(length, 0);
    said[length] = '\0';
    ck_assert_int_eq(close(before) + close(file), 0);
    ck_assert_ptr_nonnull(passed);
    return passed;
}

struct variable {
    char *text;
    bool passes;
    const char *warning; /* NULL: nothing is said */
};

#define HOLDS(name) "the variable " name " holds the password, it is not passed on"

static const struct variable variables[] = {
    {"PATH=/usr/bin", true, NULL},
    {"HOME=", true, NULL},
    {"NO_EQUALS_SIGN", true, NULL},
    {"TZ=UTC", true, NULL},
    {"REDIS_PORT=tcp://10.0.0.1:6379", true, NULL},
    {"REDIS_INI=1", true, NULL},
    {"XREDIS_PASSWORD=other", true, NULL},
    {"REDIS_PASSWORDS=other", true, NULL},
    {"REDIS_PASSWORD_FILES=other", true, NULL},
    {"REDIS_PASSWORD=other", false, NULL},
    {"REDIS_PASSWORD=" PASSWORD, false, NULL},
    {"REDIS_PASSWORD=", false, NULL},
    {"REDIS_PASSWORD_FILE=/run/secrets/x", false, NULL},
    {"VALKEY_PASSWORD=other", false, NULL},
    {"VALKEY_PASSWORD_FILE=/run/secrets/x", false, NULL},
    {"REDIS_INIT_PORT=6379", false, NULL},
    {"REDIS_INIT_CONFIG=/x.ini", false, NULL},
    {"REDIS_INIT_ANYTHING=x", false, NULL},
    {"REDISCLI_AUTH=" PASSWORD, false, HOLDS("REDISCLI_AUTH")},
    {"REDIS_URL=redis://:" PASSWORD "@localhost", false, HOLDS("REDIS_URL")},
    {"X=a" PASSWORD, false, HOLDS("X")},
    {"NEARLY=k7#Vq9!xZp2&LmR", true, NULL},
    {PASSWORD "=x", false, NULL}, /* its name can't be said */
    {"x" PASSWORD, false, NULL},
};

START_TEST(a_variable_passes_or_not)
{
    const struct variable *row = &variables[_i];
    struct secret *secret = new_secret();
    char *const given[] = {"FIRST=1", row->text, "LAST=2", NULL};
    char **passed = environment_of(given, "REDIS_PASSWORD", secret);
    size_t count = 0;
    ck_assert_ptr_eq(passed[count++], given[0]);
    if (row->passes)
        ck_assert_ptr_eq(passed[count++], given[1]);
    ck_assert_ptr_eq(passed[count++], given[2]);
    ck_assert_ptr_null(passed[count]);
    if (row->warning != NULL)
        ck_assert_msg(strstr(said, row->warning) != NULL, "%s", said);
    else
        ck_assert_str_eq(said, "");
    ck_assert_ptr_null(strstr(said, PASSWORD));
    free(passed);
    secret_free(secret);
}
END_TEST

START_TEST(the_variable_of_the_setting_does_not_pass)
{
    char *const given[] = {"MY_PASS=x", "MY_PASS_FILE=/x", "REDIS_PASSWORD=x", "MY_PASSES=x", NULL};
    struct secret *secret = new_secret();
    char **passed = environment_of(given, "MY_PASS", secret);
    ck_assert_ptr_eq(passed[0], given[3]);
    ck_assert_ptr_null(passed[1]);
    free(passed);
    secret_free(secret);
}
END_TEST

START_TEST(without_a_secret_nothing_is_searched)
{
    char *const given[] = {"A=", "REDIS_PASSWORD=x", "B=" PASSWORD, NULL};
    char *const none[] = {NULL};
    char **passed = environment_of(given, "REDIS_PASSWORD", NULL);
    ck_assert_ptr_eq(passed[0], given[0]);
    ck_assert_ptr_eq(passed[1], given[2]);
    ck_assert_ptr_null(passed[2]);
    free(passed);
    passed = environment_of(none, "REDIS_PASSWORD", NULL);
    ck_assert_ptr_null(passed[0]);
    free(passed);
}
END_TEST

/* Runs the program in a child with stdout as text; `kept` is as for handoff_exec(). */
static const int none[] = {-1, -1};

static int run(char *const *argv, char *const *environment, const int *kept, char *text,
               size_t size)
{
    int ends[2];
    int status;
    size_t length = 0;
    ck_assert_int_eq(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        const bool done = dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO &&
                          handoff_exec(argv, environment, kept, &failure);
        _exit(done ? 0 : failure.exit_code);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(close(ends[1]), 0);
    for (ssize_t n; (n = read(ends[0], text + length, size - 1 - length)) > 0;)
        length += (size_t)n;
    text[length] = '\0';
    ck_assert_int_eq(close(ends[0]), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

static const int leaked[] = {3, 4, 5, 9, 77, 200};

static void leak(void)
{
    for (size_t i = 0; i < COUNT(leaked); i++)
        ck_assert_int_eq(dup2(STDIN_FILENO, leaked[i]), leaked[i]);
}

struct keeping {
    int kept[HANDOFF_KEPT_MAX];
    const char *open; /* 3, or else the next number, is the folder that ls reads */
};

static const struct keeping keepings[] = {
    {{-1, -1}, "0\n1\n2\n3\n"},       {{3, -1}, "0\n1\n2\n3\n4\n"},
    {{4, -1}, "0\n1\n2\n3\n4\n"},     {{-1, 5}, "0\n1\n2\n3\n5\n"},
    {{77, -1}, "0\n1\n2\n3\n77\n"},   {{200, 5}, "0\n1\n2\n3\n5\n200\n"},
    {{4, 77}, "0\n1\n2\n3\n4\n77\n"}, {{88, -1}, "0\n1\n2\n3\n"}, /* is not open */
};

START_TEST(all_descriptors_but_those_are_closed)
{
    char text[256];
    char *const argv[] = {"/bin/ls", "-U", "/proc/self/fd", NULL};
    char *const environment[] = {NULL};
    leak();
    ck_assert_int_eq(run(argv, environment, keepings[_i].kept, text, sizeof(text)), 0);
    ck_assert_str_eq(text, keepings[_i].open);
}
END_TEST

START_TEST(the_program_gets_this_environment_and_no_other)
{
    char text[256];
    char *const argv[] = {"/usr/bin/env", NULL};
    char *const environment[] = {"A=1", "B=two words", NULL};
    ck_assert_int_eq(setenv("OURS", "x", 1), 0);
    ck_assert_int_eq(run(argv, environment, none, text, sizeof(text)), 0);
    ck_assert_str_eq(text, "A=1\nB=two words\n");
}
END_TEST

START_TEST(a_program_that_is_none_is_a_failure)
{
    char *const argv[] = {"/nowhere/" SUPERVISOR, NULL};
    char *const environment[] = {NULL};
    char text[16];
    ck_assert_int_eq(run(argv, environment, none, text, sizeof(text)), EX_OSERR);
    const pid_t child = fork();
    if (child == 0) {
        bool said_path = !handoff_exec(argv, environment, none, &failure) &&
                         failure.error == ENOENT && strstr(failure.text, argv[0]) != NULL;
        _exit(said_path ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

static bool is_null(int fd)
{
    struct stat status;
    struct stat null;
    return fstat(fd, &status) == 0 && stat("/dev/null", &null) == 0 &&
           status.st_rdev == null.st_rdev && S_ISCHR(status.st_mode);
}

/* Each set of standard descriptors that can be closed, by its bits; open ones stay what they are.
 */
static bool are_kept(int closed)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (dup2(ends[1], fd) != fd)
            return false;
    (void)closefrom(STDERR_FILENO + 1);
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if ((closed & (1 << fd)) != 0 && close(fd) != 0)
            return false;
    if (!handoff_keep_standard_fds(&failure))
        return false;
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (is_null(fd) != ((closed & (1 << fd)) != 0))
            return false;
    return fcntl(STDERR_FILENO + 1, F_GETFD) < 0;
}

START_TEST(closed_standard_descriptors_lead_to_null)
{
    int status;
    const pid_t child = fork();
    if (child == 0)
        _exit(are_kept(_i) ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* In a copy of this program, beside which there may be a supervisor. */
static int find_in_copy(char *text, size_t size)
{
    char program[128];
    char command[2 * PATH_MAX];
    char *const argv[] = {program, FIND, NULL};
    (void)snprintf(program, sizeof(program), "%s/redis-init", unit_folder());
    (void)snprintf(command, sizeof(command), "cp '%s' %s", unit_self(), program);
    ck_assert_int_eq(access(program, F_OK) == 0 || system(command) == 0, 1);
    return run(argv, environ, none, text, size);
}

static int print_found(void)
{
    char path[PATH_MAX];
    const bool ok = handoff_find_supervisor(path, &failure);
    return puts(ok ? path : failure.text) >= 0 ? failure.exit_code : -1;
}

START_TEST(the_supervisor_lies_beside_the_program)
{
    char path[128];
    char text[2 * PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/" SUPERVISOR, unit_folder());
    ck_assert_int_eq(find_in_copy(text, sizeof(text)), EX_OSERR);
    ck_assert_msg(strstr(text, path) == text, "%s", text);
    ck_assert_msg(strstr(text, "copy it beside redis-init: No such file") != NULL, "%s", text);
    unit_write(path, "", 0, 0644);
    ck_assert_int_eq(find_in_copy(text, sizeof(text)), EX_OSERR);
    ck_assert_msg(strstr(text, "Permission denied") != NULL, "%s", text);
    unit_write(path, "", 0, 0755);
    ck_assert_int_eq(find_in_copy(text, sizeof(text)), 0);
    ck_assert_int_eq(strncmp(text, path, strlen(path)), 0);
    ck_assert_str_eq(text + strlen(path), "\n");
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], FIND) == 0)
        return print_found();
    TCase *tests = tcase_create("handoff");
    tcase_add_loop_test(tests, a_variable_passes_or_not, 0, COUNT(variables));
    tcase_add_test(tests, the_variable_of_the_setting_does_not_pass);
    tcase_add_test(tests, without_a_secret_nothing_is_searched);
    tcase_add_loop_test(tests, all_descriptors_but_those_are_closed, 0, COUNT(keepings));
    tcase_add_test(tests, the_program_gets_this_environment_and_no_other);
    tcase_add_test(tests, a_program_that_is_none_is_a_failure);
    tcase_add_loop_test(tests, closed_standard_descriptors_lead_to_null, 0, 8);
    tcase_add_test(tests, the_supervisor_lies_beside_the_program);
    return unit_main("handoff", tests);
}
