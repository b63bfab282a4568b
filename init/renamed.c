// SPDX-License-Identifier: Apache-2.0
#include "renamed.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf_walk.h"
#include "conf_words.h"
#include "private_file.h"

static bool is_rename(const char *name, size_t length)
{
    static const char directive[] = "rename-command";
    return length == strlen(directive) && strncasecmp(name, directive, length) == 0;
}

static void take(const char **command, const char *name, size_t length)
{
    static const char *const needed[] = {"AUTH", "ACL", "CONFIG", "MULTI", "EXEC"};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (length == strlen(needed[i]) && strncasecmp(name, needed[i], length) == 0)
            *command = needed[i];
}

static bool visit(const struct conf_directive *directive, void *context, struct failure *failure)
{
    (void)failure;
    if (is_rename(directive->name, directive->name_length))
        take(context, directive->value, strlen(directive->value));
    return true;
}

/* The first word of `text`, which is quoted as in redis.conf. */
static void take_quoted(const char **command, const char *text)
{
    char word[16];
    size_t length;
    if (conf_next_word(&text, text + strlen(text), word, sizeof(word), &length) == CONF_WORD &&
        length <= sizeof(word))
        take(command, word, length);
}

bool renamed_find(const char **command, const struct settings *settings,
                  const struct server_args *args, struct failure *failure)
{
    const struct conf_visitor visitor = {.visit = visit, .context = command};
    *command = NULL;
    for (size_t i = 0; i < settings->directive_count; i++) {
        const struct directive_line *line = &settings->directives[i];
        if (is_rename(line->name, strlen(line->name)))
            take_quoted(command, line->value);
    }
    for (size_t i = 0; i < args->count; i++) {
        const struct server_arg *arg = &args->list[i];
        if (!is_rename(arg->name, arg->name_length))
            continue;
        take_quoted(command, arg->rest);
        if (*arg->rest == '\0' && arg->value_count > 0)
            take(command, arg->values[0], strlen(arg->values[0]));
    }
    return conf_walk(settings, args, &visitor, failure);
}

const char *renamed_in(const struct settings *settings)
{
    static const struct settings none;
    struct server_args running = {.has_conf_file = true};
    struct failure failure;
    const char *command;
    const int n =
        snprintf(running.conf_file, sizeof(running.conf_file), "%s/" CONF_NAME, settings->run_dir);
    return n > 0 && (size_t)n < sizeof(running.conf_file) &&
                   renamed_find(&command, &none, &running, &failure)
               ? command
               : NULL;
}
