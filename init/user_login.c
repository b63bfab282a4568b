// SPDX-License-Identifier: Apache-2.0
#include "user_login.h"

#include <string.h>
#include <strings.h>

#include "conf_words.h"
#include "secret.h"

#define WORD_SIZE (SECRET_HASH_SIZE + 2) /* the longest of a rule that counts, and more */

struct rule {
    const char *word;
    bool changes_enabled;
    bool enabled;
    bool changes_password;
    bool no_password;
};

static const struct rule rules[] = {
    {"on", true, true, false, false},     {"off", true, false, false, false},
    {"nopass", false, false, true, true}, {"resetpass", false, false, true, false},
    {"reset", true, false, true, false},
};

static bool is(const char *word, size_t length, const char *name)
{
    return length == strlen(name) && strncasecmp(word, name, length) == 0;
}

void user_login_take(struct user_login *login, const char *word, size_t length)
{
    if (login->to_skip > 0) {
        login->to_skip--;
        return;
    }
    if (length > 0 && (*word == '>' || *word == '#')) /* a password ends nopass */
        login->no_password = false;
    if (length == SECRET_HASH_SIZE && *word == '#' && login->hash != NULL)
        login->has_hash = login->has_hash || memcmp(word + 1, login->hash, length - 1) == 0;
    login->clear_password = login->clear_password || (length > 0 && *word == '>');
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (!is(word, length, rules[i].word))
            continue;
        if (rules[i].changes_enabled)
            login->enabled = rules[i].enabled;
        if (rules[i].changes_password)
            login->no_password = rules[i].no_password;
    }
}

void user_login_read(struct user_login *login, const char *text, size_t length)
{
    const char *end = text + length;
    char word[WORD_SIZE];
    size_t word_length;
    while (conf_next_word(&text, end, word, sizeof(word), &word_length) == CONF_WORD)
        user_login_take(login, word, word_length < sizeof(word) ? word_length : sizeof(word));
    explicit_bzero(word, sizeof(word)); /* it may be of a password */
}

bool user_login_is_open(const struct user_login *login)
{
    return login->enabled && login->no_password;
}
