// SPDX-License-Identifier: Apache-2.0

/* What the kernel shows of redis-vault-sync while it holds the password and its tokens. */

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox.h"
#include "sync_case.h"

#define USER 999

static struct sync job;
static char text[1 << 20];

static void setup(void)
{
    sync_init(&job);
}

static void teardown(void)
{
    sync_free(&job);
}

/* Has read Vault, and waits for Kubernetes, whose answer does not end. */
static void start_holding(void)
{
    static const struct standin_fault drip = {.request = "GET " SYNC_SECRET, .deed = STANDIN_DRIP};
    standin_fault(job.kube.standin, &drip);
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_start(&job);
    ck_assert(standin_await(job.kube.standin, "GET " SYNC_SECRET, 1));
}

/* Of the first two not even its own user sees anything (proc(5)). */
START_TEST(nothing_in_argv_and_environment)
{
    static const char *const names[] = {"environ", "maps", "cmdline", "status", "comm"};
    start_holding();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const ssize_t length = sandbox_proc_file(job.pid, names[i], text, sizeof(text));
        ck_assert_msg((length > 0) == (i >= 2 || geteuid() == 0), "%s: %zd", names[i], length);
        if (length > 0)
            sync_expect_no_secret(text, (size_t)length, names[i]);
    }
    /* the search finds what is there */
    ck_assert_int_gt(sandbox_proc_file(job.pid, "cmdline", text, sizeof(text)), 0);
    ck_assert_ptr_nonnull(memmem(text, sizeof(text), "--vault-addr", 12));
}
END_TEST

/* The limit that this process has is the highest that there is; its own is 0. What can't be dumped
 * (PR_SET_DUMPABLE, proc(5)) is root's in /proc, and another process of the same user can't read
 * its memory either. */
START_TEST(no_core_and_no_reader)
{
    char path[64];
    struct rlimit limit;
    struct stat status;
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_CORE, &limit), 0);
    if (geteuid() == 0)
        sync_become(&job, USER); /* root would be shown everything */
    start_holding();
    ck_assert_int_gt(sandbox_proc_file(job.pid, "limits", text, sizeof(text)), 0);
    const char *line = strstr(text, "Max core file size");
    ck_assert_ptr_nonnull(line);
    ck_assert_int_eq(strtol(line + strlen("Max core file size"), NULL, 10), 0);
    (void)snprintf(path, sizeof(path), "/proc/%d/environ", job.pid);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_ne(status.st_uid, geteuid() == 0 ? USER : geteuid());
    ck_assert_int_eq(stat("/proc/self/environ", &status), 0);
    ck_assert_uint_eq(status.st_uid, geteuid()); /* what is dumpable is its user's */
    (void)snprintf(path, sizeof(path), "/proc/%d/mem", job.pid);
    if (geteuid() != 0)
        ck_assert_int_eq(open(path, O_RDONLY | O_CLOEXEC), -1);
}
END_TEST

START_TEST(memory_is_locked_or_it_is_said)
{
    sync_word(&job, "--verbose");
    start_holding();
    const long long locked = sandbox_status_number(job.pid, "VmLck", 10);
    const long long resident = sandbox_status_number(job.pid, "VmRSS", 10);
    (void)printf("locked %lld KiB, resident %lld KiB\n", locked, resident);
    if (locked < resident / 2)
        sync_await(&job, "memory can be locked");
}
END_TEST

/* Memory of the process that is searched for a text; -1 where it can't be read. */
static long find_in_memory(pid_t pid, const char *wanted)
{
    char path[64];
    static char bytes[1 << 20];
    long found = 0;
    unsigned long from;
    unsigned long to;
    (void)snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    FILE *memory = fopen(path, "re");
    (void)snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    FILE *maps = fopen(path, "re");
    ck_assert(memory != NULL && maps != NULL);
    while (fgets(text, sizeof(text), maps) != NULL) {
        if (sscanf(text, "%lx-%lx rw", &from, &to) != 2 || strstr(text, " rw") == NULL)
            continue;
        for (size_t n; from < to && fseek(memory, (long)from, SEEK_SET) == 0 &&
                       (n = fread(bytes, 1, to - from < sizeof(bytes) ? to - from : sizeof(bytes),
                                  memory)) > 0;
             from += n)
            for (const char *at = bytes;
                 (at = memmem(at, (size_t)(bytes + n - at), wanted, strlen(wanted))) != NULL; at++)
                found++;
    }
    (void)fclose(memory);
    (void)fclose(maps);
    return found;
}

/* The base64 of it stands in what Kubernetes answers: of `unchanged` that is the last answer. */
static const char *const states[] = {": created", ": changed", ": unchanged"};

/* Between two looks of --watch there is no need for it. */
START_TEST(the_password_is_wiped_between_two_looks)
{
    static const char *const present[] = {NULL, "b2xkLXZhbHVl", SYNC_PASSWORD_BASE64};
    char secret[256];
    if (geteuid() != 0) {
        (void)printf("SKIP: the_password_is_wiped_between_two_looks needs root\n");
        return;
    }
    if (present[_i] != NULL) {
        (void)snprintf(secret, sizeof(secret), "{\"data\": {\"password\": \"%s\"}}", present[_i]);
        kube_put(&job.kube, "redis-password", secret, "redis-vault-sync");
    }
    sync_log_in(&job);
    sync_to_secret(&job);
    sync_option(&job, "--watch", "1h");
    sync_start(&job);
    sync_await(&job, states[_i]);
    ck_assert(sandbox_await_state(job.pid, 'S'));
    ck_assert_int_gt(find_in_memory(job.pid, "--vault-addr"), 0); /* the search works */
    const long found = find_in_memory(job.pid, SYNC_PASSWORD);
    ck_assert_msg(found == 0, "the password is in memory %ld times", found);
    ck_assert_int_eq(find_in_memory(job.pid, SYNC_PASSWORD_BASE64), 0);
    ck_assert_int_eq(find_in_memory(job.pid, SYNC_JWT), 0);
    ck_assert_int_eq(find_in_memory(job.pid, SYNC_KUBE_TOKEN), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault secrecy");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, nothing_in_argv_and_environment);
    tcase_add_test(tests, no_core_and_no_reader);
#ifndef __SANITIZE_ADDRESS__ /* which locks nothing, and keeps what was freed */
    tcase_add_test(tests, memory_is_locked_or_it_is_said);
    tcase_add_loop_test(tests, the_password_is_wiped_between_two_looks, 0, 3);
#else
    (void)memory_is_locked_or_it_is_said;
    (void)the_password_is_wiped_between_two_looks;
#endif
    return sync_main(tests);
}
