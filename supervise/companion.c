// SPDX-License-Identifier: Apache-2.0
#include "supervise_companion.h"

#include "supervise_child.h"
#include "supervise_signals.h"
#include "supervise_spawn.h"

#define PAUSE_FIRST_MS 1000
#define PAUSE_MAX_MS 60000
#define NEVER (-1)

void companion_start(struct companion *companion, const struct supervise_options *options,
                     long long now)
{
    *companion = (struct companion){.options = options, .pause = PAUSE_FIRST_MS, .due = NEVER};
    if (options->companion[0] == NULL)
        return;
    companion->due = now;
    companion_do(companion, now);
}

static void start_again(struct companion *companion, long long now)
{
    companion->due = now + companion->pause;
    companion->pause = 2 * companion->pause < PAUSE_MAX_MS ? 2 * companion->pause : PAUSE_MAX_MS;
}

void companion_do(struct companion *companion, long long now)
{
    if (companion->due == NEVER || now < companion->due)
        return;
    companion->due = NEVER;
    companion->started_at = now;
    companion->pid = spawn(companion->options->companion, &companion->options->say);
    if (companion->pid == 0)
        start_again(companion, now);
}

static void say_ended(const struct companion *companion, const siginfo_t *info)
{
    const bool killed = info->si_code != CLD_EXITED;
    const bool missing =
        !killed && (info->si_status == EXIT_NOT_FOUND || info->si_status == EXIT_CANNOT_EXECUTE);
    const char *how = killed ? " was killed by " : " ended with exit code ";
    const char *what = killed ? SIGNAL_NAME(info->si_status) : DECIMAL(info->si_status);
    SAY(&companion->options->say, SAY_WARNING, companion->options->companion[0],
        missing ? " cannot be executed" : how, missing ? "" : what, "; it is started again in ",
        DECIMAL(companion->pause / 1000), " s");
}

void companion_ended(struct companion *companion, const siginfo_t *info, long long now)
{
    companion->pid = 0;
    if (now - companion->started_at >= PAUSE_MAX_MS)
        companion->pause = PAUSE_FIRST_MS;
    say_ended(companion, info);
    start_again(companion, now);
}
