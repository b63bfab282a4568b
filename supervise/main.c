// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "supervise_child.h"
#include "supervise_loop.h"
#include "supervise_options.h"
#include "supervise_reap.h"
#include "supervise_say.h"
#include "supervise_signals.h"

/*
 * Redis's own shutdown-timeout, and docker stop's, is 10 s: past it, an operator looks for the
 * reason. What is left has the half second that no restart policy would notice.
 */
static const struct loop_times times = {.patience_ms = 10000, .grace_ms = 500};

static int fail(const struct supervise_options *options, const char *what, int exit_code)
{
    SAY(&options->say, SAY_ERROR, what, ": ", strerror(errno));
    return exit_code;
}

static int print_version(void)
{
    return say_plain(STDOUT_FILENO, "redis-init-supervise " PACKAGE_VERSION "\n") ? EX_OK
                                                                                  : EX_OSERR;
}

static bool print_option(const struct supervise_option *option)
{
    static const char spaces[] = "                                    ";
    char line[sizeof(spaces)] = "    ";
    size_t length = 4;

    if (option->letter < 128) {
        line[0] = line[1] = ' ';
        line[2] = '-';
        line[3] = (char)option->letter;
    }
    const char *parts[] = {option->letter < 128 ? ", --" : "  --", option->name,
                           option->argument != NULL ? " " : "",
                           option->argument != NULL ? option->argument : ""};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        length += say_escape(line + length, sizeof(line) - length, parts[i], false);
    return say_plain(STDOUT_FILENO, line) && say_plain(STDOUT_FILENO, spaces + length) &&
           say_plain(STDOUT_FILENO, option->help) && say_plain(STDOUT_FILENO, "\n");
}

static int print_help(void)
{
    if (!say_plain(STDOUT_FILENO,
                   "Usage: redis-init-supervise [OPTIONS] [--] PROGRAM [ARG...]\n"
                   "Runs PROGRAM as a container's init does: passes signals on, reaps, and exits\n"
                   "with its exit code, or 128 and the number of the signal that killed it.\n\n"))
        return EX_OSERR;
    for (size_t i = 0; i < supervise_option_count; i++)
        if (!print_option(&supervise_option_table[i]))
            return EX_OSERR;
    return EX_OK;
}

static int refuse(const struct supervise_options *options, const struct supervise_usage *usage)
{
    const bool apart = usage->value != NULL && strstr(usage->option, usage->value) == NULL;
    SAY(&options->say, SAY_ERROR, usage->option, apart ? " " : "", apart ? usage->value : "", " ",
        usage->reason, "; see --help");
    return EX_USAGE;
}

/* True when the parent is gone already, so that its death will never be signalled. */
static bool watch_parent(int signal, pid_t parent)
{
    return prctl(PR_SET_PDEATHSIG, signal) != 0 || getppid() != parent;
}

static int run(const struct supervise_options *options, char *const argv[], pid_t parent)
{
    struct child child;
    int exit_code;

    if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return fail(options, "cannot become a subreaper", EX_OSERR);
    if (options->parent_death_signal != 0 && watch_parent(options->parent_death_signal, parent))
        return 128 + options->parent_death_signal;
    const int pending = signals_pending_end(options);
    if (pending < 0)
        return fail(options, "cannot read the pending signals", EX_OSERR);
    if (pending > 0) {
        SAY(&options->say, SAY_NOTICE, "ended by ", SIGNAL_NAME(pending), " before ", argv[0],
            " was started");
        return reap_remap(options, 128 + pending);
    }
    if (!child_start(&child, argv, &exit_code)) {
        SAY(&options->say, SAY_ERROR, "cannot execute ", argv[0], ": ", strerror(errno));
        return exit_code;
    }
    SAY(&options->say, SAY_DETAIL, "started ", argv[0], " as PID ", DECIMAL(child.pid));
    return loop_run(options, &times, &child);
}

int main(int argc, char *argv[])
{
    const bool blocked = signals_block(); /* first: a PID 1 would never see what comes before */
    const pid_t parent = getppid();
    struct supervise_options options = supervise_options_default();
    struct supervise_usage usage = {0};

    if (!blocked)
        return fail(&options, "cannot block signals", EX_OSERR);
    const int first = supervise_options_parse(&options, &usage, argc, argv);
    if (first < 0)
        return refuse(&options, &usage);
    if (options.action == SUPERVISE_HELP)
        return print_help();
    if (options.action == SUPERVISE_VERSION)
        return print_version();
    if (options.watch_count > 0 && options.on_change[0] == NULL) {
        SAY(&options.say, SAY_ERROR, "--watch needs --on-change; see --help");
        return EX_USAGE;
    }
    if (first >= argc) {
        SAY(&options.say, SAY_ERROR, "no PROGRAM given; see --help");
        return EX_USAGE;
    }
    return run(&options, argv + first, parent);
}
