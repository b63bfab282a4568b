// SPDX-License-Identifier: Apache-2.0
#include "vault_retry.h"

int64_t retry_delay(unsigned tries, uint32_t random, int64_t retry_after)
{
    int64_t most = RETRY_BASE_MS;
    for (unsigned i = 1; i < tries && most < RETRY_CAP_MS; i++)
        most *= 2;
    if (most > RETRY_CAP_MS)
        most = RETRY_CAP_MS;
    return retry_after + (most * (int64_t)random >> 32);
}

bool retry_is_useful(long status)
{
    return status == 412 || status == 429 || status == 472 || status == 473 ||
           (status >= 500 && status <= 599);
}
