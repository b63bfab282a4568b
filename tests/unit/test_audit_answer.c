// SPDX-License-Identifier: Apache-2.0
/* What the server says of ACL LOG, CLIENT LIST and INFO. */
#include "audit_answer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_info.h"
#include "secret.h"
#include "unit.h"

#define CLIENT                                                                                     \
    "id=7 addr=10.0.0.9:5000 laddr=10.0.0.1:6379 fd=8 name=x age=0 cmd=get user=app redir=-1"

static struct audit_reader *reader;
static struct audit_log entries;
static struct audit_error error;
static const struct audit_want want_log = {&entries, NULL, NULL};

static void begin(void)
{
    struct failure failure;
    ck_assert(secret_memory_init(&failure));
    reader = audit_reader_new();
    ck_assert_ptr_nonnull(reader);
    entries.count = 0;
    error = (struct audit_error){.is_error = false};
}

static void end(void)
{
    audit_reader_free(reader);
}

static enum answer_state read_log(const char *bytes)
{
    ck_assert(audit_reader_feed(reader, bytes, strlen(bytes)));
    return audit_reader_next(reader, &want_log, &error);
}

static void expect_text(const struct audit_text *text, const char *expected)
{
    ck_assert_uint_eq(text->whole, strlen(expected));
    ck_assert_mem_eq(text->bytes, expected, text->length);
}

static char *bulk(char *out, const char *text)
{
    return out + sprintf(out, "$%zu\r\n%s\r\n", strlen(text), text);
}

