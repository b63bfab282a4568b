// SPDX-License-Identifier: Apache-2.0
#include "handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "password_source.h"

#define SUPERVISOR "redis-init-supervise"

bool handoff_find_beside(const char *program, char path[PATH_MAX], struct failure *failure)
{
    const size_t size = strlen(program) + 1;
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length < 0)
        return failure_set(failure, EX_OSERR, errno,
                           "/proc/self/exe can't be read, is /proc mounted?");
    path[length] = '\0';
    char *name = strrchr(path, '/') + 1;
    if (size > (size_t)(path + PATH_MAX - name))
        return failure_set(failure, EX_OSERR, ENAMETOOLONG, "%s", path);
    memcpy(name, program, size);
    if (access(path, X_OK) < 0)
        return failure_set(failure, EX_OSERR, errno,
                           "%s can't be executed, copy it beside redis-init", path);
    return true;
}

bool handoff_find_supervisor(char path[PATH_MAX], struct failure *failure)
{
    return handoff_find_beside(SUPERVISOR, path, failure);
}

bool handoff_check_supervisor(const char *path, struct failure *failure)
{
    if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0)
        return true;
    return failure_set(failure, EX_NOPERM, errno,
                       "%s can't be executed by uid %u, which must be let into its folder", path,
                       geteuid());
}

static bool is_ours(const char *variable, const struct settings *settings)
{
    return settings_is_variable(variable) || password_is_variable(settings, variable);
}

static bool holds(const char *variable, const struct secret *secret, const struct report *report)
{
    if (!secret_is_in(secret, variable, strlen(variable)))
        return false;
    int name = (int)strcspn(variable, "=");
    if (!secret_is_in(secret, variable, (size_t)name))
        report_line(report, REPORT_WARNING,
                    "the variable %.*s holds the password, it is not passed on", name, variable);
    return true;
}

void handoff_forget(char *const *environment, const struct settings *settings,
                    const struct secret *secret, const struct report *report)
{
    for (; *environment != NULL; environment++)
        if (!is_ours(*environment, settings) && holds(*environment, secret, report))
            explicit_bzero(*environment, strlen(*environment));
}

char **handoff_environment(char *const *environment, const struct settings *settings,
                           const struct secret *secret, const struct report *report,
                           struct failure *failure)
{
    size_t count = 0;
    while (environment[count] != NULL)
        count++;
    char **passed = calloc(count + 1, sizeof(*passed));
    if (passed == NULL) {
        failure_set(failure, EX_OSERR, errno, "no memory for the environment");
        return NULL;
    }
    char **next = passed;
    for (size_t i = 0; i < count; i++)
        if (*environment[i] != '\0' && !is_ours(environment[i], settings) &&
            !holds(environment[i], secret, report))
            *next++ = environment[i];
    return passed;
}

static bool is_kept(int fd, const int kept[HANDOFF_KEPT_MAX])
{
    for (size_t i = 0; i < HANDOFF_KEPT_MAX; i++)
        if (fd == kept[i])
            return true;
    return false;
}

static void close_others(const int kept[HANDOFF_KEPT_MAX])
{
    int last = STDERR_FILENO;
    for (size_t i = 0; i < HANDOFF_KEPT_MAX; i++)
        last = kept[i] > last ? kept[i] : last;
    for (int fd = STDERR_FILENO + 1; fd < last; fd++)
        if (!is_kept(fd, kept))
            (void)close(fd);
    if (close_range((unsigned)last + 1, ~0U, 0) == 0)
        return;
    const long limit = sysconf(_SC_OPEN_MAX); /* for kernels before 5.9 */
    for (int fd = last + 1; fd < limit; fd++)
        (void)close(fd);
}

bool handoff_exec(char *const *argv, char *const *environment, const int kept[HANDOFF_KEPT_MAX],
                  struct failure *failure)
{
    close_others(kept);
    (void)execve(argv[0], argv, environment);
    return failure_set(failure, EX_OSERR, errno, "%s can't be executed", argv[0]);
}
