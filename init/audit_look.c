// SPDX-License-Identifier: Apache-2.0
#include "audit_look.h"

#include <string.h>

#include "audit_line.h"
#include "audit_secrets.h"
#include "audit_sum.h"
#include "line_walk.h"

#define PAUSE_MS 60000 /* of a question whose answer was too long */
#define COUNT_MS 60000 /* from one count of authentications to the next: each probe is one */
#define TEXT_OF(number) #number
#define DIGITS_OF(number) TEXT_OF(number)

static bool ask_info(struct audit *audit, const char *question, struct failure *failure)
{
    const struct audit_want want = {NULL, audit_info_take, &audit->info};
    return audit_link_ask(&audit->link, question, &want, failure);
}

static void say_start(const struct audit *audit)
{
    struct audit_line line;
    audit_line_begin(&line, "start", audit_clock());
    audit_line_number(&line, "pid", audit->info.pid);
    audit_line_number(&line, "uid", audit->uid);
    audit_line_text(&line, "version", audit->info.version);
    audit_line_say(&line);
}

void audit_say_stop(void)
{
    struct audit_line line;
    audit_line_begin(&line, "stop", audit_clock());
    audit_line_say(&line);
}

static bool keep_state(struct audit *audit, const struct audit_state *before,
                       struct failure *failure)
{
    return memcmp(before, &audit->state, sizeof(*before)) == 0 ||
           audit_state_write(&audit->state, audit->settings->run_dir, failure);
}

static bool is_known(const struct audit *audit)
{
    return strcmp(audit->state.run_id, audit->info.run_id) == 0;
}

bool audit_begin(struct audit *audit, struct failure *failure)
{
    struct audit_state *state = &audit->state;
    const struct audit_state none = {.client = 0};
    if (!audit_link_open(&audit->link, audit->settings, audit->uid, failure) ||
        !ask_info(audit, "INFO server\r\n", failure))
        return false;
    if (is_known(audit))
        return true;
    if (!audit_state_read(state, audit->settings->run_dir, audit->uid, audit->info.run_id, failure))
        return false;
    audit->clients.highest = state->client;
    if (is_known(audit))
        return true;
    say_start(audit);
    memcpy(state->run_id, audit->info.run_id, sizeof(state->run_id));
    return keep_state(audit, &none, failure);
}

static bool is_word(const struct audit_text *text, const char *word)
{
    return text->whole == strlen(word) && memcmp(text->bytes, word, text->whole) == 0;
}

static bool is_refusal(const struct audit_entry *entry)
{
    return is_word(&entry->reason, "auth") || is_word(&entry->reason, "tls-cert");
}

static void put_client(struct audit_line *line, const struct audit_client *client)
{
    audit_line_cut(line, "address", &client->address);
    if (client->id >= 0)
        audit_line_number(line, "client", client->id);
    audit_line_cut(line, "command", &client->command);
}

static long long time_of(const struct audit_entry *entry)
{
    if (entry->updated >= 0)
        return entry->updated;
    return audit_clock() - (entry->age > 0 ? (long long)(1000 * entry->age) : 0);
}

/* The object of a refused authentication is AUTH or HELLO as it was sent, which the command tells.
 */
static void say_entry(const struct audit_entry *entry, long long count,
                      const struct audit_secrets *secrets)
{
    struct audit_line line;
    const bool refusal = is_refusal(entry);
    audit_line_begin(&line, refusal ? "auth-refused" : "denied", time_of(entry));
    if (refusal && audit_secrets_have(secrets, &entry->user))
        audit_line_text(&line, "user", "(a password)");
    else
        audit_line_cut(&line, "user", &entry->user);
    put_client(&line, &entry->client);
    audit_line_cut(&line, "reason", &entry->reason);
    if (!refusal)
        audit_line_cut(&line, "object", &entry->object);
    audit_line_cut(&line, "context", &entry->context);
    audit_line_number(&line, "count", count);
    audit_line_say(&line);
}

/* The oldest first. */
static void say_log(struct audit *audit)
{
    struct audit_secrets secrets;
    long long fresh[AUDIT_ENTRIES_MAX];
    audit_state_count(&audit->state, &audit->log, fresh);
    audit_secrets_load(&secrets, audit->settings, audit->uid);
    for (size_t i = audit->log.count; i > 0; i--) {
        const struct audit_entry *entry = &audit->log.entries[i - 1];
        struct audit_state *state = &audit->state;
        if (fresh[i - 1] <= 0)
            continue;
        audit_add(&(is_refusal(entry) ? &state->refused : &state->denied)->told, fresh[i - 1]);
        say_entry(entry, fresh[i - 1], &secrets);
    }
    audit_secrets_free(&secrets);
}

