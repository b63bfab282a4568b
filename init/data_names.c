// SPDX-License-Identifier: Apache-2.0
#include "data_names.h"

#include <string.h>
#include <strings.h>

#include "conf_walk.h"
#include "conf_words.h"

static bool names_a_file(const char *directive, size_t length)
{
    static const char *const directives[] = {"dbfilename", "appendfilename", "appenddirname",
                                             "cluster-config-file"};
    for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
        if (strlen(directives[i]) == length && strncasecmp(directives[i], directive, length) == 0)
            return true;
    return false;
}

static void add(struct data_names *names, const char *name, size_t length)
{
    if (names->count == DATA_NAMES_MAX || length > NAME_MAX || memchr(name, '/', length) != NULL)
        return;
    char *copy = names->names[names->count];
    *(char *)mempcpy(copy, name, length) = '\0';
    if (strcmp(copy, ".") != 0 && strcmp(copy, "..") != 0)
        names->count++;
}

/* A line of redis.conf may quote its value. */
static void add_quoted(struct data_names *names, const char *value)
{
    char word[NAME_MAX];
    size_t length;
    if (conf_next_word(&value, value + strlen(value), word, sizeof(word), &length) == CONF_WORD)
        add(names, word, length);
}

static bool add_of_conf(const struct conf_directive *directive, void *names,
                        struct failure *failure)
{
    (void)failure;
    if (directive->value_count > 0 && names_a_file(directive->name, directive->name_length))
        add(names, directive->value, strlen(directive->value));
    return true;
}

/* As root, for the names alone: whether the server may read the files is judged as its uid. */
static void add_of_user_conf(struct data_names *names, const struct settings *settings,
                             const struct server_args *args)
{
    const struct conf_visitor visitor = {.visit = add_of_conf, .context = names};
    struct failure unused;
    if (!conf_walk(settings, args, &visitor, &unused))
        return; /* with the names that came before */
}

struct data_names data_names_of(const struct settings *settings, const struct server_args *args)
{
    struct data_names names = {.count = 0};
    add_of_user_conf(&names, settings, args);
    for (size_t i = 0; i < settings->directive_count; i++)
        if (names_a_file(settings->directives[i].name, strlen(settings->directives[i].name)))
            add_quoted(&names, settings->directives[i].value);
    for (size_t i = 0; i < args->count; i++) {
        const struct server_arg *arg = &args->list[i];
        if (!names_a_file(arg->name, arg->name_length))
            continue;
        if (arg->value_count > 0)
            add(&names, arg->values[0], strlen(arg->values[0]));
        else
            add_quoted(&names, arg->rest);
    }
    return names;
}

static bool is_users(const struct data_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->names[i], name) == 0)
            return true;
    return false;
}

static bool has_ending(const char *name, size_t length, const char *ending)
{
    return length >= strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

static bool has_ending_of_data(const char *name)
{
    size_t length = strlen(name);
    return has_ending(name, length, ".rdb") || has_ending(name, length, ".aof");
}

bool data_names_has_folder(const struct data_names *names, const char *name)
{
    return strcmp(name, "appendonlydir") == 0 || is_users(names, name);
}

bool data_names_has(const struct data_names *names, const char *name)
{
    static const char *const defaults[] = {"dump.rdb", "appendonly.aof", "nodes.conf"};
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (strcmp(defaults[i], name) == 0)
            return true;
    return (strncmp(name, "temp-", strlen("temp-")) == 0 && has_ending_of_data(name)) ||
           data_names_has_folder(names, name);
}

bool data_names_has_inside(const char *name)
{
    return has_ending_of_data(name) || has_ending(name, strlen(name), ".manifest");
}
