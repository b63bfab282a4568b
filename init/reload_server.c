// SPDX-License-Identifier: Apache-2.0
#include "reload_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ping_verdict.h"
#include "server_request.h"
#include "user_settings.h"

/* What happens to the connection, or a moment's state of the server, is over sooner or later. */
static bool later(struct failure *failure)
{
    if (failure->exit_code == EXIT_FAILURE)
        failure->exit_code = EX_TEMPFAIL;
    return false;
}

static bool judge(const struct server_link *link, const struct server_answer *answer,
                  struct failure *failure)
{
    if (answer->kind != ANSWER_ERROR)
        return true;
    const struct ping_verdict verdict = ping_verdict_of(PING_PING, answer);
    return failure_set(failure, verdict.result == PING_ALIVE ? EX_TEMPFAIL : EXIT_FAILURE, 0,
                       "%s: %s", link->name, verdict.text);
}

/* Whether an error says that what shall go is not there: acl.c, ACLSetUserStringError(). */
static bool is_gone(const struct server_answer *answer)
{
    return answer->kind == ANSWER_ERROR && strstr(answer->text, "does not exist") != NULL;
}

/* As many answers as the request has commands. */
static bool tell_all(struct server_link *link, server_request_writer *write, const void *what,
                     unsigned commands, bool may_be_gone, struct failure *failure)
{
    struct server_answer *answer = malloc(sizeof(*answer));
    if (answer == NULL)
        return failure_set(failure, EX_OSERR, errno, "no memory for the server's answer");
    bool ok = server_request_send(link, write, what, failure) || later(failure);
    for (unsigned i = 0; ok && i < commands; i++) {
        ok = server_link_answer(link, answer, failure) || later(failure);
        ok = ok && ((may_be_gone && is_gone(answer)) || judge(link, answer, failure));
    }
    free(answer);
    return ok;
}

static bool tell(struct server_link *link, server_request_writer *write, const void *what,
                 struct failure *failure)
{
    return tell_all(link, write, what, 1, false, failure);
}

/* A server_request_writer, as all that follow. */
static void write_auth(struct byte_sink *sink, const void *what)
{
    server_request_auth(sink, what);
}

static void write_fresh(struct byte_sink *sink, const void *what)
{
    server_request_begin(sink, 2);
    server_request_text(sink, "AUTH");
    server_request_secret(sink, what);
}

bool reload_connect(struct server_link *link, const struct running_conf *conf, uid_t uid,
                    const struct secret *fresh, struct failure *failure)
{
    if (!server_link_open(link, conf, uid, failure))
        return later(failure);
    if (conf->credential == NULL && conf->password == NULL)
        return true;
    return tell(link, write_auth, conf, failure) ||
           (failure->exit_code == EXIT_FAILURE && conf->credential == NULL && fresh != NULL &&
            tell(link, write_fresh, fresh, failure));
}

/* Counts the words, or writes them with `sink`. */
struct words {
    struct byte_sink *sink;
    size_t count;
};

static void put(struct words *words, const char *bytes, size_t length)
{
    words->count++;
    if (words->sink != NULL)
        server_request_word(words->sink, bytes, length);
}

static void put_text(struct words *words, const char *text)
{
    put(words, text, strlen(text));
}

/* Those of a user that hold on, and that `line` (or NULL) does not have. */
struct kept {
    const struct overlap *overlap;
    long long now;
    const char *user;
    size_t user_length;
    const struct acl_line *line;
};

static bool is_kept(const struct kept *kept, const struct overlap_entry *entry)
{
    return entry->until > kept->now && strlen(entry->user) == kept->user_length &&
           memcmp(entry->user, kept->user, kept->user_length) == 0 &&
           (kept->line == NULL || !acl_line_has(kept->line, entry->hash));
}

static void put_kept(struct words *words, const struct kept *kept)
{
    for (size_t i = 0; i < kept->overlap->count; i++) {
        const struct overlap_entry *entry = &kept->overlap->list[i];
        char word[ACL_HASH_LENGTH + 1] = "#";
        if (!is_kept(kept, entry))
            continue;
        memcpy(word + 1, entry->hash, ACL_HASH_LENGTH);
        put(words, word, sizeof(word));
    }
}

