// SPDX-License-Identifier: Apache-2.0
#include "rotation.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "environment_file.h"
#include "overlap.h"
#include "private_file.h"
#include "run_lock.h"
#include "supervise_options.h"

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U /* linux/stat.h, since Linux 5.8 */
#endif

/* What is found on the way; `off` says why there is no rotation. */
struct arranger {
    struct rotation *rotation;
    const struct rotation_start *start;
    size_t watched;
    char off[PATH_MAX + 160];
    struct failure *failure;
};

static bool add(struct arranger *arranger, const char *option, const char *value)
{
    struct rotation *rotation = arranger->rotation;
    char *word = NULL;
    if (rotation->count == ROTATION_WORDS_MAX || asprintf(&word, "%s%s", option, value) < 0)
        return failure_set(arranger->failure, EX_OSERR, ENOMEM, "no memory for the arguments");
    rotation->words[rotation->count++] = word;
    return true;
}

/* Back to so many. */
static void cut(struct rotation *rotation, size_t count)
{
    while (rotation->count > count)
        free(rotation->words[--rotation->count]);
}

/* Whether the name is a mount by itself, as subPath makes it: it shows the old file for ever. What
 * an older kernel does not tell is not held against it. */
static bool is_mount(const char *path)
{
    char folder[PATH_MAX];
    struct statx of_file;
    struct statx of_folder;
    (void)snprintf(folder, sizeof(folder), "%s", path);
    return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &of_file) == 0 &&
           statx(AT_FDCWD, dirname(folder), 0, STATX_MNT_ID, &of_folder) == 0 &&
           (of_file.stx_mask & of_folder.stx_mask & STATX_MNT_ID) != 0 &&
           of_file.stx_mnt_id != of_folder.stx_mnt_id;
}

/* Why no change of that file would be seen or could be read, or NULL. */
static const char *problem_of(const char *path)
{
    struct stat status;
    if (*path != '/')
        return "is a relative path, and the supervisor is at /";
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return "is no regular file";
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return "can't be read by the server's user";
    return is_mount(path) ? "is a mount by itself (subPath): mount its folder" : NULL;
}

static bool watch(struct arranger *arranger, const char *path)
{
    const char *problem = problem_of(path);
    if (arranger->off[0] != '\0')
        return true;
    if (problem == NULL && arranger->watched == SUPERVISE_WATCH_MAX)
        problem = "is one more than can be watched";
    if (problem != NULL) {
        (void)snprintf(arranger->off, sizeof(arranger->off), "%s %s", path, problem);
        return true;
    }
    arranger->watched++;
    return add(arranger, "--watch=", path);
}

static bool watch_users(struct arranger *arranger)
{
    const struct settings *settings = arranger->start->settings;
    bool ok = true;
    for (size_t i = 0; ok && i < settings->users.count; i++) {
        const struct user_settings *user = settings->users.list[i];
        if (user->variable_count > 0)
            (void)snprintf(arranger->off, sizeof(arranger->off),
                           "the password of user `%s` is given by a variable", user->name);
        for (size_t j = 0; ok && j < user->file_count; j++)
            ok = watch(arranger, user->files[j].value);
    }
    return ok;
}

/* The users' rules stand in the ini and in the aclfile. One that can't be watched is no reason to
 * leave the passwords as they are: SIGHUP has it read as well. One that ends inside a line is for
 * reload half written. */
static bool watch_rules(struct arranger *arranger)
{
    const struct settings *settings = arranger->start->settings;
    const char *const files[] = {settings->config_file, settings->aclfile};
    const bool is_cut[] = {settings->config_is_cut, arranger->start->aclfile_is_cut};
    bool ok = true;
    for (size_t i = 0; settings_has_users(settings) && i < 2; i++)
        if (is_cut[i])
            (void)snprintf(arranger->off, sizeof(arranger->off),
                           "%s does not end with a line end, which tells a whole one", files[i]);
    for (size_t i = 0; ok && settings_has_users(settings) && i < 2; i++)
        if (files[i] != NULL && *files[i] != '\0' && problem_of(files[i]) == NULL &&
            arranger->watched < SUPERVISE_WATCH_MAX)
            ok = watch(arranger, files[i]);
    return ok;
}

