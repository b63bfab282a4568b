// SPDX-License-Identifier: Apache-2.0
/* A command that runs when files change. */
#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"
#include "supervise_case.h"

/* As the kubelet lays out a Secret: password -> ..data/password, ..data -> a folder of one date. */
static char root[64], volume[96], watched[128];

static void at(const char *name, char path[256])
{
    const int n = snprintf(path, 256, "%s/%s", volume, name);
    ck_assert(n > 0 && n < 256);
}

static void write_secret(const char *date, const char *text)
{
    char folder[256], file[300];
    at(date, folder);
    ck_assert_int_eq(mkdir(folder, 0755), 0);
    (void)snprintf(file, sizeof(file), "%s/password", folder);
    const int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(close(fd), 0);
}

static void swap_secret(const char *date, const char *text)
{
    char data[256], next[256];
    write_secret(date, text);
    at("..data_tmp", next);
    at("..data", data);
    ck_assert_int_eq(symlink(date, next), 0);
    ck_assert_int_eq(rename(next, data), 0);
}

static void make_volume(const char *date, const char *text)
{
    ck_assert_int_eq(mkdir(volume, 0755), 0);
    swap_secret(date, text);
    ck_assert_int_eq(symlink("..data/password", watched), 0);
}

static void setup(void)
{
    (void)strcpy(root, "/tmp/redis-init-watch-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    ck_assert_int_eq(chmod(root, 0755), 0);
    (void)snprintf(volume, sizeof(volume), "%s/secret", root);
    (void)snprintf(watched, sizeof(watched), "%s/password", volume);
    make_volume("..2026_01", "one\n");
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
    (void)status;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void teardown(void)
{
    ck_assert_int_eq(nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

#define ON_CHANGE(word) "--on-change", word
#define PRINT "--watch", watched, ON_CHANGE("cat"), ON_CHANGE(watched)
#define RUN(script) "--watch", watched, ON_CHANGE("sh"), ON_CHANGE("-c"), ON_CHANGE(script)

/* The command has ended. */
static void expect_one_child(const struct run *run)
{
    const time_t end = time(NULL) + SANDBOX_DEADLINE_MS / 1000;
    while (sandbox_only_child(run->pid) < 0 && time(NULL) < end)
        (void)sched_yield();
    ck_assert_int_gt(sandbox_only_child(run->pid), 0);
}

/* And nothing is ahead: no time-out is set. */
static void expect_rest(const struct run *run)
{
    expect_one_child(run);
    ck_assert(await_sleep(run->pid, false));
}

/* The file is younger than ten seconds, so that who started us may have read an older one. */
START_TEST(a_young_file_is_taken_for_a_change)
{
    setup();
    struct run run = START(_i, PRINT, "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "one");
    expect_rest(&run);
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

/* It was there when who started us read it. */
START_TEST(a_missing_file_is_taken_for_a_change)
{
    setup();
    ck_assert_int_eq(unlink(watched), 0);
    struct run run = START(_i, RUN("echo started"), "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "started");
    expect_rest(&run);
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

START_TEST(the_swap_of_a_volume_is_seen)
{
    setup();
    struct run run = START(_i, PRINT, "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "one");
    swap_secret("..2026_02", "two\n");
    expect_line(run.out, "two");
    swap_secret("..2026_03", "three\n");
    expect_line(run.out, "three");
    expect_rest(&run);
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

/* What is read in place of the file, and files beside it, are no change of it. */
START_TEST(only_the_file_counts)
{
    char beside[256];
    setup();
    struct run run = START(_i, PRINT, "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "one");
    expect_rest(&run);
    at("beside", beside);
    ck_assert_int_eq(mkdir(beside, 0755), 0);
    ck_assert(await_sleep(run.pid, true)); /* it settles, and then looks */
    expect_rest(&run);
    swap_secret("..2026_02", "two\n");
    expect_line(run.out, "two"); /* and not "one" again */
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

START_TEST(sighup_runs_the_command_and_is_not_passed_on)
{
    setup();
    struct run run = START(_i, PRINT, "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "one");
    expect_rest(&run);
    ck_assert_int_eq(kill(run.pid, SIGHUP), 0);
    expect_line(run.out, "one");
    ck_assert_int_eq(kill(run.pid, SIGUSR1), 0);
    expect_signal(run.out, SIGUSR1);
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

START_TEST(a_sigio_of_others_is_passed_on)
{
    setup();
    struct run run = START(_i, PRINT, "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "one");
    ck_assert_int_eq(kill(run.pid, SIGIO), 0);
    expect_signal(run.out, SIGIO);
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

static const char *const unfinished[] = {
    "mkdir \"$0\" && exit 75; echo again",
    "mkdir \"$0\" && kill -KILL $$; echo again",
};

/* Neither needs a further event. */
START_TEST(an_unfinished_command_runs_again)
{
    char mark[256], text[1024];
    setup();
    at("../mark", mark);
    struct run run =
        START(PLAIN, RUN(unfinished[_i]), ON_CHANGE(mark), "--watch-poll", "1", "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "again");
    expect_rest(&run);
    expect_end(&run, 0, text, sizeof(text));
    ck_assert(strstr(text, "sh was killed by SIGKILL") != NULL || _i == 0);
    teardown();
}
END_TEST

START_TEST(after_a_failure_the_next_change_is_waited_for)
{
    setup();
    struct run run = START(_i, RUN("cat \"$0\"; exit 65"), ON_CHANGE(watched), "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "one");
    expect_rest(&run);
    swap_secret("..2026_02", "two\n");
    expect_line(run.out, "two");
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

START_TEST(a_folder_that_is_made_anew_is_watched)
{
    char away[128];
    setup();
    (void)snprintf(away, sizeof(away), "%s/away", root);
    struct run run = START(_i, PRINT, "--watch-poll", "1", "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "one");
    expect_rest(&run);
    ck_assert_int_eq(rename(volume, away), 0);
    make_volume("..2026_02", "two\n");
    expect_line(run.out, "two");
    expect_rest(&run);
    swap_secret("..2026_03", "three\n");
    expect_line(run.out, "three");
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

/* Where others may write, no event tells of it. */
START_TEST(other_file_systems_are_looked_at)
{
    struct run run = START(_i, "--watch", "/proc/version", ON_CHANGE("true"), "ACTOR", "signals");
    expect_ready(run.out);
    ck_assert(await_sleep(run.pid, true));
    expect_quiet_end(&run, 0);
}
END_TEST

/* The folder that it leads to is not the one that is watched. */
START_TEST(a_link_to_elsewhere_is_looked_at)
{
    char from[256], away[128];
    setup();
    at("..data/password", from);
    (void)snprintf(away, sizeof(away), "%s/away", root);
    ck_assert_int_eq(rename(from, away), 0);
    ck_assert_int_eq(unlink(watched), 0);
    ck_assert_int_eq(symlink("../away", watched), 0);
    struct run run = START(_i, PRINT, "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "one");
    expect_one_child(&run);
    ck_assert(await_sleep(run.pid, true));
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

/* Not by a swap, but where the swap's link leads to; the poll is far away. */
START_TEST(the_file_behind_the_link_is_watched)
{
    char next[256], file[256];
    setup();
    struct run run = START(_i, PRINT, "--watch-poll", "86400", "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "one");
    expect_rest(&run);
    write_secret("../beside", "two\n"); /* of which the watched folder has no event */
    at("../beside/password", next);
    at("..2026_01/password", file);
    ck_assert_int_eq(rename(next, file), 0);
    expect_line(run.out, "two");
    expect_rest(&run);
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

static void link_away(const char *to)
{
    char next[128], away[128];
    (void)snprintf(next, sizeof(next), "%s/next", root);
    (void)snprintf(away, sizeof(away), "%s/away", root);
    ck_assert_int_eq(symlink(to, next), 0);
    ck_assert_int_eq(rename(next, away), 0);
}

/* password -> ..data/password -> ../../away/password, where away is a link that changes: none of
 * its events is seen. */
START_TEST(a_link_behind_a_link_is_looked_at)
{
    char file[256];
    setup();
    write_secret("..2026_02", "two\n");
    write_secret("..2026_03", "three\n");
    at("..data/password", file);
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_int_eq(symlink("../../away/password", file), 0);
    link_away("secret/..2026_02");
    struct run run = START(_i, PRINT, "--watch-poll", "1", "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "two");
    expect_one_child(&run);
    ck_assert(await_sleep(run.pid, true));
    link_away("secret/..2026_03");
    expect_line(run.out, "three");
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

START_TEST(the_command_ends_with_the_child)
{
    setup();
    struct run run = START(_i, RUN("echo started; exec sleep 1000"), "ACTOR", "signals");
    expect_ready(run.out);
    expect_line(run.out, "started");
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

START_TEST(a_command_that_is_missing_is_said)
{
    setup();
    struct run run = START(PLAIN, "--watch", watched, ON_CHANGE("/nowhere/it"), "ACTOR", "signals");
    expect_ready(run.out);
    expect_line_with(run.err, "warning: /nowhere/it cannot be executed");
    expect_quiet_end(&run, 0);
    teardown();
}
END_TEST

START_TEST(a_watch_needs_a_command)
{
    char text[1024];
    struct run run = START(PLAIN, "--watch", "/x", "true");
    expect_end(&run, EX_USAGE, text, sizeof(text));
    ck_assert_str_eq(text, "redis-init-supervise: --watch needs --on-change; see --help\n");
}
END_TEST

int main(int argc, char *argv[])
{
    const struct supervise_test tests[] = {
        {a_young_file_is_taken_for_a_change, IN_EACH_PLACE, 0},
        {a_missing_file_is_taken_for_a_change, IN_EACH_PLACE, 0},
        {the_swap_of_a_volume_is_seen, IN_EACH_PLACE, 0},
        {only_the_file_counts, IN_EACH_PLACE, 0},
        {sighup_runs_the_command_and_is_not_passed_on, IN_EACH_PLACE, 0},
        {a_sigio_of_others_is_passed_on, IN_EACH_PLACE, 0},
        {an_unfinished_command_runs_again, FOR_EACH_ROW, 2},
        {after_a_failure_the_next_change_is_waited_for, IN_EACH_PLACE, 0},
        {a_folder_that_is_made_anew_is_watched, IN_EACH_PLACE, 0},
        {other_file_systems_are_looked_at, IN_EACH_PLACE, 0},
        {a_link_to_elsewhere_is_looked_at, IN_EACH_PLACE, 0},
        {the_file_behind_the_link_is_watched, IN_EACH_PLACE, 0},
        {a_link_behind_a_link_is_looked_at, IN_EACH_PLACE, 0},
        {the_command_ends_with_the_child, IN_EACH_PLACE, 0},
        {a_command_that_is_missing_is_said, ONCE, 0},
        {a_watch_needs_a_command, ONCE, 0},
    };
    return supervise_case_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
