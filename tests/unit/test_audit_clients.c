// SPDX-License-Identifier: Apache-2.0
/* Who is new in CLIENT LIST. */
#include "audit_clients.h"

#include <string.h>

#include "secret.h"
#include "unit.h"

static struct audit_clients clients;

static void setup(void)
{
    struct failure failure;
    ck_assert(secret_memory_init(&failure));
    memset(&clients, 0, sizeof(clients));
}

static bool take(const char *line)
{
    struct audit_client client;
    audit_client_parse(&client, line, strlen(line));
    return audit_clients_take(&clients, &client);
}

START_TEST(one_is_new_once)
{
    ck_assert(take("id=3 cmd=auth user=app"));
    audit_clients_end(&clients);
    ck_assert(!take("id=3 cmd=get user=app"));
    ck_assert(take("id=4 cmd=get user=app"));
    audit_clients_end(&clients);
    ck_assert_int_eq(clients.highest, 4);
}
END_TEST

START_TEST(another_user_is_new)
{
    ck_assert(take("id=3 cmd=auth user=app"));
    audit_clients_end(&clients);
    ck_assert(take("id=3 cmd=auth user=operator"));
}
END_TEST

START_TEST(one_without_a_command_is_looked_at_again)
{
    ck_assert(!take("id=3 cmd=NULL user=default"));
    audit_clients_end(&clients);
    ck_assert(take("id=3 cmd=get user=default"));
}
END_TEST

START_TEST(one_without_an_id_or_a_user_is_none)
{
    ck_assert(!take("cmd=get user=app"));
    ck_assert(!take("id=3 cmd=get"));
    ck_assert(!take(""));
}
END_TEST

/* By a process that was killed. */
START_TEST(those_before_were_said)
{
    clients.highest = 5;
    ck_assert(!take("id=5 cmd=get user=app"));
    ck_assert(take("id=6 cmd=get user=app"));
    audit_clients_end(&clients);
    ck_assert(!take("id=5 cmd=get user=app"));
    ck_assert(take("id=5 cmd=get user=operator"));
}
END_TEST

START_TEST(there_is_an_end_to_them)
{
    struct audit_client client;
    audit_client_parse(&client, "id=1 cmd=get user=a", 19);
    for (int i = 0; i < AUDIT_CLIENTS_MAX; i++) {
        client.id = i;
        (void)audit_clients_take(&clients, &client);
    }
    client.id = AUDIT_CLIENTS_MAX;
    ck_assert(!audit_clients_take(&clients, &client));
    audit_clients_end(&clients);
    ck_assert_uint_eq(clients.before_count, AUDIT_CLIENTS_MAX);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("audit clients");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, one_is_new_once);
    tcase_add_test(tests, another_user_is_new);
    tcase_add_test(tests, one_without_a_command_is_looked_at_again);
    tcase_add_test(tests, one_without_an_id_or_a_user_is_none);
    tcase_add_test(tests, those_before_were_said);
    tcase_add_test(tests, there_is_an_end_to_them);
    return unit_main("audit clients", tests);
}
