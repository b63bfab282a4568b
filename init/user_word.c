// SPDX-License-Identifier: Apache-2.0
#include "user_word.h"

#include <string.h>
#include <strings.h>

#include "conf_walk.h"
#include "conf_words.h"

struct search {
    const char *name;
    const char *alike;
    struct user_word *word;
};

static bool is_named(const char *name, const char *directive, size_t length)
{
    return name != NULL && length == strlen(name) && strncasecmp(directive, name, length) == 0;
}

static bool is_wanted(const struct search *search, const char *directive, size_t length)
{
    return is_named(search->name, directive, length) || is_named(search->alike, directive, length);
}

/* The server itself refuses what is too long. */
static void note(struct search *search, const char *text, size_t length)
{
    if (length >= sizeof(search->word->text))
        return;
    *(char *)mempcpy(search->word->text, text, length) = '\0';
    search->word->found = true;
}

/* A line of redis.conf may quote its value. */
static void note_quoted(struct search *search, const char *value)
{
    char word[PATH_MAX];
    size_t length;
    if (conf_next_word(&value, value + strlen(value), word, sizeof(word), &length) == CONF_WORD)
        note(search, word, length);
}

static bool note_of_conf(const struct conf_directive *directive, void *context,
                         struct failure *failure)
{
    struct search *search = context;
    (void)failure;
    if (directive->value_count > 0 && is_wanted(search, directive->name, directive->name_length))
        note(search, directive->value, strlen(directive->value));
    return true;
}

static void note_of_settings(struct search *search, const struct settings *settings)
{
    for (size_t i = 0; i < settings->directive_count; i++) {
        const struct directive_line *line = &settings->directives[i];
        if (is_wanted(search, line->name, strlen(line->name)))
            note_quoted(search, line->value);
    }
}

static void note_of_args(struct search *search, const struct server_args *args)
{
    for (size_t i = 0; i < args->count; i++) {
        const struct server_arg *arg = &args->list[i];
        if (!is_wanted(search, arg->name, arg->name_length))
            continue;
        if (arg->value_count > 0)
            note(search, arg->values[0], strlen(arg->values[0]));
        else
            note_quoted(search, arg->rest);
    }
}

struct user_word user_word_of(const char *name, const char *alike, const struct settings *settings,
                              const struct server_args *args)
{
    struct user_word word = {.found = false};
    struct search search = {name, alike, &word};
    struct failure unused;
    const struct conf_visitor visitor = {.visit = note_of_conf, .context = &search};
    if (!conf_walk(settings, args, &visitor, &unused))
        return (struct user_word){.unreadable = true};
    note_of_settings(&search, settings);
    note_of_args(&search, args);
    return word;
}
