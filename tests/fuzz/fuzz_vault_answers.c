// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "vault_json.h"
#include "vault_judge.h"
#include "vault_memory.h"

static const struct sync_options options = {
    .mount = "secret",
    .path = "redis/p",
    .fields = {{"password", "password", true}, {"user", "user", false}},
    .field_count = 2,
    .min_length = 16,
    .min_entropy = 64,
};

/* Both engines: what is read is judged, and what is refused is told. */
static void read_content(unsigned kv, const char *bytes, size_t size)
{
    struct failure failure = {0};
    struct kv_content content = {0};
    double bits;
    if (!kv_answer_read(&content, kv, "secret/redis/p", bytes, size, &failure)) {
        require_told(&failure);
        require(failure.exit_code == EX_UNAVAILABLE || failure.exit_code == EX_DATAERR,
                "an answer is malformed or unfit");
        require(content.fields == NULL, "nothing is left of what was refused");
        return;
    }
    require(json_is_object(content.fields) && content.version >= 0, "fields are an object");
    if (fields_judge(&options, &content, &bits, &failure))
        require(json_string_length(json_object_get(content.fields, "password")) >= 16 && bits >= 64,
                "a weak password is refused");
    else {
        require_told(&failure);
        require(failure.exit_code == EX_DATAERR, "a field is unfit");
    }
    kv_content_free(&content);
}

/* A token from there can stand in a header. */
static void read_grant(const char *bytes, size_t size)
{
    struct failure failure = {0};
    struct vault_grant grant;
    json_t *answer = answer_parse(bytes, size, "Vault", &failure);
    if (answer == NULL || !vault_grant_read(&grant, answer, &failure)) {
        require_told(&failure);
        json_decref(answer);
        return;
    }
    require(grant.lease_ms >= 0 && grant.token_length > 0, "a lease is no less than none");
    struct credential *token = credential_of(grant.token, grant.token_length, "it", &failure);
    if (token != NULL)
        require(strpbrk(credential_text(token), " \t\r\n") == NULL, "a token is one word");
    else
        require_told(&failure);
    credential_free(token);
    json_decref(answer);
}

static void read_error(long status, const char *bytes, size_t size)
{
    struct failure failure = {0};
    char text[VAULT_TEXT_SIZE];
    int64_t version = -1;
    const struct http_service service = {.name = "Vault", .url = "https://v"};
    const struct http_answer answer = {.status = status};
    const enum kv_absence absence = kv_absence_of(bytes, size, &version);
    require(absence <= KV_FOREIGN && version >= 0, "it is one of them");
    vault_error_text(text, bytes, size);
    require(strnlen(text, sizeof(text)) < sizeof(text), "a text ends");
    for (unsigned operation = 0; operation < VAULT_OPERATIONS; operation++) {
        const struct vault_question question = {.operation = operation, .what = "it"};
        require(!vault_failure(&service, &question, &answer, text, &failure), "it is a failure");
        require_told(&failure);
        require(failure.exit_code >= EX_USAGE && failure.exit_code <= EX_CONFIG,
                "it has an exit code");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct failure failure;
    if (size == 0)
        return 0;
    require(vault_memory_init(&failure), "there is memory");
    char *bytes = copy_of(data + 1, size - 1);
    read_content(1, bytes, size - 1);
    read_content(2, bytes, size - 1);
    read_grant(bytes, size - 1);
    read_error(300 + data[0], bytes, size - 1);
    free(bytes);
    return 0;
}
