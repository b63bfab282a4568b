// SPDX-License-Identifier: Apache-2.0
#include "ping_verdict.h"

#include <stdio.h>
#include <string.h>

#define CODE_MAX 20 /* MASTERDOWN has 10 */

struct known_error {
    const char *begin; /* the whole words that the error begins with */
    bool before_auth;  /* whether it counts where the password is not accepted yet */
    enum ping_result result;
    const char *text;
};

/* clang-format off */
static const struct known_error known_errors[] = {
    {"LOADING", false, PING_ALIVE, "LOADING, its data is being read"},
    {"MASTERDOWN", false, PING_ALIVE, "MASTERDOWN, a replica without its primary"},
    {"BUSY", false, PING_ALIVE, "BUSY, a script runs"},
    {"MISCONF", false, PING_ALIVE, "MISCONF, it can't save and refuses writes"},
    {"NOPERM", false, PING_ALIVE, "NOPERM, an ACL forbids the question"},
    {"ERR max number of clients", true, PING_ALIVE, "all its connections are taken (maxclients)"},
    {"NOAUTH", true, PING_DEAD, "NOAUTH, it asks for a password and none was found"},
    {"WRONGPASS", true, PING_DEAD, "WRONGPASS, the password is not the one that the server has"},
    {"ERR invalid password", true, PING_DEAD, "the password is not the one that the server has"}, /* Redis 5 */
    {"ERR Client sent AUTH, but no password is set", true, PING_DEAD, "it asks for no password"}, /* Redis 5 */
    {"ERR AUTH <password> called without any password", true, PING_DEAD, "it asks for no password"},
};
/* clang-format on */

static struct ping_verdict verdict(enum ping_result result, const char *text)
{
    struct ping_verdict verdict = {.result = result};
    (void)snprintf(verdict.text, sizeof(verdict.text), "%s", text);
    return verdict;
}

static bool begins_with(const char *text, const char *words)
{
    const size_t length = strlen(words);
    return strncmp(text, words, length) == 0 && (text[length] == ' ' || text[length] == '\0');
}

/* Its code alone is shown: the text may repeat what was sent. */
static struct ping_verdict unknown_error(const char *text)
{
    char words[128];
    const size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const bool is_code = length <= CODE_MAX && (text[length] == ' ' || text[length] == '\0');
    (void)snprintf(words, sizeof(words), "it answers with an error%s%.*s", length > 0 ? ", " : "",
                   is_code ? (int)length : 0, text);
    return verdict(PING_DEAD, words);
}

static struct ping_verdict verdict_of_error(enum ping_question question, const char *text)
{
    for (size_t i = 0; i < sizeof(known_errors) / sizeof(known_errors[0]); i++) {
        const struct known_error *known = &known_errors[i];
        if (begins_with(text, known->begin) && (known->before_auth || question != PING_AUTH))
            return verdict(known->result, known->text);
    }
    return unknown_error(text);
}

static bool has_line(const char *text, const char *line)
{
    const size_t length = strlen(line);
    for (const char *at = text; (at = strstr(at, line)) != NULL; at += length)
        if ((at == text || at[-1] == '\n') && strspn(at + length, "\r\n") > 0)
            return true;
    return false;
}

static struct ping_verdict verdict_of_replication(const char *info)
{
    if (has_line(info, "role:master"))
        return verdict(PING_READY, "PONG, a primary");
    if (has_line(info, "master_link_status:up"))
        return verdict(PING_READY, "PONG, a replica whose link is up");
    if (has_line(info, "master_link_status:down"))
        return verdict(PING_ALIVE, "a replica whose link is down");
    return verdict(PING_ALIVE, "it does not say whether it is a replica");
}

static bool is_status(const struct server_answer *answer, const char *text)
{
    return answer->kind == ANSWER_STATUS && strcmp(answer->text, text) == 0;
}

struct ping_verdict ping_verdict_of(enum ping_question question, const struct server_answer *answer)
{
    if (answer->kind == ANSWER_ERROR)
        return verdict_of_error(question, answer->text);
    if (question == PING_AUTH && is_status(answer, "OK"))
        return verdict(PING_NEXT, "the password is accepted");
    if (question == PING_PING && is_status(answer, "PONG"))
        return verdict(PING_NEXT, "PONG");
    if (question == PING_REPLICATION && answer->kind == ANSWER_TEXT)
        return verdict_of_replication(answer->text);
    return verdict(PING_DEAD, "it answers something else than Redis would");
}
