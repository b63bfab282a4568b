// SPDX-License-Identifier: Apache-2.0
/* What was said already, and what is new. */
#include "audit_state.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "secret.h"
#include "unit.h"

static struct audit_state state;
static struct audit_log entries;
static long long fresh[AUDIT_ENTRIES_MAX];

static void setup(void)
{
    struct failure failure;
    ck_assert(secret_memory_init(&failure));
    memset(&state, 0, sizeof(state));
    entries.count = 0;
}

/* Behind those that are there: an older one. */
static void add(long long id, const char *user, long long count)
{
    struct audit_entry *entry = &entries.entries[entries.count++];
    *entry = (struct audit_entry){.id = id, .count = count};
    audit_text_take(&entry->user, user, strlen(user));
}

static void count(void)
{
    audit_state_count(&state, &entries, fresh);
}

START_TEST(by_id)
{
    add(2, "b", 1);
    add(1, "a", 3);
    count();
    ck_assert_int_eq(fresh[0], 1);
    ck_assert_int_eq(fresh[1], 3);
    count();
    ck_assert_int_eq(fresh[0], 0);
    ck_assert_int_eq(fresh[1], 0);
    entries.count = 0;
    add(1, "a", 5); /* it happened again, and is the newest */
    add(3, "a", 1); /* of the same user, after the minute that the server groups by */
    add(2, "b", 1);
    count();
    ck_assert_int_eq(fresh[0], 2);
    ck_assert_int_eq(fresh[1], 1);
    ck_assert_int_eq(fresh[2], 0);
}
END_TEST

START_TEST(without_ids)
{
    add(-1, "a", 3);
    count();
    ck_assert_int_eq(fresh[0], 3);
    entries.count = 0;
    add(-1, "a", 1); /* a further one of the same, and the old one */
    add(-1, "a", 3);
    count();
    ck_assert_int_eq(fresh[0], 1);
    ck_assert_int_eq(fresh[1], 0);
    count();
    ck_assert_int_eq(fresh[0] + fresh[1], 0);
    entries.count = 0;
    add(-1, "a", 4);
    add(-1, "a", 3);
    count();
    ck_assert_int_eq(fresh[0] + fresh[1], 3);
    entries.count = 0; /* ACL LOG RESET, and one more */
    add(-1, "a", 1);
    count();
    ck_assert_int_eq(fresh[0], 1);
}
END_TEST

START_TEST(a_count_that_is_missing_is_none)
{
    add(1, "a", -1);
    count();
    ck_assert_int_eq(fresh[0], 0);
}
END_TEST

/* What ten entries do not show is the rest of the counter. */
START_TEST(the_rest_of_a_flood)
{
    struct audit_counter counter = {0, 0};
    audit_counter_see(&counter, 300);
    counter.told += 10;
    ck_assert_int_eq(audit_counter_rest(&counter), 290);
    ck_assert_int_eq(audit_counter_rest(&counter), 0);
    counter.told += 2; /* which happened after the counter was read */
    ck_assert_int_eq(audit_counter_rest(&counter), 0);
    audit_counter_see(&counter, 305);
    ck_assert_int_eq(audit_counter_rest(&counter), 3);
    audit_counter_see(&counter, 4); /* CONFIG RESETSTAT */
    ck_assert_int_eq(audit_counter_rest(&counter), 4);
    counter.told += 2; /* which this counter never has */
    audit_counter_see(&counter, 4);
    audit_counter_see(&counter, 5);
    ck_assert_int_eq(audit_counter_rest(&counter), 1);
}
END_TEST

static bool read_state(const char *run_id)
{
    struct failure failure;
    return audit_state_read(&state, unit_folder(), getuid(), run_id, &failure);
}

START_TEST(it_is_kept_for_one_life_of_the_server)
{
    struct failure failure;
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/audit", unit_folder());
    (void)unlink(path);
    ck_assert(read_state("one"));
    ck_assert_str_eq(state.run_id, "");
    (void)strcpy(state.run_id, "one");
    state.refused.told = 7;
    add(1, "a", 1);
    count();
    ck_assert(audit_state_write(&state, unit_folder(), &failure));
    ck_assert(read_state("one"));
    ck_assert_int_eq(state.refused.told, 7);
    count();
    ck_assert_int_eq(fresh[0], 0);
    ck_assert(read_state("two"));
    ck_assert_int_eq(state.refused.told, 0);
    ck_assert_uint_eq(state.known_count, 0);
    unit_write(path, "short", 5, 0600);
    ck_assert(read_state("one"));
    ck_assert_str_eq(state.run_id, "");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("audit state");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, by_id);
    tcase_add_test(tests, without_ids);
    tcase_add_test(tests, a_count_that_is_missing_is_none);
    tcase_add_test(tests, the_rest_of_a_flood);
    tcase_add_test(tests, it_is_kept_for_one_life_of_the_server);
    return unit_main("audit state", tests);
}
