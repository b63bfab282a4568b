// SPDX-License-Identifier: Apache-2.0
/* The command line and its texts: options, help, the manual page. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"
#include "supervise_options.h"

struct bad_usage {
    const char *words[4];
    const char *said;
};

static const struct bad_usage bad_usages[] = {
    {{NULL}, "no PROGRAM given"},
    {{"--"}, "no PROGRAM given"},
    {{"-x", "true"}, "-x is not an option"},
    {{"--yolo", "true"}, "--yolo is not an option"},
    {{"-r", "15", "true"}, "-r 15 is not a pair of signals"},
    {{"-r", "1:65", "true"}, "-r 1:65 is not a pair of signals"},
    {{"-r", "KILL:TERM", "true"}, "never passed on"},
    {{"-e", "256", "true"}, "-e 256 is not an exit code"},
    {{"-p", "NOPE", "true"}, "-p NOPE is not a signal"},
    {{"-t"}, "-t needs an argument"},
    {{"--kill-group=1", "true"}, "takes no argument"},
    {{"--log-format", "xml", "true"}, "neither text nor json"},
};

START_TEST(bad_usage_is_64_and_one_line)
{
    const struct bad_usage *bad = &bad_usages[_i];
    char text[512];
    struct run run = START(PLAIN, bad->words[0], bad->words[1], bad->words[2], bad->words[3]);
    expect_end(&run, 64, text, sizeof(text));
    ck_assert_msg(strstr(text, bad->said) != NULL, "said: %s", text);
    ck_assert_uint_eq(count_of(text, "\n"), 1);
}
END_TEST

START_TEST(help_and_version_go_to_stdout)
{
    char text[4096];
    struct run run = START(PLAIN, "--help");
    ck_assert_int_gt(sandbox_read_all(run.out, text, sizeof(text)), 0);
    for (size_t i = 0; i < supervise_option_count; i++)
        ck_assert_ptr_nonnull(strstr(text, supervise_option_table[i].name));
    expect_quiet_end(&run, 0);
    struct run version = START(PLAIN, "--version");
    ck_assert_int_gt(sandbox_read_all(version.out, text, sizeof(text)), 0);
    ck_assert_int_eq(strncmp(text, "redis-init-supervise ", 21), 0);
    expect_quiet_end(&version, 0);
}
END_TEST

/* Automake sets $srcdir; without it the sources are the working folder or around this program. */
static int open_manual(void)
{
    static const char page[] = "man/redis-init-supervise.8";
    struct programs programs;
    find_programs(&programs);
    *strrchr(programs.self, '/') = '\0';
    const char *const folders[] = {getenv("srcdir"), ".", programs.self};
    const char *const ups[] = {"", "", "/../.."};
    int fd = -1;

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && fd < 0; i++) {
        char path[2 * PATH_MAX];
        if (folders[i] == NULL)
            continue;
        (void)snprintf(path, sizeof(path), "%s%s/%s", folders[i], ups[i], page);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    ck_assert_msg(fd >= 0, "%s: %s", page, strerror(errno));
    return fd;
}

static bool stdout_is_full(void *unused)
{
    (void)unused;
    const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    return fd >= 0 && dup2(fd, STDOUT_FILENO) == STDOUT_FILENO;
}

START_TEST(help_that_cannot_be_written_is_71)
{
    struct run help = START_PREPARED(PLAIN, stdout_is_full, NULL, "--help");
    expect_quiet_end(&help, 71);
    struct run version = START_PREPARED(PLAIN, stdout_is_full, NULL, "--version");
    expect_quiet_end(&version, 71);
}
END_TEST

/* Page, table and program do not drift apart. */
START_TEST(the_manual_has_every_option)
{
    char text[32768], wanted[64];
    const int fd = open_manual();
    ck_assert_int_gt(sandbox_read_all(fd, text, sizeof(text)), 0);
    for (size_t i = 0; i < supervise_option_count; i++) {
        (void)snprintf(wanted, sizeof(wanted), "Fl -%s", supervise_option_table[i].name);
        ck_assert_msg(strstr(text, wanted) != NULL, "%s is not in the manual", wanted);
    }
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {bad_usage_is_64_and_one_line, FOR_EACH_ROW, sizeof(bad_usages) / sizeof(bad_usages[0])},
        {help_and_version_go_to_stdout, ONCE, 0},
        {help_that_cannot_be_written_is_71, ONCE, 0},
        {the_manual_has_every_option, ONCE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
