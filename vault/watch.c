// SPDX-License-Identifier: Apache-2.0
#include "vault_clock.h"
#include "vault_sync.h"

/* Waits for the next run, and renews the token meanwhile; false when a signal came. */
static bool wait_for_next(struct sync *sync, int64_t next)
{
    struct failure failure;
    for (;;) {
        const int64_t renewal = vault_renewal(&sync->vault);
        if (!stop_wait(sync->stop, renewal < next ? renewal : next))
            return false;
        if (renewal >= next)
            return true;
        (void)http_set_deadline(sync->http, clock_ms() + sync->options->deadline_ms);
        if (!vault_renew(&sync->vault, &failure) && sync->stop->signal == 0)
            report_line(&sync->options->report, REPORT_WARNING, "%s", failure.text);
        http_rest(sync->http);
    }
}

void sync_watch(struct sync *sync)
{
    struct failure failure;
    do {
        const bool ok = sync_run(sync, &failure);
        if (!ok && sync->stop->signal == 0)
            report_line(&sync->options->report, REPORT_ERROR, "%s", failure.text);
        http_rest(sync->http); /* here, so that it reaches what is wait_for_next()'s stack */
    } while (sync->stop->signal == 0 && wait_for_next(sync, clock_ms() + sync->options->watch_ms));
}
