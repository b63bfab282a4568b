// SPDX-License-Identifier: Apache-2.0
#include "audit_info.h"

#include <stdlib.h>
#include <string.h>

#include "audit_sum.h"
#include "line_walk.h"

/* A line, NAME:VALUE; neither ends with a NUL. */
struct line {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
};

/* A number at the beginning of `text`, of at most `length` bytes; 0 for none. */
static long long number_at(const char *text, size_t length)
{
    long long number = 0;
    for (size_t i = 0; i < length && i < 18 && text[i] >= '0' && text[i] <= '9'; i++)
        number = 10 * number + (text[i] - '0');
    return number;
}

/* Behind `key`, such as "calls=", in a value like calls=2,usec=7. */
static long long part(const struct line *line, const char *key)
{
    const size_t length = strlen(key);
    const char *const end = line->value + line->value_length;
    for (const char *p = line->value; p < end;) {
        if ((size_t)(end - p) >= length && memcmp(p, key, length) == 0)
            return number_at(p + length, (size_t)(end - p) - length);
        const char *comma = memchr(p, ',', (size_t)(end - p));
        p = comma != NULL ? comma + 1 : end;
    }
    return 0;
}

static long long whole(const struct line *line)
{
    return number_at(line->value, line->value_length);
}

static void copy(char *to, size_t size, const struct line *line)
{
    const size_t length = line->value_length < size ? line->value_length : size - 1;
    memcpy(to, line->value, length);
    to[length] = '\0';
}

static void take_run_id(struct audit_info *info, const struct line *line)
{
    copy(info->run_id, sizeof(info->run_id), line);
}

/* Valkey says a redis_version, too, which comes first and is one of Redis's. */
static void take_version(struct audit_info *info, const struct line *line)
{
    copy(info->version, sizeof(info->version), line);
}

static void take_pid(struct audit_info *info, const struct line *line)
{
    info->pid = whole(line);
}

static void take_clients(struct audit_info *info, const struct line *line)
{
    info->clients = whole(line);
}

static void take_refused(struct audit_info *info, const struct line *line)
{
    info->has_counters = true;
    audit_add(&info->refused, whole(line));
}

static void take_denied(struct audit_info *info, const struct line *line)
{
    info->has_counters = true;
    audit_add(&info->denied, whole(line));
}

static void take_wrong_passwords(struct audit_info *info, const struct line *line)
{
    if (!info->has_counters)
        audit_add(&info->refused, part(line, "count="));
}

static void take_no_permissions(struct audit_info *info, const struct line *line)
{
    if (!info->has_counters)
        audit_add(&info->denied, part(line, "count="));
}

static void take_calls(struct audit_info *info, const struct line *line)
{
    audit_add(&info->calls, part(line, "calls="));
    audit_add(&info->failed, part(line, "failed_calls="));
}

struct row {
    const char *name;
    void (*take)(struct audit_info *info, const struct line *line);
};

static const struct row rows[] = {
    {"run_id", take_run_id},
    {"redis_version", take_version},
    {"valkey_version", take_version},
    {"process_id", take_pid},
    {"connected_clients", take_clients},
    {"acl_access_denied_auth", take_refused},
    {"acl_access_denied_tls_cert", take_refused},
    {"acl_access_denied_cmd", take_denied},
    {"acl_access_denied_key", take_denied},
    {"acl_access_denied_channel", take_denied},
    {"acl_access_denied_db", take_denied},
    {"errorstat_WRONGPASS", take_wrong_passwords},
    {"errorstat_NOPERM", take_no_permissions},
    {"cmdstat_auth", take_calls},
    {"cmdstat_hello", take_calls},
};

static void take_line(struct audit_info *info, const struct line *line)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strlen(rows[i].name) == line->name_length &&
            memcmp(rows[i].name, line->name, line->name_length) == 0)
            rows[i].take(info, line);
}

void audit_info_take(const char *text, size_t length, void *info)
{
    struct text_line line;
    const char *cursor = text;
    while (line_next(&cursor, text + length, &line)) {
        if (line.end > line.begin && line.end[-1] == '\r')
            line.end--;
        const char *colon = memchr(line.begin, ':', (size_t)(line.end - line.begin));
        if (colon != NULL)
            take_line(info, &(struct line){line.begin, (size_t)(colon - line.begin), colon + 1,
                                           (size_t)(line.end - colon) - 1});
    }
}

void audit_info_forget_counters(struct audit_info *info)
{
    info->clients = info->refused = info->denied = info->calls = info->failed = 0;
}

long long audit_info_accepted(const struct audit_info *info)
{
    const long long failed = info->failed > info->refused ? info->failed : info->refused;
    return info->calls > failed ? info->calls - failed : 0;
}
