// SPDX-License-Identifier: Apache-2.0

/* Life one of PID 1: from the settings to redis-init-supervise, in some milliseconds. */

#include <stdio.h>
#include <unistd.h>

#include "config.h"
#include "environment_file.h"
#include "handoff.h"
#include "options.h"
#include "privileges.h"
#include "secret.h"
#include "settings.h"
#include "start.h"
#include "stop_signal.h"
#include "tool.h"

static bool print_version(struct failure *failure)
{
    if (puts(PACKAGE_STRING) >= 0 && fflush(stdout) == 0)
        return true;
    return failure_set(failure, EX_OSERR, 0, "standard output can't be written");
}

static bool load_settings(struct settings *settings, const struct options *options,
                          char **environment, struct failure *failure)
{
    const struct settings_sources sources = {
        .ini_option = options->config_file,
        .ini_default = SETTINGS_INI,
        .environment = environment,
    };
    return settings_load(settings, &sources, failure);
}

static bool needs_settings(enum command command)
{
    return command == COMMAND_START || command == COMMAND_CONFIG || command == COMMAND_CHECKPASS ||
           command == COMMAND_PING || command == COMMAND_RELOAD || command == COMMAND_AUDIT;
}

static bool carry_out(const struct options *options, struct settings *settings,
                      struct failure *failure)
{
    char **environment = environ;
    if (options->command != COMMAND_START && !stop_signal_release(failure))
        return false;
    if (options->environment_file != NULL)
        environment = environment_file_read(options->environment_file, failure);
    if (environment == NULL || (needs_settings(options->command) &&
                                !load_settings(settings, options, environment, failure)))
        return false;
    switch (options->command) {
    case COMMAND_START:
        return start(options, settings, environ, failure);
    case COMMAND_CONFIG:
        return tool_config(options, settings, environ, failure);
    case COMMAND_CHECKPASS:
        return tool_checkpass(settings, failure);
    case COMMAND_GENPASS:
        return tool_genpass(failure);
    case COMMAND_PING:
        return tool_ping(options, settings, environ, failure);
    case COMMAND_RELOAD:
        return tool_reload(options, settings, environment, failure);
    case COMMAND_AUDIT:
        return tool_audit(options, settings, failure);
    case COMMAND_HELP:
        return options_print_help(failure);
    case COMMAND_VERSION:
        break;
    }
    return print_version(failure);
}

int main(int argc, char **argv)
{
    (void)argc;
    struct options options = {.report = {.level = REPORT_NOTICE}};
    struct settings settings;
    struct failure failure = {0};
    if (stop_signal_hold(&failure) && handoff_keep_standard_fds(&failure) &&
        privileges_are_the_callers(&failure) && privileges_forbid_cores(&failure) &&
        secret_memory_init(&failure) && options_read(&options, argv, &failure) &&
        carry_out(&options, &settings, &failure))
        return 0;
    if (options.command == COMMAND_RELOAD)
        tool_reload_again(&failure);
    if (failure.text[0] == '\0') /* reload asks for another run */
        return failure.exit_code;
    /* a tool that is run beside the server must not speak for it */
    return report_failure(&options.report, &failure,
                          options.command == COMMAND_START ? TERMINATION_LOG : NULL);
}
