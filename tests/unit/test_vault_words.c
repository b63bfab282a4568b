// SPDX-License-Identifier: Apache-2.0

/* What is read of an option's value, and what is computed of numbers: durations, URLs, retries. */

#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "vault_duration.h"
#include "vault_memory.h"
#include "vault_retry.h"
#include "vault_url.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct failure failure;

static void begin(void)
{
    failure = (struct failure){0};
    ck_assert(vault_memory_init(&failure));
}

struct duration {
    const char *text;
    int64_t ms; /* -1: wrong */
};

static const struct duration durations[] = {
    {"1s", 1000},
    {"30s", 30000},
    {"5m", 300000},
    {"1h", 3600000},
    {"672h", 2419200000},
    {"0900s", 900000},
    {"", -1},
    {"s", -1},
    {"5", -1},
    {"0s", -1},
    {"-1s", -1},
    {"+1s", -1},
    {" 1s", -1},
    {"1s ", -1},
    {"1 s", -1},
    {"1.5m", -1},
    {"1d", -1},
    {"1ms", -1},
    {"1S", -1},
    {"5m30s", -1},
    {"673h", -1},
    {"2419201s", -1},
    {"99999999999999999999999999s", -1},
};

START_TEST(a_duration)
{
    int64_t ms = -1;
    ck_assert_msg(duration_read(durations[_i].text, &ms) == (durations[_i].ms >= 0), "%s",
                  durations[_i].text);
    ck_assert_int_eq(ms, durations[_i].ms);
}
END_TEST

struct address {
    const char *value;
    const char *url; /* NULL: refused */
    bool is_loopback;
};

static const struct address addresses[] = {
    {"https://vault", "https://vault", false},
    {"https://vault:8200/", "https://vault:8200", false},
    {"https://vault:8200/proxy/vault//", "https://vault:8200/proxy/vault", false},
    {"https://10.0.0.1", "https://10.0.0.1", false},
    {"https://[fd00::1]:6443", "https://[fd00::1]:6443", false},
    {"https://127.0.0.1:1", "https://127.0.0.1:1", true},
    {"http://127.0.0.1:8200", "http://127.0.0.1:8200", true},
    {"http://127.8.9.1", "http://127.8.9.1", true},
    {"http://localhost:8200", "http://localhost:8200", true},
    {"http://LOCALHOST", "http://LOCALHOST", true},
    {"http://[::1]:8200", "http://[::1]:8200", true},
    {"http://vault:8200", NULL, false},
    {"http://10.0.0.1", NULL, false},
    {"http://128.0.0.1", NULL, false},
    {"http://[::2]", NULL, false},
    {"http://localhost.example", NULL, false},
    {"http://127.0.0.1.example", NULL, false},
    {"http://127.0.0.1@evil.example", NULL, false},
    {"https://user@vault", NULL, false},
    {"https://user:b8f0c14e@vault", NULL, false},
    {"https://vault?x=1", NULL, false},
    {"https://vault/#x", NULL, false},
    {"vault:8200", NULL, false},
    {"//vault", NULL, false},
    {"", NULL, false},
    {"https://", NULL, false},
    {"https://vault:99999", NULL, false},
    {"ftp://127.0.0.1", NULL, false},
    {"file:///etc/passwd", NULL, false},
    {"unix:///run/vault", NULL, false},
    {"https://va ult", NULL, false},
};

START_TEST(the_address_of_a_service)
{
    const struct address *address = &addresses[_i];
    char url[URL_SIZE] = "";
    const bool ok = url_check(url, "--vault-addr", address->value, &failure);
    ck_assert_msg(ok == (address->url != NULL), "%s: %s", address->value, failure.text);
    if (ok)
        ck_assert_str_eq(url, address->url);
    else
        ck_assert_int_eq(failure.exit_code, EX_CONFIG);
    if (ok)
        ck_assert_int_eq(url_is_loopback(url), address->is_loopback);
    ck_assert_ptr_null(strstr(failure.text, "b8f0c14e"));
}
END_TEST

START_TEST(an_address_has_an_end)
{
    char value[2 * URL_SIZE];
    char url[URL_SIZE];
    memset(value, 'a', sizeof(value));
    memcpy(value, "https://", 8);
    value[URL_SIZE - 1] = '\0';
    ck_assert(url_check(url, "--vault-addr", value, &failure));
    ck_assert_str_eq(url, value);
    value[URL_SIZE - 1] = 'a';
    value[URL_SIZE] = '\0';
    ck_assert(!url_check(url, "--vault-addr", value, &failure));
}
END_TEST

struct renamed {
    const char *from, *host, *url, *connect;
};

static const struct renamed renames[] = {
    {"https://10.0.0.1:8200", "vault.example", "https://vault.example:8200",
     "vault.example:8200:10.0.0.1:8200"},
    {"https://10.0.0.1", "vault.example", "https://vault.example",
     "vault.example:443:10.0.0.1:443"},
    {"https://[fd00::1]:8200/p", "v", "https://v:8200/p", "v:8200:[fd00::1]:8200"},
    {"https://10.0.0.1", "a b", NULL, NULL},
    {"https://10.0.0.1", "a/b", NULL, NULL},
};

