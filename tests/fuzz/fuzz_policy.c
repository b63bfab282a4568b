// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "fuzz.h"
#include "policy.h"

#define HEAD 2 /* bytes that choose the limits; the rest is the password */

static const char *const service_words[] = {"redis", "orders", "warehouse", NULL};

static void check_refusal(const struct verdict *verdict, const struct policy *policy)
{
    require(verdict->reason != POLICY_ACCEPTED, "a refusal has a reason");
    if (verdict->reason == POLICY_SHORT)
        require(verdict->length < policy->min_length || verdict->length == 0,
                "only a short password is short");
}

static void check_verdict(const struct verdict *verdict, const struct policy *policy, size_t length)
{
    require(isfinite(verdict->bits) && verdict->bits >= 0, "the bits are a number");
    require(verdict->length == length, "the length is the password's");
    require(verdict->reason >= POLICY_ACCEPTED && verdict->reason <= POLICY_GUESSABLE,
            "the reason is one of them");
    require(verdict->description != NULL && verdict->description[0] != '\0',
            "there is a description");
    if (!verdict->accepted) {
        check_refusal(verdict, policy);
        return;
    }
    require(verdict->reason == POLICY_ACCEPTED, "what is accepted has no reason against it");
    require(length >= policy->min_length && length > 0, "what is accepted is long enough");
    require(verdict->bits >= policy->min_entropy, "what is accepted has the bits");
}

/* The text is static: the same pointer, not only the same words, for a copy that is freed. */
static void check_same(const struct verdict *one, const uint8_t *data, size_t size,
                       const struct policy *policy)
{
    char *copy = copy_of(data, size);
    const struct verdict other = policy_judge(copy, size, policy, service_words);
    free(copy);
    require(one->accepted == other.accepted && one->reason == other.reason &&
                one->length == other.length && fabs(one->bits - other.bits) <= 0 &&
                one->description == other.description,
            "the same password gets the same verdict");
}

/* Higher limits never let in what lower ones refuse. */
static void check_stricter(const struct verdict *one, const uint8_t *data, size_t size,
                           const struct policy *policy)
{
    const struct policy stricter = {policy->min_length + 1, policy->min_entropy + 1};
    const struct verdict other = policy_judge((const char *)data, size, &stricter, service_words);
    require(one->accepted || !other.accepted, "a stricter policy is stricter");
    require(fabs(one->bits - other.bits) <= 0, "the estimate is the password's alone");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD)
        return 0;
    const struct policy policy = {.min_length = data[0] % 64, .min_entropy = data[1]};
    data += HEAD;
    size -= HEAD;
    const uint64_t before = descriptors();
    const struct verdict verdict = policy_judge((const char *)data, size, &policy, service_words);
    check_verdict(&verdict, &policy, size);
    check_same(&verdict, data, size, &policy);
    check_stricter(&verdict, data, size, &policy);
    require(descriptors() == before, "no descriptor leaks");
    return 0;
}
