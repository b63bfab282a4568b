// SPDX-License-Identifier: Apache-2.0
#include "audit_client.h"

#include <sodium.h>
#include <string.h>

_Static_assert(AUDIT_HASH_SIZE == crypto_hash_sha256_BYTES, "it is SHA-256");

void audit_text_take(struct audit_text *text, const char *bytes, size_t length)
{
    text->whole = length;
    text->length = length < sizeof(text->bytes) ? length : sizeof(text->bytes);
    memcpy(text->bytes, bytes, text->length);
    (void)crypto_hash_sha256(text->hash, (const unsigned char *)bytes, length);
}

static long long number_of(const char *bytes, size_t length)
{
    long long number = 0;
    if (length == 0 || length > 18) /* which a long long holds */
        return -1;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return -1;
        number = 10 * number + (bytes[i] - '0');
    }
    return number;
}

static void take_word(struct audit_client *client, const char *word, size_t length)
{
    const struct {
        const char *name;
        struct audit_text *text;
    } texts[] = {{"addr=", &client->address}, {"cmd=", &client->command}, {"user=", &client->user}};

    if (length > 3 && memcmp(word, "id=", 3) == 0)
        client->id = number_of(word + 3, length - 3);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const size_t name = strlen(texts[i].name);
        if (length >= name && memcmp(word, texts[i].name, name) == 0)
            audit_text_take(texts[i].text, word + name, length - name);
    }
}

void audit_client_parse(struct audit_client *client, const char *line, size_t length)
{
    const char *const end = line + length;
    *client = (struct audit_client){.id = -1};
    while (line < end) {
        const char *space = memchr(line, ' ', (size_t)(end - line));
        const char *word_end = space != NULL ? space : end;
        take_word(client, line, (size_t)(word_end - line));
        line = word_end + 1;
    }
}
