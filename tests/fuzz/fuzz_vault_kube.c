// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "vault_json.h"
#include "vault_kube.h"
#include "vault_memory.h"

static const struct sync_options options = {
    .mount = "secret",
    .path = "redis/p",
    .secret = "redis",
    .fields = {{"password", "password", true}},
    .field_count = 1,
};

/* Whether it has the value is what its own body would say. */
static void read_secret(const char *bytes, size_t size)
{
    struct failure failure = {0};
    struct kube_secret secret;
    struct kv_content content = {json_pack("{s:s}", "password", "value"), 1};
    bool same = false;
    json_t *answer = answer_parse(bytes, size, "Kubernetes", &failure);
    const bool ok = answer != NULL && kube_secret_read(&secret, answer, &failure) &&
                    kube_secret_has(&secret, &options, &content, &same, &failure);
    if (!ok) {
        require_told(&failure);
        require(failure.exit_code == EX_UNAVAILABLE, "an answer is malformed");
    } else {
        const char *value = json_string_value(json_object_get(secret.data, "password"));
        require(same == (value != NULL && strcmp(value, "dmFsdWU=") == 0), "a value is compared");
        json_t *body =
            kube_body(KUBE_MERGE, "ns", &options, &content, "t", secret.resource_version, &failure);
        require(body != NULL, "a patch can be made");
        json_decref(body);
    }
    json_decref(answer);
    kv_content_free(&content);
}

static void read_status(long http_status, const char *bytes, size_t size)
{
    struct failure failure = {0};
    struct kube_status status;
    const struct http_service service = {.name = "Kubernetes", .url = "https://k"};
    const struct http_answer answer = {.status = http_status};
    kube_status_read(&status, bytes, size);
    require(!status.is_own_conflict || status.manager[0] == '\0', "a conflict is ours or not");
    for (unsigned operation = 0; operation < KUBE_OPERATIONS; operation++) {
        require(!kube_failure(&service, operation, "ns/s", &answer, &status, &failure),
                "it is a failure");
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
    read_secret(bytes, size - 1);
    read_status(300 + data[0], bytes, size - 1);
    free(bytes);
    return 0;
}