/* An answer that was too long is one with keys, or names of clients, of whatever length: until the
 * pause is over, it is the counters that tell. */
static bool pause_question(long long *until, const struct failure *failure)
{
    if (failure->exit_code == EX_DATAERR)
        *until = audit_clock() + PAUSE_MS;
    return false;
}

static bool ask_log(struct audit *audit, struct failure *failure)
{
    static const char question[] = "ACL LOG " DIGITS_OF(AUDIT_ENTRIES_MAX) "\r\n";
    const struct audit_want want = {&audit->log, NULL, NULL};
    audit->log.count = 0;
    if (!audit_link_ask(&audit->link, question, &want, failure))
        return pause_question(&audit->log_paused, failure);
    say_log(audit);
    return true;
}

/* That a client is user default says only that it sent a command: the server does not tell whether
 * it was let in. */
static void say_client(struct audit *audit, const struct audit_client *client)
{
    struct audit_line line;
    const bool is_default = is_word(&client->user, USER_DEFAULT);
    if (!audit_clients_take(&audit->clients, client) || audit->lines == AUDIT_ENTRIES_MAX)
        return;
    audit->lines++;
    audit->state.accepted.told += is_default ? 0 : 1;
    audit_line_begin(&line, is_default ? "connection" : "auth", audit_clock());
    audit_line_cut(&line, "user", &client->user);
    put_client(&line, client);
    audit_line_say(&line);
}

/* An audit_take. */
static void take_clients(const char *text, size_t length, void *context)
{
    struct audit *audit = context;
    struct audit_client client;
    struct text_line line;
    const char *cursor = text;
    while (line_next(&cursor, text + length, &line)) {
        audit_client_parse(&client, line.begin, (size_t)(line.end - line.begin));
        say_client(audit, &client);
    }
    audit_clients_end(&audit->clients);
    audit->state.client = audit->clients.highest;
}

static bool ask_clients(struct audit *audit, struct failure *failure)
{
    const struct audit_want want = {NULL, take_clients, audit};
    audit->lines = 0;
    return audit->info.clients > AUDIT_CLIENTS_MAX || audit_clock() < audit->list_paused ||
           audit_link_ask(&audit->link, "CLIENT LIST\r\n", &want, failure) ||
           pause_question(&audit->list_paused, failure);
}

static void say_more(struct audit *audit)
{
    struct audit_state *state = &audit->state;
    const long long now = audit_clock();
    const long long refused = audit_counter_rest(&state->refused);
    const long long denied = audit_counter_rest(&state->denied);
    const long long accepted =
        now >= audit->accepted_due ? audit_counter_rest(&state->accepted) : 0;
    struct audit_line line;
    if (refused == 0 && denied == 0 && accepted == 0)
        return;
    audit_line_begin(&line, "more", now);
    audit_line_number(&line, "auth-refused", refused);
    audit_line_number(&line, "denied", denied);
    if (audit->settings->audit_log == AUDIT_ALL_AUTH)
        audit_line_number(&line, "auth", accepted);
    if (accepted > 0)
        audit->accepted_due = now + COUNT_MS;
    audit_line_say(&line);
}

static bool ask_counters(struct audit *audit, struct failure *failure)
{
    audit_info_forget_counters(&audit->info);
    return ask_info(audit, "INFO stats\r\n", failure) &&
           (audit->info.has_counters || ask_info(audit, "INFO errorstats\r\n", failure)) &&
           (audit->settings->audit_log != AUDIT_ALL_AUTH ||
            (ask_info(audit, "INFO commandstats\r\n", failure) &&
             ask_info(audit, "INFO clients\r\n", failure)));
}

/* Without counters of its own what a script was denied is in ACL LOG alone. */
static bool ask_refusals(struct audit *audit, struct failure *failure)
{
    const struct audit_state *state = &audit->state;
    if (audit_clock() < audit->log_paused ||
        (audit->info.has_counters && state->refused.seen == state->refused.told &&
         state->denied.seen == state->denied.told))
        return true;
    return ask_log(audit, failure);
}

bool audit_look(struct audit *audit, struct failure *failure)
{
    struct audit_state *state = &audit->state;
    const struct audit_state before = *state;
    if (!ask_counters(audit, failure))
        return false;
    audit_counter_see(&state->refused, audit->info.refused);
    audit_counter_see(&state->denied, audit->info.denied);
    audit_counter_see(&state->accepted, audit_info_accepted(&audit->info));
    const bool fresh = state->accepted.seen != before.accepted.seen;
    const bool ok = ask_refusals(audit, failure) && (!fresh || ask_clients(audit, failure));
    if (ok)
        say_more(audit);
    return keep_state(audit, &before, failure) && ok;
}