START_TEST(another_name_of_the_certificate)
{
    const struct renamed *renamed = &renames[_i];
    char url[URL_SIZE];
    char connect[2 * URL_SIZE];
    const bool ok = url_with_host(url, connect, renamed->from, renamed->host, &failure);
    ck_assert_msg(ok == (renamed->url != NULL), "%s", renamed->host);
    if (!ok) {
        ck_assert_int_eq(failure.exit_code, EX_CONFIG);
        return;
    }
    ck_assert_str_eq(url, renamed->url);
    ck_assert_str_eq(connect, renamed->connect);
}
END_TEST

/* Of a redirect: what may be told, and not what stands behind it. */
START_TEST(the_origin_of_a_url)
{
    char origin[URL_SIZE];
    url_origin(origin, "https://other.example/v1/x?token=b8f0c14e");
    ck_assert_str_eq(origin, "https://other.example:443");
    url_origin(origin, "http://me:secret@other.example:80/");
    ck_assert_str_eq(origin, "http://other.example:80");
    url_origin(origin, "nonsense://");
    ck_assert_str_eq(origin, "");
}
END_TEST

START_TEST(a_path_is_encoded)
{
    char url[URL_PATH_SIZE] = "/v1";
    ck_assert(url_path_is_right("a/b c/\xc3\xa9?#%&+..x"));
    url_path_append(url, "a/b c/\xc3\xa9?#%&+..x");
    ck_assert_str_eq(url, "/v1/a/b%20c/%C3%A9%3F%23%25%26%2B..x");
}
END_TEST

START_TEST(a_path_leads_nowhere_else)
{
    static const char *const wrong[] = {"",   "/",   "/a",   "a/",   "a//b", ".",
                                        "..", "./a", "../a", "a/..", "a/.",  "a/../b"};
    static const char *const right[] = {"a", "a/b", "...", ".a", "a..", "..a/b.", "-"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(!url_path_is_right(wrong[i]), "%s", wrong[i]);
    for (size_t i = 0; i < COUNT(right); i++)
        ck_assert_msg(url_path_is_right(right[i]), "%s", right[i]);
}
END_TEST

/* Whatever is appended, the buffer ends. */
START_TEST(a_path_has_an_end)
{
    static char url[URL_PATH_SIZE];
    static char path[2 * URL_PATH_SIZE];
    memset(path, ' ', sizeof(path) - 1);
    url_path_append(url, path);
    ck_assert_uint_lt(strlen(url), sizeof(url));
    ck_assert_uint_gt(strlen(url), sizeof(url) - 5);
}
END_TEST

START_TEST(delays_double_up_to_a_cap)
{
    static const int64_t most[] = {250, 500, 1000, 2000, 4000, 8000, 8000, 8000};
    for (unsigned i = 0; i < COUNT(most); i++) {
        ck_assert_int_eq(retry_delay(i + 1, 0, 0), 0);
        ck_assert_int_eq(retry_delay(i + 1, UINT32_MAX, 0), most[i] - 1);
        ck_assert_int_eq(retry_delay(i + 1, UINT32_MAX / 2 + 1, 0), most[i] / 2);
    }
    ck_assert_int_eq(retry_delay(UINT32_MAX, UINT32_MAX, 0), 7999);
}
END_TEST

/* Nobody comes before the server has asked for, and not all at once then. */
START_TEST(the_server_sets_the_least)
{
    ck_assert_int_eq(retry_delay(1, 0, 3000), 3000);
    ck_assert_int_eq(retry_delay(2, UINT32_MAX, 3000), 3499);
}
END_TEST

START_TEST(what_is_worth_another_try)
{
    static const long useful[] = {412, 429, 472, 473, 500, 502, 503, 504, 599};
    static const long useless[] = {200, 204, 301, 307, 400, 401, 403, 404, 405, 409, 415, 422, 600};
    for (size_t i = 0; i < COUNT(useful); i++)
        ck_assert_msg(retry_is_useful(useful[i]), "%ld", useful[i]);
    for (size_t i = 0; i < COUNT(useless); i++)
        ck_assert_msg(!retry_is_useful(useless[i]), "%ld", useless[i]);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault words");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_loop_test(tests, a_duration, 0, COUNT(durations));
    tcase_add_loop_test(tests, the_address_of_a_service, 0, COUNT(addresses));
    tcase_add_test(tests, an_address_has_an_end);
    tcase_add_loop_test(tests, another_name_of_the_certificate, 0, COUNT(renames));
    tcase_add_test(tests, the_origin_of_a_url);
    tcase_add_test(tests, a_path_is_encoded);
    tcase_add_test(tests, a_path_leads_nowhere_else);
    tcase_add_test(tests, a_path_has_an_end);
    tcase_add_test(tests, delays_double_up_to_a_cap);
    tcase_add_test(tests, the_server_sets_the_least);
    tcase_add_test(tests, what_is_worth_another_try);
    return unit_main("vault words", tests);
}
