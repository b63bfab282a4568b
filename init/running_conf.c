// SPDX-License-Identifier: Apache-2.0
#include "running_conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf_words.h"
#include "line_walk.h"
#include "private_file.h"
#include "privileges.h"
#include "redis_conf.h"
#include "run_file.h"

/* What CONFIG REWRITE leaves out: config.c of Redis 6.2 and later, where older ones mean the same.
 */
#define DEFAULT_PORT 6379
#define DEFAULT_BIND "* -::*"

#define NAME_SIZE 16 /* more than the longest name that is looked for */

struct parser {
    struct running_conf *conf;
    char *data_dir; /* where a relative path begins */
    struct failure *failure;
};

/* `value` ends with a NUL, and may be overwritten. */
typedef bool take_value(struct parser *parser, char *value);

static bool copy(char *to, size_t size, const char *value)
{
    const size_t length = strlen(value);
    if (length >= size)
        return false;
    memcpy(to, value, length + 1);
    return true;
}

static bool take_secret(struct secret **secret, char *value, const char *name,
                        struct failure *failure)
{
    secret_free(*secret);
    *secret = secret_new(failure);
    return *secret != NULL && secret_take(*secret, value, name, failure);
}

static bool take_password(struct parser *parser, char *value)
{
    return take_secret(&parser->conf->password, value, "requirepass", parser->failure);
}

static bool take_credential(struct parser *parser, char *value)
{
    return take_secret(&parser->conf->credential, value, REDIS_CONF_CREDENTIAL, parser->failure);
}

static bool read_port(unsigned *port, const char *value)
{
    char *end;
    const unsigned long number = strtoul(value, &end, 10);
    if (*value == '\0' || *end != '\0' || number > 65535)
        return false;
    *port = (unsigned)number;
    return true;
}

static bool take_port(struct parser *parser, char *value)
{
    return read_port(&parser->conf->port, value);
}

static bool take_tls_port(struct parser *parser, char *value)
{
    return read_port(&parser->conf->tls_port, value);
}

static bool take_bind(struct parser *parser, char *value)
{
    return copy(parser->conf->bind, sizeof(parser->conf->bind), value);
}

static bool take_socket(struct parser *parser, char *value)
{
    return copy(parser->conf->socket, sizeof(parser->conf->socket), value);
}

static bool take_dir(struct parser *parser, char *value)
{
    return *value == '/' && copy(parser->data_dir, PATH_MAX, value);
}

static bool take_acl_folder(struct parser *parser, char *value)
{
    char *end;
    errno = 0;
    parser->conf->acl_folder = strtoull(value, &end, 10);
    return *value != '\0' && *end == '\0' && errno == 0;
}

struct wanted {
    const char *name;
    bool is_list; /* of words without quotes, as we write it */
    take_value *take;
};

static const struct wanted wanted[] = {
    {REDIS_CONF_CREDENTIAL, false, take_credential},
    {"requirepass", false, take_password},
    {"port", false, take_port},
    {"tls-port", false, take_tls_port},
    {"bind", true, take_bind},
    {"unixsocket", false, take_socket},
    {"dir", false, take_dir},
    {REDIS_CONF_ACL_FOLDER, false, take_acl_folder},
};

static const struct wanted *find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (strlen(wanted[i].name) == length && strncasecmp(wanted[i].name, name, length) == 0)
            return &wanted[i];
    return NULL;
}

/* Unquoting only shortens, so it is done in place; *end may be written. NULL for what is no value.
 */
static char *unquote(const char *cursor, char *end)
{
    char *word = end - (end - cursor);
    size_t length;
    if (conf_next_word(&cursor, end, word, (size_t)(end - word), &length) != CONF_WORD)
        return NULL;
    word[length] = '\0';
    return memchr(word, '\0', length) == NULL ? word : NULL;
}

/* [line, end) without its line end; *end may be written. */
static bool parse_line(struct parser *parser, char *line, char *end)
{
    char name[NAME_SIZE];
    size_t length;
    const char *cursor = line;
    if (conf_next_word(&cursor, end, name, sizeof(name), &length) != CONF_WORD)
        return true;
    const struct wanted *row = find(name, length);
    if (row == NULL)
        return true;
    char *value = end - (end - cursor);
    *end = '\0';
    if (row->is_list)
        value += strspn(value, " \t");
    else
        value = unquote(value, end);
    if (value != NULL && row->take(parser, value))
        return true;
    if (parser->failure->exit_code != 0)
        return false;
    return failure_set(parser->failure, EX_CONFIG, 0, CONF_NAME ": `%s` was changed, start anew",
                       row->name);
}

bool running_conf_socket_in(struct running_conf *conf, const char *data_dir,
                            struct failure *failure)
{
    char path[PATH_MAX];
    if (conf->socket[0] == '\0' || conf->socket[0] == '/')
        return true;
    const int n = snprintf(path, sizeof(path), "%s/%s", data_dir, conf->socket);
    if (n < 0 || (size_t)n >= sizeof(path))
        return failure_set(failure, EX_CONFIG, ENAMETOOLONG, CONF_NAME ": unixsocket");
    memcpy(conf->socket, path, (size_t)n + 1);
    return true;
}

bool running_conf_parse(struct running_conf *conf, char *bytes, size_t length,
                        struct failure *failure)
{
    char data_dir[PATH_MAX] = "/";
    struct parser parser = {conf, data_dir, failure};
    *conf = (struct running_conf){.port = DEFAULT_PORT, .bind = DEFAULT_BIND};
    *failure = (struct failure){0};
    struct text_line line;
    const char *cursor = bytes;
    bool ok = true;
    while (ok && line_next(&cursor, bytes + length, &line))
        ok = parse_line(&parser, bytes + (line.begin - bytes), bytes + (line.end - bytes));
    return ok && running_conf_socket_in(conf, data_dir, failure);
}

void running_conf_free(struct running_conf *conf)
{
    secret_free(conf->password);
    secret_free(conf->credential);
    conf->password = NULL;
    conf->credential = NULL;
}

static bool parse_ours(struct running_conf *conf, struct run_file *file, bool *found,
                       struct failure *failure)
{
    static const char header[] = REDIS_CONF_HEADER;
    *found = file->length >= strlen(header) && memcmp(file->bytes, header, strlen(header)) == 0;
    return !*found || running_conf_parse(conf, file->bytes, file->length, failure);
}

bool running_conf_read(struct running_conf *conf, const struct settings *settings, uid_t uid,
                       bool *found, struct failure *failure)
{
    struct run_file file = {.bytes = NULL};
    *conf = (struct running_conf){.password = NULL};
    *found = false;
    if (settings->conf == CONF_MEMFD)
        return true;
    privileges_open_files_as(settings->uid, settings->gid);
    bool ok = run_file_read(&file, settings->run_dir, CONF_NAME, uid, found, failure);
    privileges_open_files_as(0, 0);
    ok = ok && (!*found || parse_ours(conf, &file, found, failure));
    run_file_free(&file);
    if (!ok)
        running_conf_free(conf);
    return ok;
}

bool running_conf_missing(const struct settings *settings, uid_t uid, struct failure *failure)
{
    return failure_set(failure, EX_NOINPUT, 0,
                       "there is no redis.conf of redis-init's in run_dir %s that uid %u may read",
                       settings->run_dir, uid);
}
