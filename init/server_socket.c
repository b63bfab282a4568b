// SPDX-License-Identifier: Apache-2.0
#include "server_socket.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "conf_walk.h"
#include "conf_words.h"

#define DIRECTIVE "unixsocket"

/* The user's word, which may be empty. */
struct named {
    bool found;
    char path[PATH_MAX];
};

static bool is_socket(const char *directive, size_t length)
{
    return length == strlen(DIRECTIVE) && strncasecmp(directive, DIRECTIVE, length) == 0;
}

/* The server itself refuses what is too long. */
static void name(struct named *named, const char *path, size_t length)
{
    if (length >= sizeof(named->path))
        return;
    *(char *)mempcpy(named->path, path, length) = '\0';
    named->found = true;
}

/* A line of redis.conf may quote its value. */
static void name_quoted(struct named *named, const char *value)
{
    char word[PATH_MAX];
    size_t length;
    if (conf_next_word(&value, value + strlen(value), word, sizeof(word), &length) == CONF_WORD)
        name(named, word, length);
}

static bool name_of_conf(const struct conf_directive *directive, void *named,
                         struct failure *failure)
{
    (void)failure;
    if (directive->value_count > 0 && is_socket(directive->name, directive->name_length))
        name(named, directive->value, strlen(directive->value));
    return true;
}

static void name_of_args(struct named *named, const struct server_args *args)
{
    for (size_t i = 0; i < args->count; i++) {
        const struct server_arg *arg = &args->list[i];
        if (!is_socket(arg->name, arg->name_length))
            continue;
        if (arg->value_count > 0)
            name(named, arg->values[0], strlen(arg->values[0]));
        else
            name_quoted(named, arg->rest);
    }
}

static void name_of_settings(struct named *named, const struct settings *settings)
{
    for (size_t i = 0; i < settings->directive_count; i++)
        if (is_socket(settings->directives[i].name, strlen(settings->directives[i].name)))
            name_quoted(named, settings->directives[i].value);
}

struct server_socket server_socket_of(const struct settings *settings,
                                      const struct server_args *args)
{
    struct named named = {.found = false};
    struct server_socket socket = {.path = ""};
    struct failure unused; /* user_conf_check() refuses a .conf that can't be read */
    const struct conf_visitor visitor = {name_of_conf, &named};
    if (!conf_walk(settings, args, &visitor, &unused))
        return socket;
    name_of_settings(&named, settings);
    name_of_args(&named, args);
    if (named.found) {
        memcpy(socket.path, named.path, sizeof(socket.path));
        return socket;
    }
    const int length =
        snprintf(socket.path, sizeof(socket.path), "%s/" SOCKET_NAME, settings->run_dir);
    socket.is_ours = settings->conf != CONF_MEMFD && length > 0 &&
                     (size_t)length < sizeof(((struct sockaddr_un *)NULL)->sun_path);
    if (!socket.is_ours)
        socket.path[0] = '\0';
    return socket;
}
