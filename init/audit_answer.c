// SPDX-License-Identifier: Apache-2.0
#include "audit_answer.h"

#include <stdlib.h>
#include <string.h>

#include "reply_reader.h"

/* A value of a field: a text or a number. */
struct value {
    const char *text; /* NULL: a number */
    size_t length;
    long long number;
};

struct field {
    const char *name;
    void (*put)(struct audit_entry *entry, const struct value *value);
};

struct audit_reader {
    struct reply_reader reader;
    const struct audit_want *want;
    struct audit_error *error;
    const struct field *field; /* of the value that comes next; NULL: none that is wanted */
};

static void put_text(struct audit_text *text, const struct value *value)
{
    if (value->text != NULL)
        audit_text_take(text, value->text, value->length);
}

/* One of the server's own words, of which no line has to be long. */
static void put_word(struct audit_text *text, struct value value)
{
    if (value.length > AUDIT_WORD_MAX)
        value.length = AUDIT_WORD_MAX;
    put_text(text, &value);
}

static void put_number(long long *number, const struct value *value)
{
    if (value->text == NULL && value->number >= 0)
        *number = value->number;
}

static void put_reason(struct audit_entry *entry, const struct value *value)
{
    put_word(&entry->reason, *value);
}

static void put_context(struct audit_entry *entry, const struct value *value)
{
    put_word(&entry->context, *value);
}

static void put_object(struct audit_entry *entry, const struct value *value)
{
    put_text(&entry->object, value);
}

static void put_user(struct audit_entry *entry, const struct value *value)
{
    put_text(&entry->user, value);
}

static void put_client(struct audit_entry *entry, const struct value *value)
{
    if (value->text != NULL)
        audit_client_parse(&entry->client, value->text, value->length);
}

static void put_count(struct audit_entry *entry, const struct value *value)
{
    put_number(&entry->count, value);
}

static void put_id(struct audit_entry *entry, const struct value *value)
{
    put_number(&entry->id, value);
}

static void put_updated(struct audit_entry *entry, const struct value *value)
{
    put_number(&entry->updated, value);
}

static void put_age(struct audit_entry *entry, const struct value *value)
{
    char text[32];
    if (value->text == NULL || value->length >= sizeof(text))
        return;
    memcpy(text, value->text, value->length);
    text[value->length] = '\0';
    const double age = strtod(text, NULL);
    if (age >= 0 && age < 1e9) /* 30 years; neither a NaN */
        entry->age = age;
}

static const struct field fields[] = {
    {"count", put_count},        {"reason", put_reason}, {"context", put_context},
    {"object", put_object},      {"username", put_user}, {"age-seconds", put_age},
    {"client-info", put_client}, {"entry-id", put_id},   {"timestamp-last-updated", put_updated},
};

static const struct field *find_field(const struct value *name)
{
    for (size_t i = 0; name->text != NULL && i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strlen(fields[i].name) == name->length &&
            memcmp(fields[i].name, name->text, name->length) == 0)
            return &fields[i];
    return NULL;
}

static struct audit_entry *entry_of(struct audit_log *log, size_t index)
{
    if (index >= AUDIT_ENTRIES_MAX)
        return NULL;
    for (; log->count <= index; log->count++)
        log->entries[log->count] =
            (struct audit_entry){.count = -1, .id = -1, .updated = -1, .age = -1, .client.id = -1};
    return &log->entries[index];
}

/* The answer is an array of entries, each an array of a name and a value in turn. */
static void take_part(struct audit_reader *reader, const redisReadTask *task,
                      const struct value *value)
{
    struct audit_log *log = reader->want->log;
    const redisReadTask *of_entry = task->parent;
    if (log == NULL || of_entry->parent == NULL || of_entry->parent->parent != NULL)
        return;
    struct audit_entry *entry = entry_of(log, (size_t)of_entry->idx);
    if (task->idx % 2 == 0)
        reader->field = find_field(value);
    else if (reader->field != NULL && entry != NULL)
        reader->field->put(entry, value);
}

static void take_error(struct audit_error *error, const char *text, size_t length)
{
    error->is_error = true;
    const size_t kept = length < sizeof(error->text) - 1 ? length : sizeof(error->text) - 1;
    memcpy(error->text, text, kept);
    error->text[kept] = '\0';
}

/* What it returns stands for the object, and must not be NULL. */
static void *create_text(const redisReadTask *task, char *text, size_t length)
{
    struct audit_reader *reader = task->privdata;
    const struct value value = {text, length, -1};
    if (task->parent != NULL)
        take_part(reader, task, &value);
    else if (task->type == REDIS_REPLY_ERROR)
        take_error(reader->error, text, length);
    else if (reader->want->take != NULL)
        reader->want->take(text, length, reader->want->context);
    return reader;
}

static void *create_number(const redisReadTask *task, long long number)
{
    struct audit_reader *reader = task->privdata;
    const struct value value = {NULL, 0, number};
    if (task->parent != NULL)
        take_part(reader, task, &value);
    return reader;
}

struct audit_reader *audit_reader_new(void)
{
    struct audit_reader *reader = calloc(1, sizeof(*reader));
    const struct reply_objects objects = {create_text, create_number, reader, AUDIT_ANSWER_MAX};
    if (reader == NULL || reply_reader_open(&reader->reader, &objects))
        return reader;
    free(reader);
    return NULL;
}

void audit_reader_free(struct audit_reader *reader)
{
    if (reader == NULL)
        return;
    reply_reader_close(&reader->reader);
    free(reader);
}

bool audit_reader_feed(struct audit_reader *reader, const char *bytes, size_t length)
{
    return reply_reader_feed(&reader->reader, bytes, length);
}

enum answer_state audit_reader_next(struct audit_reader *reader, const struct audit_want *want,
                                    struct audit_error *error)
{
    void *object;
    reader->want = want;
    reader->error = error;
    const enum answer_state state = reply_reader_next(&reader->reader, &object);
    if (state == ANSWER_WHOLE)
        reader->reader.fed = 0; /* the limit is that of one answer */
    return state;
}
