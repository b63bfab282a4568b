// SPDX-License-Identifier: Apache-2.0
#include "supervise_options.h"

#include <limits.h>
#include <signal.h>
#include <string.h>

#include "supervise_signals.h"

enum {
    LETTER_LOG_FORMAT = UCHAR_MAX + 1,
    LETTER_VERSION,
    LETTER_WATCH,
    LETTER_ON_CHANGE,
    LETTER_WATCH_POLL,
    LETTER_COMPANION,
};

#define SECONDS_MAX 86400U /* a day; larger is a slip of milliseconds for seconds */

/* The kubelet's own sync period is 60 s (kubelet's --sync-frequency is 1m). */
#define WATCH_POLL_DEFAULT 60U

/* Decimal digits and nothing else, at most `max`; or -1. */
static long number(const char *text, unsigned max)
{
    unsigned long value = 0;
    if (*text == '\0')
        return -1;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        value = 10 * value + (unsigned long)(*text - '0');
        if (value > max)
            return -1;
    }
    return (long)value;
}

static const char *set_kill_group(struct supervise_options *options, const char *value)
{
    (void)value;
    options->kill_group = true;
    return NULL;
}

static const char *set_warn_on_reap(struct supervise_options *options, const char *value)
{
    (void)value;
    options->warn_on_reap = true;
    return NULL;
}

static const char *set_verbose(struct supervise_options *options, const char *value)
{
    (void)value;
    options->say.level = SAY_DETAIL;
    return NULL;
}

static const char *set_quiet(struct supervise_options *options, const char *value)
{
    (void)value;
    options->say.level = SAY_WARNING;
    return NULL;
}

static const char *set_help(struct supervise_options *options, const char *value)
{
    (void)value;
    options->action = SUPERVISE_HELP;
    return NULL;
}

static const char *set_version(struct supervise_options *options, const char *value)
{
    (void)value;
    options->action = SUPERVISE_VERSION;
    return NULL;
}

static const char *set_rewrite(struct supervise_options *options, const char *value)
{
    char text[SIGNAL_NAME_SIZE] = {0};
    const char *colon = strchr(value, ':');

    if (colon == NULL || (size_t)(colon - value) >= sizeof(text))
        return "is not a pair of signals FROM:TO";
    memcpy(text, value, (size_t)(colon - value));
    const int from = signal_number(text), to = signal_number(colon + 1);
    if (from < 1 || to < 0)
        return "is not a pair of signals FROM:TO";
    if (from == SIGKILL || from == SIGSTOP || from == SIGCHLD)
        return "rewrites a signal that is never passed on (SIGKILL, SIGSTOP, SIGCHLD)";
    options->rewrite[from] = (unsigned char)to;
    return NULL;
}

static const char *set_parent_death_signal(struct supervise_options *options, const char *value)
{
    const int signal = signal_number(value);
    if (signal < 1)
        return "is not a signal";
    options->parent_death_signal = signal;
    return NULL;
}

static const char *set_remap_exit(struct supervise_options *options, const char *value)
{
    const long code = number(value, 255);
    if (code < 0)
        return "is not an exit code from 0 to 255";
    options->remap_exit[code] = true;
    return NULL;
}

static const char *set_stop_timeout(struct supervise_options *options, const char *value)
{
    const long seconds = number(value, SECONDS_MAX);
    if (seconds < 0)
        return "is not a number of seconds from 0 to 86400";
    options->stop_timeout = (unsigned)seconds;
    return NULL;
}

static const char *set_log_format(struct supervise_options *options, const char *value)
{
    const bool json = strcmp(value, "json") == 0;
    if (!json && strcmp(value, "text") != 0)
        return "is neither text nor json";
    options->say.json = json;
    return NULL;
}

static const char *add_watch(struct supervise_options *options, const char *value)
{
    if (value[0] != '/')
        return "is not an absolute path"; /* this process leaves its folder */
    if (options->watch_count == SUPERVISE_WATCH_MAX)
        return "is one file too many";
    options->watch[options->watch_count++] = value;
    return NULL;
}

static const char *add_word(char *words[SUPERVISE_COMMAND_MAX + 1], const char *value)
{
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    if (count == SUPERVISE_COMMAND_MAX)
        return "is one word too many";
    words[count] = (char *)value;
    return NULL;
}

static const char *add_on_change(struct supervise_options *options, const char *value)
{
    return add_word(options->on_change, value);
}

static const char *add_companion(struct supervise_options *options, const char *value)
{
    return add_word(options->companion, value);
}

static const char *set_watch_poll(struct supervise_options *options, const char *value)
{
    const long seconds = number(value, SECONDS_MAX);
    if (seconds < 1)
        return "is not a number of seconds from 1 to 86400";
    options->watch_poll = (unsigned)seconds;
    return NULL;
}

