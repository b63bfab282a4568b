// SPDX-License-Identifier: Apache-2.0

/* Rotations in a loop, with clients that never pause; and how long an old password holds. */

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "rotation_case.h"
#include "sandbox.h"

/* Under a sanitizer a reload takes ten times as long. */
#ifdef __SANITIZE_ADDRESS__
#define ROUNDS 100
#define BENCHMARK_ROUNDS 20
#else
#define ROUNDS 1000
#define BENCHMARK_ROUNDS 200
#endif

static const char *const reload[] = {"reload", NULL};

/* Whether whoever writes there has not ended. */
static bool is_open(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLRDHUP};
    return poll(&poll_fd, 1, 0) == 0 || (poll_fd.revents & POLLHUP) == 0;
}

/* The next command of a client that has been there from the start: none is lost. */
static void expect_count(struct container_client *client, unsigned long *count)
{
    char answer[256];
    container_command(client, answer, sizeof(answer), 2, (const char *const[]){"INCR", "x"}, NULL);
    ck_assert_msg(strtoul(answer, NULL, 10) == ++*count, "%s, not %lu", answer, *count);
}

static void rotate_under(struct container_client *client, unsigned long *count)
{
    struct container_process process = container_exec_start(&container, own_uid(), false, reload);
    do
        expect_count(client, count);
    while (is_open(process.output));
    const int code = container_exec_wait(&process, text, sizeof(text));
    ck_assert_msg(code == EX_TEMPFAIL && strstr(text, "rotated: ") != NULL, "%d: %s", code, text);
}

/* One client stays, others come with the new password and with the old one, which holds for a
 * second and is taken away by one of the next rotations. */
START_TEST(a_thousand_rotations)
{
    char password[2][SECRET_SIZE];
    unsigned long commands = 0;
    set_overlap("1");
    make_secret(OLD);
    start_unwatched();
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", OLD, NULL);
    (void)strcpy(password[1], OLD);
    for (unsigned i = 0; i < ROUNDS; i++) {
        char *next = password[i % 2];
        next_secret(next);
        swap(next);
        rotate_under(client, &commands);
        expect_password(next, "OK");
        expect_password(password[(i + 1) % 2], "OK");
        expect_password("", "WRONGPASS");
    }
    while (reload_as(own_uid()) == EX_TEMPFAIL) /* until it is over */
        expect_count(client, &commands);
    expect_password(password[(ROUNDS - 1) % 2], "OK");
    expect_password(password[ROUNDS % 2], "WRONGPASS");
    expect_password(OLD, "WRONGPASS");
    ck_assert(!container_has(&container, "redis-init/overlap"));
    printf("%lu commands in %u rotations\n", commands, ROUNDS);
    container_stop(&container, 0);
}
END_TEST

/* redis-benchmark with the password of the start: its connections stay, or each command has one of
 * its own, which logs in anew. */
struct load {
    const char *keep;
    const char *requests;
};

static const struct load loads[] = {{"1", "100000"}, {"0", "5000"}};

static struct container_process start_load(const struct load *load)
{
    static char port[16];
    (void)snprintf(port, sizeof(port), "%d", container.port);
    const char *const words[] = {"/usr/bin/redis-benchmark",
                                 "-p",
                                 port,
                                 "-a",
                                 OLD,
                                 "-c",
                                 "20",
                                 "-k",
                                 load->keep,
                                 "-n",
                                 load->requests,
                                 "-q",
                                 "incr",
                                 "load",
                                 NULL};
    return container_exec_start(&container, own_uid(), false, words);
}

static void rotate(void)
{
    char password[SECRET_SIZE];
    next_secret(password);
    swap(password);
    expect_reload(EX_TEMPFAIL, "rotated: ");
}

START_TEST(redis_benchmark_loses_no_command)
{
    char count[32];
    unsigned rotations = 0;
    unsigned long commands = 0;
    make_secret(OLD);
    start_unwatched();
    while (rotations < BENCHMARK_ROUNDS) {
        struct container_process process = start_load(&loads[_i]);
        do {
            rotate();
            rotations++;
        } while (is_open(process.output));
        const int code = container_exec_wait(&process, text, sizeof(text));
        ck_assert_msg(code == 0 && strstr(text, "rror") == NULL, "%d: %s", code, text);
        commands += strtoul(loads[_i].requests, NULL, 10);
    }
    (void)snprintf(count, sizeof(count), "%lu", commands);
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, "OK", "AUTH", OLD, NULL);
    container_expect(client, count, "GET", "load", NULL);
    printf("%lu commands of redis-benchmark in %u rotations\n", commands, rotations);
    container_stop(&container, 0);
}
END_TEST

static long long now_ms(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void await_refusal(const char *password)
{
    char answer[256];
    do {
        struct container_client *client = container_connect(&container, "127.0.0.1");
        container_command(client, answer, sizeof(answer), 2,
                          (const char *const[]){"AUTH", password}, NULL);
        container_disconnect(client);
    } while (strcmp(answer, "OK") == 0);
    ck_assert_msg(strncmp(answer, "WRONGPASS", 9) == 0, "%s", answer);
}

/* For the overlap, and not one second longer than the poll. */
START_TEST(the_old_one_goes_in_time)
{
    make_secret(OLD);
    set_overlap("2");
    container_setenv(&container, "REDIS_INIT_POLL=1");
    start();
    const long long before = now_ms();
    swap(NEW);
    await("rotated: new password of default, the old one holds until ");
    const long long rotated = now_ms();
    await_refusal(OLD);
    const long long refused = now_ms();
    ck_assert_int_ge(refused - before, 2000);
    ck_assert_int_lt(refused - rotated, 2000 + 1000 + 1000);
    printf("refused after %lld ms\n", refused - rotated);
    expect_password(NEW, "OK");
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rotation load");
    tcase_add_checked_fixture(tests, rotation_setup, rotation_teardown);
    tcase_add_test(tests, a_thousand_rotations);
    tcase_add_loop_test(tests, redis_benchmark_loses_no_command, 0,
                        sizeof(loads) / sizeof(loads[0]));
    tcase_add_test(tests, the_old_one_goes_in_time);
    return container_main(tests);
}
