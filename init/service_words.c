// SPDX-License-Identifier: Apache-2.0
#include "service_words.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORD_MIN 3 /* shorter ones explain nothing */

static void add_word(struct service_words *words, const char *word, size_t length)
{
    if (length < WORD_MIN || words->count == SERVICE_WORDS_MAX ||
        length + 1 > sizeof(words->text) - words->used)
        return;
    char *copy = words->text + words->used;
    for (size_t i = 0; i < length; i++)
        copy[i] = (char)tolower((unsigned char)word[i]);
    copy[length] = '\0';
    words->used += length + 1;
    words->list[words->count++] = copy;
    words->list[words->count] = NULL;
}

static void add_words(struct service_words *words, const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t length = 0;
        while (isalnum((unsigned char)text[length]))
            length++;
        add_word(words, text, length);
        text += length + (text[length] != '\0' ? 1 : 0);
    }
}

void service_words_collect(struct service_words *words, const struct settings *settings)
{
    char host[HOST_NAME_MAX + 1] = "";
    words->list[0] = NULL;
    words->count = 0;
    words->used = 0;
    if (gethostname(host, sizeof(host) - 1) == 0)
        add_words(words, host);
    add_words(words, getenv("USER"));
    add_words(words, getenv("LOGNAME"));
    add_words(words, settings->data_dir);
    add_words(words, settings->run_dir);
    add_words(words, settings->server);
}
