// SPDX-License-Identifier: Apache-2.0
#include "data_names.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

static bool names_a_file(const char *directive, size_t length)
{
    static const char *const directives[] = {"dbfilename", "appendfilename", "appenddirname",
                                             "cluster-config-file"};
    for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
        if (strlen(directives[i]) == length && strncasecmp(directives[i], directive, length) == 0)
            return true;
    return false;
}

static void add(struct data_names *names, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return;
    if (names->count < DATA_NAMES_MAX && strchr(name, '/') == NULL)
        names->names[names->count++] = name;
}

struct data_names data_names_of(const struct settings *settings, const struct server_args *args)
{
    struct data_names names = {.count = 0};
    for (size_t i = 0; i < settings->directive_count; i++)
        if (names_a_file(settings->directives[i].name, strlen(settings->directives[i].name)))
            add(&names, settings->directives[i].value);
    for (size_t i = 0; i < args->count; i++) {
        const struct server_arg *arg = &args->list[i];
        if (names_a_file(arg->name, arg->name_length))
            add(&names, arg->value_count > 0 ? arg->values[0] : arg->rest);
    }
    return names;
}

bool data_names_has_folder(const struct data_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->names[i], name) == 0)
            return true;
    return strcmp(name, "appendonlydir") == 0;
}

bool data_names_has(const struct data_names *names, const char *name)
{
    static const char *const patterns[] = {"*.rdb", "*.aof", "*.manifest", "nodes.conf",
                                           "nodes-*.conf"};
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        if (fnmatch(patterns[i], name, 0) == 0)
            return true;
    return data_names_has_folder(names, name);
}