/* Where `redis-init reload` would not know what it goes by. */
static bool can_reload(struct arranger *arranger)
{
    const struct rotation_start *start = arranger->start;
    if (!start->in_run_dir)
        (void)snprintf(arranger->off, sizeof(arranger->off), "redis.conf is in a memfd");
    else if (start->renamed != NULL)
        (void)snprintf(arranger->off, sizeof(arranger->off), "rename-command renames %s",
                       start->renamed);
    else if (start->settings->config_file != NULL && *start->settings->config_file != '/')
        (void)snprintf(arranger->off, sizeof(arranger->off), "%s %s", start->settings->config_file,
                       problem_of(start->settings->config_file));
    return arranger->off[0] == '\0';
}

static bool watch_passwords(struct arranger *arranger)
{
    const struct rotation_start *start = arranger->start;
    bool ok = true;
    if (start->password->by_value)
        (void)snprintf(arranger->off, sizeof(arranger->off),
                       "the password is given by %.*s, which can't change: mount a Secret and name "
                       "its file",
                       (int)strcspn(start->password->source, " "), start->password->source);
    for (size_t i = 0; ok && i < start->password->file_count; i++)
        ok = watch(arranger, start->password->files[i]);
    return ok && watch_users(arranger) && watch_rules(arranger);
}

static bool watch_certificates(struct arranger *arranger)
{
    const struct tls_settings *tls = &arranger->start->settings->tls;
    const char *const files[] = {tls->cert_file, tls->key_file, tls->ca_file,
                                 tls->key_password_file};
    bool ok = true;
    for (size_t i = 0; ok && tls->port != 0 && i < sizeof(files) / sizeof(files[0]); i++)
        ok = *files[i] == '\0' || watch(arranger, files[i]);
    return ok;
}

typedef bool watch_part(struct arranger *arranger);

/* Passwords or certificates: what can't be watched as a whole is not watched at all, and the other
 * part goes on without it. *on is whether it is. */
static bool arrange_part(struct arranger *arranger, watch_part *part, const char *name, bool *on)
{
    const size_t words = arranger->rotation->count;
    const size_t watched = arranger->watched;
    if (!part(arranger))
        return false;
    if (arranger->off[0] != '\0') {
        report_line(&arranger->start->options->report, REPORT_NOTICE,
                    "rotation%s is off because %s", name, arranger->off);
        cut(arranger->rotation, words);
        arranger->watched = watched;
        arranger->off[0] = '\0';
    }
    *on = arranger->watched > watched;
    return true;
}

static bool is_for_reload(const struct rotation_start *start, const char *variable)
{
    static const char suffix[] = "_FILE";
    const size_t length = strcspn(variable, "=");
    if (secret_is_in(start->password->secret, variable, strlen(variable)) || *variable == '\0')
        return false;
    if (password_is_variable(start->settings, variable))
        return length > strlen(suffix) &&
               memcmp(variable + length - strlen(suffix), suffix, strlen(suffix)) == 0;
    return settings_is_variable(variable) ||
           strncmp(variable, "CREDENTIALS_DIRECTORY=", strlen("CREDENTIALS_DIRECTORY=")) == 0;
}

/* Whether one of the array is of that name: a later one counts, as for the start. */
static bool is_replaced(char *const *own, const char *variable)
{
    const size_t length = strcspn(variable, "=") + 1;
    for (; *own != NULL; own++)
        if (strncmp(*own, variable, length) == 0)
            return true;
    return false;
}

static bool write_variables(const struct rotation_start *start, char **own, struct failure *failure)
{
    size_t count = 0;
    while (start->environment[count] != NULL)
        count++;
    char **variables = calloc(count + 3, sizeof(*variables));
    if (variables == NULL)
        return failure_set(failure, EX_OSERR, errno, "no memory for the environment");
    char **next = variables;
    for (char **variable = own; *variable != NULL; variable++)
        *next++ = *variable;
    *next = NULL;
    for (size_t i = 0; i < count; i++)
        if (is_for_reload(start, start->environment[i]) &&
            !is_replaced(own, start->environment[i]) &&
            !is_replaced(start->environment + i + 1, start->environment[i]))
            *next++ = start->environment[i];
    *next = NULL;
    const bool ok = environment_file_write(variables, start->settings->run_dir, failure);
    free(variables);
    return ok;
}

