// SPDX-License-Identifier: Apache-2.0
#include "ping_verdict.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define SECRET "correct-horse"

struct said {
    enum ping_question question;
    enum answer_kind kind;
    const char *text;
    enum ping_result result;
    const char *reason;
};

static const struct said answers[] = {
    {PING_AUTH, ANSWER_STATUS, "OK", PING_NEXT, ""},
    {PING_AUTH, ANSWER_STATUS, "PONG", PING_DEAD, "something else"},
    {PING_AUTH, ANSWER_TEXT, "OK", PING_DEAD, "something else"},
    {PING_AUTH, ANSWER_ERROR, "OK", PING_DEAD, "an error, OK"},
    {PING_AUTH, ANSWER_ERROR, "LOADING x", PING_DEAD, "an error, LOADING"},
    {PING_AUTH, ANSWER_ERROR, "NOPERM x", PING_DEAD, "an error, NOPERM"},
    {PING_AUTH, ANSWER_ERROR, "WRONGPASS x", PING_DEAD, "WRONGPASS"},
    {PING_AUTH, ANSWER_ERROR, "ERR invalid password", PING_DEAD, "not the one"},
    {PING_AUTH, ANSWER_ERROR, "ERR max number of clients reached", PING_ALIVE, "maxclients"},
    {PING_AUTH, ANSWER_ERROR, "ERR max number of clients + cluster connections reached", PING_ALIVE,
     "maxclients"},
    {PING_PING, ANSWER_STATUS, "PONG", PING_NEXT, "PONG"},
    {PING_PING, ANSWER_STATUS, "PONGS", PING_DEAD, "something else"},
    {PING_PING, ANSWER_OTHER, "", PING_DEAD, "something else"},
    {PING_PING, ANSWER_ERROR, "", PING_DEAD, "an error"},
    {PING_PING, ANSWER_ERROR, "LOADING", PING_ALIVE, "LOADING"},
    {PING_PING, ANSWER_ERROR, "LOADINGS x", PING_DEAD, "an error, LOADINGS"},
    {PING_PING, ANSWER_ERROR, "MASTERDOWN x", PING_ALIVE, "MASTERDOWN"},
    {PING_PING, ANSWER_ERROR, "BUSY x", PING_ALIVE, "BUSY"},
    {PING_PING, ANSWER_ERROR, "BUSYGROUP x", PING_DEAD, "an error, BUSYGROUP"},
    {PING_PING, ANSWER_ERROR, "MISCONF x", PING_ALIVE, "MISCONF"},
    {PING_PING, ANSWER_ERROR, "NOPERM x", PING_ALIVE, "NOPERM"},
    {PING_PING, ANSWER_ERROR, "NOAUTH x", PING_DEAD, "NOAUTH"},
    {PING_PING, ANSWER_ERROR, "loading x", PING_DEAD, "an error"},
    {PING_REPLICATION, ANSWER_TEXT, "# Replication\r\nrole:master\r\n", PING_READY, "a primary"},
    {PING_REPLICATION, ANSWER_TEXT, "role:master", PING_ALIVE, "does not say"},
    {PING_REPLICATION, ANSWER_TEXT, "xrole:master\r\n", PING_ALIVE, "does not say"},
    {PING_REPLICATION, ANSWER_TEXT, "role:slave\r\nmaster_link_status:up\r\n", PING_READY, "is up"},
    {PING_REPLICATION, ANSWER_TEXT, "role:slave\r\nmaster_link_status:down\r\n", PING_ALIVE,
     "is down"},
    {PING_REPLICATION, ANSWER_TEXT, "role:slave\r\nmaster_link_status:upward\r\n", PING_ALIVE,
     "does not say"},
    {PING_REPLICATION, ANSWER_ERROR, "NOPERM x", PING_ALIVE, "NOPERM"},
    {PING_REPLICATION, ANSWER_STATUS, "role:master\r\n", PING_DEAD, "something else"},
};

START_TEST(an_answer_is_judged)
{
    static struct server_answer answer;
    const struct said *said = &answers[_i];
    answer.kind = said->kind;
    answer.length = strlen(said->text);
    (void)snprintf(answer.text, sizeof(answer.text), "%s", said->text);
    const struct ping_verdict verdict = ping_verdict_of(said->question, &answer);
    ck_assert_int_eq(verdict.result, said->result);
    ck_assert_msg(strstr(verdict.text, said->reason) != NULL, "%s", verdict.text);
}
END_TEST

/* Redis 7 repeats the arguments of a command that it does not know (rename-command AUTH ""). */
static const char *const echoes[] = {
    "ERR unknown command 'AUTH', with args beginning with: '" SECRET "' ", SECRET,
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ " SECRET, "WRONGPASS " SECRET, "LOADING " SECRET};

START_TEST(what_was_sent_is_not_repeated)
{
    static struct server_answer answer;
    answer.kind = ANSWER_ERROR;
    (void)snprintf(answer.text, sizeof(answer.text), "%s", echoes[_i]);
    for (unsigned question = PING_AUTH; question <= PING_REPLICATION; question++) {
        const struct ping_verdict verdict = ping_verdict_of(question, &answer);
        ck_assert_msg(strstr(verdict.text, SECRET) == NULL, "%s", verdict.text);
        ck_assert_msg(strstr(verdict.text, "UVWXYZ") == NULL, "%s", verdict.text);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("ping verdict");
    tcase_add_loop_test(tests, an_answer_is_judged, 0, COUNT(answers));
    tcase_add_loop_test(tests, what_was_sent_is_not_repeated, 0, COUNT(echoes));
    return unit_main("ping verdict", tests);
}
