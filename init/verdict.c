// SPDX-License-Identifier: Apache-2.0
#include "verdict.h"

#include "service_words.h"

struct verdict verdict_of(const struct secret *secret, const struct settings *settings)
{
    const struct policy policy = {
        .min_length = settings->min_length,
        .min_entropy = settings->min_entropy,
    };
    struct service_words words;
    size_t length;
    const char *bytes = secret_bytes(secret, &length);
    service_words_collect(&words, settings);
    return policy_judge(bytes, length, &policy, words.list);
}

bool verdict_failure(const struct verdict *verdict, const struct settings *settings,
                     const char *source, struct failure *failure)
{
    return failure_set(
        failure, EX_DATAERR, 0,
        "password refused: %s: %s, %zu characters (%u needed), estimated %.0f bits, %u "
        "needed; `redis-init genpass` makes a good one",
        source, verdict->description, verdict->length, settings->min_length, verdict->bits,
        settings->min_entropy);
}

bool verdict_check(const struct password *password, const struct settings *settings, double *bits,
                   struct failure *failure)
{
    *bits = 0;
    if (password->secret == NULL)
        return true;
    const struct verdict verdict = verdict_of(password->secret, settings);
    *bits = verdict.bits;
    return verdict.accepted || verdict_failure(&verdict, settings, password->source, failure);
}
