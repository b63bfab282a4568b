// SPDX-License-Identifier: Apache-2.0

/*
 * redis-vault-sync: from Vault into the Secret that redis-init mounts, or into a file. A program of
 * its own, so that neither redis-init nor PID 1 links libcurl.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "handoff.h"
#include "privileges.h"
#include "stop_signal.h"
#include "vault_memory.h"
#include "vault_sync.h"

static bool print_version(struct failure *failure)
{
    if (puts("redis-vault-sync " PACKAGE_VERSION) >= 0 && fflush(stdout) == 0)
        return true;
    return failure_set(failure, EX_OSERR, 0, "standard output can't be written");
}

static bool run(const struct sync_options *options, struct stop *stop, char *const *environment,
                struct failure *failure)
{
    struct sync sync;
    struct http *http = http_new(stop, &options->report, failure);
    if (http == NULL)
        return false;
    bool ok = sync_open(&sync, options, stop, http, environment, failure);
    if (ok && options->watch_ms > 0)
        sync_watch(&sync);
    else
        ok = ok && sync_run(&sync, failure);
    sync_close(&sync);
    http_free(http);
    return ok;
}

/* Before any library looks: none gets to see a proxy, a resolver's file, or SSLKEYLOGFILE, into
 * which libcurl would write what opens the connections. */
static bool empty_environment(struct failure *failure)
{
    return clearenv() == 0 || failure_set(failure, EX_OSERR, 0, "the environment can't be emptied");
}

/* A Job whose command line is wrong has to end as well, and with it its sidecar. */
static void let_sidecar_go(struct sync_options *options)
{
    struct stop stop = {.fd = -1};
    struct failure ignored = {0};
    struct http *http = NULL;
    if (options->quit_sidecar != NULL && sync_options_check_quit(options, &ignored) &&
        stop_open(&stop, &ignored))
        http = http_new(&stop, &options->report, &ignored);
    if (http != NULL)
        sidecar_quit(http, options);
    http_free(http);
    stop_close(&stop);
}

static bool read_options(struct sync_options *options, char **argv, char *const *environment,
                         struct failure *failure)
{
    const bool ok = sync_options_read(options, argv, environment, failure);
    if (!ok)
        let_sidecar_go(options);
    return ok;
}

static bool carry_out(const struct sync_options *options, char *const *environment,
                      struct failure *failure)
{
    struct stop stop = {.fd = -1};
    if (options->command == SYNC_HELP)
        return sync_options_print_help(failure);
    if (options->command == SYNC_VERSION)
        return print_version(failure);
    vault_memory_lock(&options->report);
    const bool ok = stop_open(&stop, failure) && run(options, &stop, environment, failure);
    stop_close(&stop);
    return ok;
}

int main(int argc, char **argv)
{
    (void)argc;
    char *const *environment = environ;
    struct sync_options options = {.report = {.program = "redis-vault-sync"}};
    struct failure failure = {0};
    if (empty_environment(&failure) && stop_signal_hold(&failure) &&
        handoff_keep_standard_fds(&failure) && privileges_forbid_cores(&failure) &&
        vault_memory_init(&failure) && read_options(&options, argv, environment, &failure) &&
        carry_out(&options, environment, &failure))
        return 0;
    return report_failure(&options.report, &failure, TERMINATION_LOG);
}