/* As Redis 7.2 and later say it; an older one leaves out what has ids. */
static char *put_entry(char *out, long long count, bool ids)
{
    out += sprintf(out, "*%d\r\n", ids ? 20 : 14);
    out = bulk(out, "count");
    out += sprintf(out, ":%lld\r\n", count);
    const char *const words[] = {"reason", "key",      "context", "toplevel",    "object",
                                 "k\n1",   "username", "app",     "age-seconds", "1.5"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        out = bulk(out, words[i]);
    out = bulk(out, "client-info");
    out = bulk(out, CLIENT);
    if (!ids)
        return out;
    out = bulk(out, "entry-id");
    out += sprintf(out, ":4\r\n");
    out = bulk(out, "timestamp-created");
    out += sprintf(out, ":1700000000001\r\n");
    out = bulk(out, "timestamp-last-updated");
    return out + sprintf(out, ":1700000000123\r\n");
}

START_TEST(an_entry)
{
    char bytes[4096];
    char *out = bytes + sprintf(bytes, "*2\r\n");
    out = put_entry(out, 3, true);
    (void)put_entry(out, 2, false);
    ck_assert_int_eq(read_log(bytes), ANSWER_WHOLE);
    ck_assert(!error.is_error);
    ck_assert_uint_eq(entries.count, 2);
    const struct audit_entry *entry = &entries.entries[0];
    expect_text(&entry->reason, "key");
    expect_text(&entry->context, "toplevel");
    expect_text(&entry->object, "k\n1");
    expect_text(&entry->user, "app");
    expect_text(&entry->client.address, "10.0.0.9:5000");
    expect_text(&entry->client.command, "get");
    expect_text(&entry->client.user, "app");
    ck_assert_int_eq(entry->client.id, 7);
    ck_assert_int_eq(entry->count, 3);
    ck_assert_int_eq(entry->id, 4);
    ck_assert_int_eq(entry->updated, 1700000000123);
    ck_assert_int_eq(entries.entries[1].id, -1);
    ck_assert_int_eq(entries.entries[1].updated, -1);
    ck_assert(entries.entries[1].age > 1.4 && entries.entries[1].age < 1.6);
}
END_TEST

START_TEST(it_comes_byte_by_byte)
{
    char bytes[4096];
    char *out = put_entry(bytes + sprintf(bytes, "*1\r\n"), 3, true);
    for (const char *p = bytes; p < out; p++) {
        ck_assert(audit_reader_feed(reader, p, 1));
        ck_assert_int_eq(audit_reader_next(reader, &want_log, &error),
                         p + 1 < out ? ANSWER_INCOMPLETE : ANSWER_WHOLE);
    }
    expect_text(&entries.entries[0].object, "k\n1");
}
END_TEST

struct odd {
    const char *bytes;
    enum answer_state state;
    size_t count;
};

static const struct odd odds[] = {
    {"*0\r\n", ANSWER_WHOLE, 0},
    {"*-1\r\n", ANSWER_WHOLE, 0},
    {"$-1\r\n", ANSWER_WHOLE, 0},
    {":3\r\n", ANSWER_WHOLE, 0},
    {"+OK\r\n", ANSWER_WHOLE, 0},
    {"*1\r\n*0\r\n", ANSWER_WHOLE, 0},
    {"*1\r\n$5\r\ncount\r\n", ANSWER_WHOLE, 0},
    {"*1\r\n*1\r\n$5\r\ncount\r\n", ANSWER_WHOLE, 1},
    {"*1\r\n*2\r\n:1\r\n:2\r\n", ANSWER_WHOLE, 1},
    {"*1\r\n*2\r\n$5\r\ncount\r\n$1\r\n7\r\n", ANSWER_WHOLE, 1}, /* no number */
    {"*1\r\n*2\r\n$6\r\nreason\r\n:7\r\n", ANSWER_WHOLE, 1},     /* no text */
    {"*1\r\n*2\r\n$5\r\ncount\r\n:-7\r\n", ANSWER_WHOLE, 1},
    {"*1\r\n*2\r\n$5\r\ncount\r\n*1\r\n:7\r\n", ANSWER_WHOLE, 1}, /* too deep */
    {"*12\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n"
     "*2\r\n$5\r\ncount\r\n:1\r\n",
     ANSWER_WHOLE, 0}, /* more than were asked for */
    {"x", ANSWER_BAD, 0},
    {"*1\r\n*2\r\n?", ANSWER_BAD, 0},
};

START_TEST(what_is_odd_is_left_out)
{
    ck_assert_int_eq(read_log(odds[_i].bytes), odds[_i].state);
    ck_assert_uint_eq(entries.count, odds[_i].count);
    for (size_t i = 0; i < entries.count; i++) {
        ck_assert_int_eq(entries.entries[i].count, -1);
        ck_assert_uint_eq(entries.entries[i].reason.whole, 0);
    }
}
END_TEST

START_TEST(an_error_is_told)
{
    ck_assert_int_eq(read_log("-NOPERM this user has no permissions to run the 'acl|log' command, "
                              "and more than fits\r\n"),
                     ANSWER_WHOLE);
    ck_assert(error.is_error);
    ck_assert_str_eq(error.text, "NOPERM this user has no permissions to run the 'acl|log' comman");
    ck_assert_uint_eq(entries.count, 0);
}
END_TEST

START_TEST(there_is_an_end_to_an_answer)
{
    static char bytes[65536];
    char head[32];
    memset(bytes, 'x', sizeof(bytes));
    (void)sprintf(head, "$%d\r\n", 2 * AUDIT_ANSWER_MAX);
    ck_assert(audit_reader_feed(reader, head, strlen(head)));
    size_t fed = strlen(head);
    while (audit_reader_feed(reader, bytes, sizeof(bytes))) {
        fed += sizeof(bytes);
        ck_assert_int_eq(audit_reader_next(reader, &want_log, &error), ANSWER_INCOMPLETE);
        ck_assert_uint_le(fed, AUDIT_ANSWER_MAX);
    }
}
END_TEST

/* But not to all together. */
START_TEST(a_long_life_has_many_answers)
{
    static char bytes[32768];
    char *out = bytes + sprintf(bytes, "$%d\r\n", 30000);
    memset(out, 'x', 30000);
    memcpy(out + 30000, "\r\n", 3);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(read_log(bytes), ANSWER_WHOLE);
}
END_TEST

START_TEST(long_texts_are_cut)
{
    char text[1000];
    struct audit_text taken;
    struct audit_text other;
    memset(text, 'x', sizeof(text));
    audit_text_take(&taken, text, sizeof(text));
    ck_assert_uint_eq(taken.length, AUDIT_TEXT_MAX);
    ck_assert_uint_eq(taken.whole, sizeof(text));
    text[999] = 'y';
    audit_text_take(&other, text, sizeof(text));
    ck_assert_mem_eq(taken.bytes, other.bytes, AUDIT_TEXT_MAX);
    ck_assert_mem_ne(taken.hash, other.hash, AUDIT_HASH_SIZE);
}
END_TEST

START_TEST(a_client_without_all_of_it)
{
    struct audit_client client;
    audit_client_parse(&client, "", 0);
    ck_assert_int_eq(client.id, -1);
    ck_assert_uint_eq(client.address.whole, 0);
    audit_client_parse(&client, "id=x  addr= =y cmd user=a", 25);
    ck_assert_int_eq(client.id, -1);
    expect_text(&client.address, "");
    expect_text(&client.user, "a");
    audit_client_parse(&client, "id=99999999999999999999", 23);
    ck_assert_int_eq(client.id, -1);
}
END_TEST

static struct audit_info info_of(const char *text)
{
    struct audit_info info = {.pid = 0};
    audit_info_take(text, strlen(text), &info);
    return info;
}

START_TEST(counters_of_the_server)
{
    const struct audit_info info = info_of("# Stats\r\nacl_access_denied_auth:5\r\n"
                                           "acl_access_denied_cmd:1\r\nacl_access_denied_key:2\r\n"
                                           "acl_access_denied_channel:3\r\nconnected_clients:9\r\n"
                                           "errorstat_WRONGPASS:count=99\r\nrun_id:abc\r\n"
                                           "redis_version:7.2.4\r\nvalkey_version:9.1.2\r\n"
                                           "process_id:17\r\n");
    ck_assert(info.has_counters);
    ck_assert_int_eq(info.refused, 5);
    ck_assert_int_eq(info.denied, 6);
    ck_assert_int_eq(info.clients, 9);
    ck_assert_int_eq(info.pid, 17);
    ck_assert_str_eq(info.run_id, "abc");
    ck_assert_str_eq(info.version, "9.1.2");
}
END_TEST

START_TEST(counters_of_an_older_one)
{
    const struct audit_info info =
        info_of("errorstat_WRONGPASS:count=4\r\nerrorstat_NOPERM:count=2\r\n"
                "cmdstat_auth:calls=9,usec=1,usec_per_call=0.1,rejected_calls=0,failed_calls=4\r\n"
                "cmdstat_hello:calls=2,usec=1\r\n");
    ck_assert(!info.has_counters);
    ck_assert_int_eq(info.refused, 4);
    ck_assert_int_eq(info.denied, 2);
    ck_assert_int_eq(audit_info_accepted(&info), 7);
}
END_TEST

/* Redis 7.2.6 counts fewer failed calls than it refuses to who does not read the answers. */
START_TEST(what_was_refused_has_not_succeeded)
{
    const struct audit_info info = info_of("acl_access_denied_auth:300\n"
                                           "cmdstat_auth:calls=301,failed_calls=196");
    ck_assert_int_eq(audit_info_accepted(&info), 1);
    const struct audit_info none = info_of("acl_access_denied_auth:9\ncmdstat_auth:calls=1");
    ck_assert_int_eq(audit_info_accepted(&none), 0);
}
END_TEST

START_TEST(counters_that_no_server_has)
{
    static const char line[] = "acl_access_denied_cmd:999999999999999999\n";
    struct audit_info info = {.pid = 0};
    for (int i = 0; i < 20; i++)
        audit_info_take(line, strlen(line), &info);
    ck_assert_int_eq(info.denied, LLONG_MAX);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("audit answer");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, an_entry);
    tcase_add_test(tests, it_comes_byte_by_byte);
    tcase_add_loop_test(tests, what_is_odd_is_left_out, 0, sizeof(odds) / sizeof(odds[0]));
    tcase_add_test(tests, an_error_is_told);
    tcase_add_test(tests, there_is_an_end_to_an_answer);
    tcase_add_test(tests, a_long_life_has_many_answers);
    tcase_add_test(tests, long_texts_are_cut);
    tcase_add_test(tests, a_client_without_all_of_it);
    tcase_add_test(tests, counters_of_the_server);
    tcase_add_test(tests, counters_of_an_older_one);
    tcase_add_test(tests, what_was_refused_has_not_succeeded);
    tcase_add_test(tests, counters_that_no_server_has);
    return unit_main("audit answer", tests);
}