const struct supervise_option supervise_option_table[] = {
    {'g', "kill-group", NULL, "pass signals on to the whole process group of PROGRAM",
     set_kill_group},
    {'r', "rewrite", "FROM:TO", "pass on signal TO instead of FROM; TO 0 drops it; repeatable",
     set_rewrite},
    {'p', "parent-death-signal", "SIG", "pass on SIG when the parent of this process dies",
     set_parent_death_signal},
    {'e', "remap-exit", "CODE", "exit with 0 in place of CODE; repeatable", set_remap_exit},
    {'w', "warn-on-reap", NULL, "say a line for each orphan that is reaped", set_warn_on_reap},
    {'t', "stop-timeout", "SECONDS", "SIGKILL so long after a stop signal; 0 is never, the default",
     set_stop_timeout},
    {LETTER_WATCH, "watch", "PATH", "run a command when this file changes; repeatable", add_watch},
    {LETTER_ON_CHANGE, "on-change", "WORD", "the command, a word each time", add_on_change},
    {LETTER_WATCH_POLL, "watch-poll", "SECONDS",
     "look so often where no event tells of a change; 60, the default", set_watch_poll},
    {LETTER_COMPANION, "companion", "WORD", "a program to run beside PROGRAM, a word each time",
     add_companion},
    {'v', "verbose", NULL, "say every signal and every process that ends", set_verbose},
    {'q', "quiet", NULL, "say only errors and warnings", set_quiet},
    {LETTER_LOG_FORMAT, "log-format", "text|json", "how lines are written to stderr",
     set_log_format},
    {'h', "help", NULL, "print this help and exit", set_help},
    {LETTER_VERSION, "version", NULL, "print the version and exit", set_version},
};

const size_t supervise_option_count =
    sizeof(supervise_option_table) / sizeof(supervise_option_table[0]);

struct supervise_options supervise_options_default(void)
{
    struct supervise_options options = {
        .action = SUPERVISE_RUN, .say = {.level = SAY_NOTICE}, .watch_poll = WATCH_POLL_DEFAULT};
    for (int signal = 1; signal <= SUPERVISE_SIGNAL_MAX; signal++)
        options.rewrite[signal] = (unsigned char)signal;
    return options;
}

static const struct supervise_option *by_letter(int letter)
{
    for (size_t i = 0; i < supervise_option_count; i++)
        if (supervise_option_table[i].letter == letter)
            return &supervise_option_table[i];
    return NULL;
}

static const struct supervise_option *by_name(const char *name, size_t length)
{
    for (size_t i = 0; i < supervise_option_count; i++) {
        const char *known = supervise_option_table[i].name;
        if (strncmp(known, name, length) == 0 && known[length] == '\0')
            return &supervise_option_table[i];
    }
    return NULL;
}

static const char *set(struct supervise_options *options, const struct supervise_option *option,
                       const char *value)
{
    if (option == NULL)
        return "is not an option";
    if (option->argument != NULL && value == NULL)
        return "needs an argument";
    if (option->argument == NULL && value != NULL)
        return "takes no argument";
    return option->set(options, value);
}

const char *supervise_option_set(struct supervise_options *options, int letter, const char *value)
{
    return set(options, by_letter(letter), value);
}

/* "--name", "--name VALUE" or "--name=VALUE". Returns how many of `words` it took, 0 on failure. */
static int parse_long(struct supervise_options *options, struct supervise_usage *usage,
                      char *const words[])
{
    const char *name = words[0] + 2;
    const size_t length = strcspn(name, "=");
    const struct supervise_option *option = by_name(name, length);
    const bool next = name[length] == '\0' && option != NULL && option->argument != NULL;

    usage->value = next ? words[1] : name[length] == '=' ? name + length + 1 : NULL;
    usage->reason = set(options, option, usage->value);
    return usage->reason != NULL ? 0 : next ? 2 : 1;
}

/* "-gv", "-gt5" or "-gt 5", likewise. */
static int parse_letters(struct supervise_options *options, struct supervise_usage *usage,
                         char *const words[])
{
    for (const char *letter = words[0] + 1; *letter != '\0'; letter++) {
        const struct supervise_option *option = by_letter((unsigned char)*letter);
        const bool takes = option != NULL && option->argument != NULL;

        usage->value = !takes ? NULL : letter[1] != '\0' ? letter + 1 : words[1];
        usage->reason = set(options, option, usage->value);
        if (usage->reason != NULL)
            return 0;
        if (takes)
            return letter[1] != '\0' ? 1 : 2;
    }
    return 1;
}

int supervise_options_parse(struct supervise_options *options, struct supervise_usage *usage,
                            int argc, char *const argv[])
{
    int i = 1;
    while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        usage->option = argv[i];
        const int taken = argv[i][1] == '-' ? parse_long(options, usage, argv + i)
                                            : parse_letters(options, usage, argv + i);
        if (taken == 0)
            return -1;
        i += taken;
    }
    return i;
}
