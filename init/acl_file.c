// SPDX-License-Identifier: Apache-2.0
#include "acl_file.h"

#include <string.h>

#include "byte_sink.h"
#include "internal_user.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* As ACLLoadFromFile() splits them: at a single blank, no tab. */
static void put_words(struct byte_sink *sink, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        const char *next = text;
        while (next < end && !is_blank(*next))
            next++;
        if (next > text) {
            sink_text(sink, " ");
            sink_bytes(sink, text, (size_t)(next - text));
        }
        text = next + 1;
    }
}

static void put_hash(struct byte_sink *sink, const char *hash, bool redacted)
{
    sink_text(sink, " #");
    sink_text(sink, redacted ? "<redacted>" : hash);
}

/* A base may hold hashes, too: when they are not to be shown, its users are. */
static void put_base(struct byte_sink *sink, const struct acl_base *base, bool redacted)
{
    for (size_t i = 0; i < base->count; i++) {
        const struct acl_base_user *user = &base->users[i];
        sink_text(sink, "user ");
        sink_bytes(sink, user->name, user->name_length);
        if (redacted)
            sink_text(sink, " <redacted>");
        else
            put_words(sink, user->rules, user->rules_length);
        sink_text(sink, "\n");
    }
}

#define NO_RIGHTS " resetkeys resetchannels -@all"

static void put_rules(struct byte_sink *sink, const struct user_settings *user)
{
    for (size_t i = 0; i < user->rule_count; i++)
        put_words(sink, user->rules[i].value, strlen(user->rules[i].value));
}

static void put_default(struct byte_sink *sink, const struct acl_users *users,
                        const struct user_settings *rules, bool redacted)
{
    const bool on = users->default_hash[0] != '\0';
    sink_text(sink, on ? "user " USER_DEFAULT " on" : "user " USER_DEFAULT " off");
    if (on)
        put_hash(sink, users->default_hash, redacted);
    sink_text(sink, NO_RIGHTS);
    if (rules != NULL)
        put_rules(sink, rules);
    else if (on)
        sink_text(sink, " ~* &* +@all");
    sink_text(sink, "\n");
}

static void put_user(struct byte_sink *sink, const struct acl_user *user, bool redacted)
{
    sink_text(sink, "user ");
    sink_text(sink, user->settings->name);
    sink_text(sink, user->settings->enabled ? " on" : " off");
    for (size_t i = 0; i < user->hash_count; i++)
        put_hash(sink, user->hashes[i], redacted);
    sink_text(sink, NO_RIGHTS);
    put_rules(sink, user->settings);
    sink_text(sink, "\n");
}

static bool is_default(const struct acl_user *user)
{
    return strcmp(user->settings->name, USER_DEFAULT) == 0;
}

size_t acl_file_write(char *out, size_t size, const struct acl_file *file)
{
    struct byte_sink sink = {.bytes = out, .size = size};
    const struct acl_users *users = file->users;
    const struct user_settings *rules = NULL;
    for (size_t i = 0; i < users->count; i++)
        if (is_default(&users->list[i]))
            rules = users->list[i].settings;
    put_base(&sink, file->base, file->redacted);
    put_default(&sink, users, rules, file->redacted);
    for (size_t i = 0; i < users->count; i++)
        if (!is_default(&users->list[i]))
            put_user(&sink, &users->list[i], file->redacted);
    if (file->internal_hash != NULL)
        internal_user_put(&sink, file->redacted ? NULL : file->internal_hash);
    return sink.length;
}
