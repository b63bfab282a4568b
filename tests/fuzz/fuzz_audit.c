// SPDX-License-Identifier: Apache-2.0
#include "audit_clients.h"
#include "audit_info.h"
#include "audit_state.h"
#include "fuzz.h"

/* What is read of an answer is within its bounds, and ends. */
static void check_text(const struct audit_text *text)
{
    require(text->length <= AUDIT_TEXT_MAX && text->length <= text->whole, "a text is cut");
}

static void check_log(const struct audit_log *log)
{
    static struct audit_state state;
    long long fresh[AUDIT_ENTRIES_MAX];
    require(log->count <= AUDIT_ENTRIES_MAX, "there are no more entries than were asked for");
    for (size_t i = 0; i < log->count; i++) {
        check_text(&log->entries[i].object);
        check_text(&log->entries[i].user);
        check_text(&log->entries[i].client.address);
    }
    for (int look = 0; look < 2; look++)
        audit_state_count(&state, log, fresh);
    for (size_t i = 0; i < log->count; i++)
        require(fresh[i] == 0, "what was said is not new");
}

/* In two pieces. */
static void read_log(const char *bytes, size_t size, size_t cut)
{
    static struct audit_log log;
    struct audit_error error;
    const struct audit_want want = {&log, NULL, NULL};
    struct audit_reader *reader = audit_reader_new();
    require(reader != NULL, "there is memory");
    enum answer_state state = ANSWER_INCOMPLETE;
    for (int piece = 0; piece < 2 && state != ANSWER_BAD; piece++) {
        if (!audit_reader_feed(reader, piece == 0 ? bytes : bytes + cut,
                               piece == 0 ? cut : size - cut))
            break;
        do {
            if (state == ANSWER_WHOLE)
                log.count = 0;
            state = audit_reader_next(reader, &want, &error);
            check_log(&log);
        } while (state == ANSWER_WHOLE);
    }
    log.count = 0;
    audit_reader_free(reader);
}

static void read_text(const char *bytes, size_t size)
{
    static struct audit_clients clients;
    struct audit_info info = {.pid = 0};
    struct audit_client client;
    audit_info_take(bytes, size, &info);
    require(info.run_id[sizeof(info.run_id) - 1] == '\0', "an id ends");
    require(audit_info_accepted(&info) >= 0, "no fewer than none");
    audit_client_parse(&client, bytes, size);
    check_text(&client.user);
    (void)audit_clients_take(&clients, &client);
    audit_clients_end(&clients);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *bytes = copy_of(data + 1, size - 1);
    read_log(bytes, size - 1, data[0] % size);
    read_text(bytes, size - 1);
    free(bytes);
    return 0;
}