/* What arguments said of the settings that a tool has a use for. */
static bool leave_environment(const struct rotation_start *start, struct failure *failure)
{
    const char *config = start->options->config_file;
    char *server = NULL;
    char *ini = NULL;
    bool ok = (asprintf(&server, "REDIS_INIT_SERVER=%s", start->server) >= 0 &&
               (config == NULL || asprintf(&ini, "REDIS_INIT_CONFIG=%s", config) >= 0)) ||
              failure_set(failure, EX_OSERR, ENOMEM, "no memory for the environment");
    char *own[] = {server, ini, NULL};
    ok = ok && write_variables(start, own, failure);
    free(server);
    free(ini);
    return ok;
}

/* The words of `redis-init TOOL`, each behind the supervisor's `option`; `part` is an option of the
 * tool's, or "". */
static bool add_tool(struct arranger *arranger, const char *option, const char *tool,
                     const char *part)
{
    const struct rotation_start *start = arranger->start;
    const struct report *report = &start->options->report;
    char program[PATH_MAX];
    char file[PATH_MAX + sizeof("--environment=/" ENVIRONMENT_NAME)];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (length < 0)
        return failure_set(arranger->failure, EX_OSERR, errno, "/proc/self/exe can't be read");
    program[length] = '\0';
    (void)snprintf(file, sizeof(file), "--environment=%s/" ENVIRONMENT_NAME,
                   start->settings->run_dir);
    bool ok = add(arranger, option, program) && add(arranger, option, tool) &&
              add(arranger, option, file);
    if (*part != '\0')
        ok = ok && add(arranger, option, part);
    if (report->format == REPORT_JSON)
        ok = ok && add(arranger, option, "--log-format=json");
    if (report->level != REPORT_NOTICE)
        ok = ok && add(arranger, option, report->level == REPORT_DETAIL ? "--verbose" : "--quiet");
    return ok;
}

bool rotation_add_tool(struct rotation *rotation, const struct rotation_start *start,
                       const char *option, const char *tool, struct failure *failure)
{
    struct arranger arranger = {.rotation = rotation, .start = start, .failure = failure};
    return leave_environment(start, failure) && add_tool(&arranger, option, tool, "");
}

/* `part` is an option of reload's, or "". */
static bool add_command(struct arranger *arranger, const char *part)
{
    char poll[16];
    (void)snprintf(poll, sizeof(poll), "%u", arranger->start->settings->poll);
    return add(arranger, "--watch-poll=", poll) &&
           add_tool(arranger, "--on-change=", "reload", part);
}

/* What a former start left: nothing of it is meant for this server. */
static void forget(const char *run_dir)
{
    overlap_forget(run_dir);
    run_lock_forget(run_dir);
}

bool rotation_arrange(struct rotation *rotation, const struct rotation_start *start,
                      struct failure *failure)
{
    struct arranger arranger = {.rotation = rotation, .start = start, .failure = failure};
    const bool has_tls = start->settings->tls.port != 0;
    bool passwords;
    bool certificates;
    *rotation = (struct rotation){.count = 0};
    if (start->in_run_dir)
        forget(start->settings->run_dir);
    if (!can_reload(&arranger)) {
        report_line(&start->options->report, REPORT_NOTICE, "rotation is off because %s",
                    arranger.off);
        return true;
    }
    if (!arrange_part(&arranger, watch_passwords, has_tls ? " of passwords" : "", &passwords) ||
        !arrange_part(&arranger, watch_certificates, " of certificates", &certificates))
        return false;
    if (!passwords && !certificates)
        return true;
    const char *alone = passwords ? "--passwords" : "--certificates";
    return leave_environment(start, failure) &&
           add_command(&arranger, has_tls && passwords != certificates ? alone : "");
}

void rotation_free(struct rotation *rotation)
{
    cut(rotation, 0);
}
