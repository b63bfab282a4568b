// SPDX-License-Identifier: Apache-2.0

/* Every byte of a password survives: 300 random ones by the environment and 300 by a file, each
 * used over RESP. */

#include <check.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "sandbox.h"

#define PASSWORDS 300
#define LENGTH_MAX 512

static struct container container;

static void setup(void)
{
    container_init(&container);
    container_setenv(&container, "REDIS_INIT_MIN_LENGTH=0");
    container_setenv(&container, "REDIS_INIT_MIN_ENTROPY=0");
}

static void teardown(void)
{
    container_free(&container);
}

/* Any byte but NUL, LF and CR, which are refused; the number is the seed, so a failure can be had
 * again. */
static size_t make_password(char *password, int number)
{
    unsigned char seed[randombytes_SEEDBYTES] = {(unsigned char)number,
                                                 (unsigned char)(number >> 8)};
    unsigned char random[LENGTH_MAX + 1];
    randombytes_buf_deterministic(random, sizeof(random), seed);
    size_t length = 20 + (size_t)random[LENGTH_MAX] % (number % 10 == 0 ? LENGTH_MAX - 20 : 60);
    for (size_t i = 0; i < length; i++)
        password[i] =
            (char)(random[i] == '\0' || random[i] == '\n' || random[i] == '\r' ? '"' : random[i]);
    password[length] = '\0';
    return length;
}

static void expect_authenticated(const char *password, size_t length)
{
    char answer[256];
    container_start(&container);
    ck_assert_msg(container_await_line(&container, CONTAINER_READY), "no start:\n%s",
                  container.log);
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_command(client, answer, sizeof(answer), 2, (const char *const[]){"AUTH", password},
                      (const size_t[]){4, length});
    ck_assert_str_eq(answer, "OK");
    container_disconnect(client);
    ck_assert_int_eq(kill(container.pid, SIGKILL), 0);
    (void)container_wait(&container);
}

START_TEST(by_environment)
{
    char password[LENGTH_MAX + 1];
    char variable[LENGTH_MAX + 32];
    size_t length = make_password(password, _i);
    (void)snprintf(variable, sizeof(variable), "REDIS_PASSWORD=%s", password);
    container_setenv(&container, variable);
    expect_authenticated(password, length);
}
END_TEST

START_TEST(by_file)
{
    char password[LENGTH_MAX + 1];
    size_t length = make_password(password, PASSWORDS + _i);
    container_write(&container, "pw", password, length, 0400);
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/pw");
    expect_authenticated(password, length);
}
END_TEST

/* What bit the peers: shell, sed and YAML characters, and injection into redis.conf. */
static const char *const hard[] = {
    "it's-a-quote-3f2c91d07ab84e56",   "say\"hello\"-3f2c91d07ab84e56",
    "with space 3f2c91d07ab84e56",     "hash # comment 3f2c91d07ab84e56",
    "100%d%s%n-3f2c91d07ab84e56",      "a&b\\c?d@e$f^g!h-3f2c91d07ab84",
    "x\"\\nport 0 3f2c91d07ab84e56b1", "\\x41\\x42-3f2c91d07ab84e56b1",
    "${HOMEX}-3f2c91d07ab84e56b1c0",   "--3f2c91d07ab84e56b1c0d9e8f7a6",
    "\t tab and blank 3f2c91d07ab8 ",
};

START_TEST(hard_ones)
{
    char variable[128];
    (void)snprintf(variable, sizeof(variable), "REDIS_PASSWORD=%s", hard[_i]);
    container_setenv(&container, variable);
    expect_authenticated(hard[_i], strlen(hard[_i]));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("passwords");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, by_environment, 0, PASSWORDS);
    tcase_add_loop_test(tests, by_file, 0, PASSWORDS);
    tcase_add_loop_test(tests, hard_ones, 0, (int)(sizeof(hard) / sizeof(hard[0])));
    return container_main(tests);
}