static void put_user(struct words *words, const struct reload_user *user)
{
    const struct acl_line *line = user->line;
    const struct kept kept = {user->overlap, user->now, line->name, line->name_length, line};
    const char *cursor = line->rules;
    const char *word;
    size_t length;
    put_text(words, "ACL");
    put_text(words, "SETUSER");
    put(words, line->name, line->name_length);
    put_text(words, "reset");
    while ((word = acl_line_word(line, &cursor, &length)) != NULL)
        put(words, word, length);
    put_kept(words, &kept);
}

static void write_user(struct byte_sink *sink, const void *what)
{
    struct words counted = {.sink = NULL};
    struct words written = {.sink = sink};
    put_user(&counted, what);
    server_request_begin(sink, counted.count);
    put_user(&written, what);
}

bool reload_set_user(struct server_link *link, const struct reload_user *user,
                     struct failure *failure)
{
    return tell(link, write_user, user, failure);
}

struct name {
    const char *bytes;
    size_t length;
};

static void write_delete(struct byte_sink *sink, const void *what)
{
    const struct name *name = what;
    server_request_begin(sink, 3);
    server_request_text(sink, "ACL");
    server_request_text(sink, "DELUSER");
    server_request_word(sink, name->bytes, name->length);
}

bool reload_delete_user(struct server_link *link, const char *name, size_t length,
                        struct failure *failure)
{
    const struct name user = {name, length};
    return tell(link, write_delete, &user, failure);
}

static void write_take(struct byte_sink *sink, const void *what)
{
    const struct overlap_entry *entry = what;
    char word[ACL_HASH_LENGTH + 1] = "!";
    memcpy(word + 1, entry->hash, ACL_HASH_LENGTH);
    server_request_begin(sink, 4);
    server_request_text(sink, "ACL");
    server_request_text(sink, "SETUSER");
    server_request_text(sink, entry->user);
    server_request_word(sink, word, sizeof(word));
}

bool reload_take_password(struct server_link *link, const struct overlap_entry *entry,
                          struct failure *failure)
{
    return tell_all(link, write_take, entry, 1, true, failure);
}

struct setting {
    const char *name;
    const struct secret *secret;
    const char *text; /* where there is no secret */
};

static void write_setting(struct byte_sink *sink, const void *what)
{
    const struct setting *setting = what;
    server_request_begin(sink, 4);
    server_request_text(sink, "CONFIG");
    server_request_text(sink, "SET");
    server_request_text(sink, setting->name);
    if (setting->secret != NULL)
        server_request_secret(sink, setting->secret);
    else
        server_request_text(sink, setting->text);
}

bool reload_configure(struct server_link *link, const char *name, const struct secret *secret,
                      struct failure *failure)
{
    const struct setting setting = {name, secret, NULL};
    return tell(link, write_setting, &setting, failure);
}

bool reload_configure_text(struct server_link *link, const char *name, const char *value,
                           struct failure *failure)
{
    const struct setting setting = {name, NULL, value};
    return tell(link, write_setting, &setting, failure);
}

struct password_change {
    struct setting setting;
    struct kept kept;
};

static void put_change(struct words *words, const struct password_change *change)
{
    put_text(words, "ACL");
    put_text(words, "SETUSER");
    put_text(words, USER_DEFAULT);
    put_kept(words, &change->kept);
}

static void write_change(struct byte_sink *sink, const void *what)
{
    const struct password_change *change = what;
    struct words counted = {.sink = NULL};
    struct words written = {.sink = sink};
    put_change(&counted, change);
    server_request_begin(sink, 1);
    server_request_text(sink, "MULTI");
    write_setting(sink, &change->setting);
    server_request_begin(sink, counted.count);
    put_change(&written, change);
    server_request_begin(sink, 1);
    server_request_text(sink, "EXEC");
}

bool reload_set_password(struct server_link *link, const struct secret *secret,
                         const struct overlap *overlap, long long now, struct failure *failure)
{
    const struct password_change change = {
        {"requirepass", secret, NULL}, {overlap, now, USER_DEFAULT, strlen(USER_DEFAULT), NULL}};
    bool keeps = false;
    for (size_t i = 0; i < overlap->count; i++)
        keeps = keeps || is_kept(&change.kept, &overlap->list[i]);
    return keeps ? tell_all(link, write_change, &change, 4, false, failure)
                 : tell(link, write_setting, &change.setting, failure);
}
