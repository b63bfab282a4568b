// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>

#include "fuzz.h"
#include "listener.h"
#include "ping_verdict.h"

/* What a server may say, in two pieces, to each question. */
static void read_answers(const char *bytes, size_t size, size_t cut)
{
    static struct server_answer answer;
    struct answer_reader *reader = answer_reader_new();
    require(reader != NULL, "there is memory");
    enum answer_state state = ANSWER_INCOMPLETE;
    for (int piece = 0; piece < 2 && state != ANSWER_BAD; piece++) {
        if (!answer_reader_feed(reader, piece == 0 ? bytes : bytes + cut,
                                piece == 0 ? cut : size - cut))
            break;
        while ((state = answer_reader_next(reader, &answer)) == ANSWER_WHOLE) {
            require(answer.length <= ANSWERS_MAX && answer.text[answer.length] == '\0',
                    "an answer ends");
            for (unsigned question = PING_AUTH; question <= PING_REPLICATION; question++) {
                const struct ping_verdict verdict = ping_verdict_of(question, &answer);
                require(strnlen(verdict.text, sizeof(verdict.text)) < sizeof(verdict.text) &&
                            strchr(verdict.text, '\n') == NULL,
                        "a reason is one line");
                require(question != PING_AUTH || verdict.result != PING_READY,
                        "nobody is ready who was not asked");
            }
        }
    }
    answer_reader_free(reader);
}

/* A table of the kernel's, which is at least no worse than that. */
static void read_table(const char *bytes, size_t size)
{
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(6379)};
    FILE *table = fmemopen((void *)(uintptr_t)bytes, size, "r");
    if (table == NULL)
        return; /* for no bytes */
    const enum listener found = listener_in_table(table, (const struct sockaddr *)&address, 999);
    require(found <= LISTENER_UNKNOWN, "it is one of the four");
    (void)fclose(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *bytes = copy_of(data + 1, size - 1);
    read_answers(bytes, size - 1, data[0] % size);
    read_table(bytes, size - 1);
    free(bytes);
    return 0;
}
