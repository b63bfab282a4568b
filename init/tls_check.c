// SPDX-License-Identifier: Apache-2.0
#include "tls_check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handoff.h"
#include "password_source.h"

#define PROGRAM "redis-init-tls"
#define ANSWER_SIZE 512

bool tls_password_load(struct secret **secret, const struct settings *settings,
                       struct failure *failure)
{
    const char *path = settings->tls.key_password_file;
    *secret = NULL;
    if (settings->tls.port == 0 || *path == '\0')
        return true;
    *secret = password_of_file(path, "[tls] key_password_file", failure);
    return *secret != NULL;
}

bool tls_server_check(const struct settings *settings, const char *server,
                      const struct server_features *features, struct failure *failure)
{
    if (settings->tls.port == 0 || !features->known || features->tls)
        return true;
    return failure_set(failure, EX_CONFIG, 0, "[tls] port: %s was built without TLS, take another",
                       server);
}

/* The ends of a pipe for the password, and of one for the answer. */
struct pipes {
    int password[2];
    int answer[2];
};

static bool open_pipes(struct pipes *pipes)
{
    return pipe2(pipes->password, O_CLOEXEC) == 0 && pipe2(pipes->answer, O_CLOEXEC) == 0;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void close_pipes(struct pipes *pipes)
{
    for (size_t i = 0; i < 2; i++) {
        close_end(&pipes->password[i]);
        close_end(&pipes->answer[i]);
    }
}

/* In the child. An empty environment: no OPENSSL_CONF of somebody's has a word in it. */
static _Noreturn void run(const char *path, const struct settings *settings, bool has_password,
                          const struct pipes *pipes)
{
    char *const environment[] = {NULL};
    const char *const words[] = {PROGRAM,
                                 "-p",
                                 settings->tls.cert_file,
                                 settings->tls.key_file,
                                 *settings->tls.ca_file != '\0' ? settings->tls.ca_file : NULL,
                                 NULL};
    char *argv[sizeof(words) / sizeof(words[0])];
    size_t count = 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (i != 1 || has_password)
            argv[count++] = (char *)(uintptr_t)words[i];
    if (dup2(pipes->password[0], STDIN_FILENO) >= 0 && dup2(pipes->answer[1], STDOUT_FILENO) >= 0)
        (void)execve(path, argv, environment);
    _exit(EX_OSERR);
}

/* A pipe has room for it: pipe(7), 64 KiB by default and a page at least. */
static bool send_password(int fd, const struct secret *password)
{
    size_t length;
    if (password == NULL)
        return true;
    const char *bytes = secret_bytes(password, &length);
    return write(fd, bytes, length) == (ssize_t)length;
}

/* One line, without its end. */
static void read_answer(int fd, char *text, size_t size)
{
    size_t length = 0;
    ssize_t n;
    while ((n = read(fd, text + length, size - 1 - length)) > 0 || (n < 0 && errno == EINTR))
        length += n > 0 ? (size_t)n : 0;
    text[length] = '\0';
    text[strcspn(text, "\n")] = '\0';
}

/* The exit code, or EX_OSERR. SIGCHLD is blocked: what is pending is not to reach life two. */
static int wait_for(pid_t pid)
{
    static const struct timespec at_once;
    sigset_t child_ended;
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return EX_OSERR;
    (void)sigemptyset(&child_ended);
    (void)sigaddset(&child_ended, SIGCHLD);
    (void)sigtimedwait(&child_ended, NULL, &at_once);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EX_OSERR;
}

static bool ask(const char *path, const struct settings *settings, const struct secret *password,
                struct pipes *pipes, int *code, char answer[ANSWER_SIZE])
{
    /* before the fork, so that the child holds no end to write to */
    if (!send_password(pipes->password[1], password))
        return false;
    close_end(&pipes->password[1]);
    const pid_t pid = fork();
    if (pid == 0)
        run(path, settings, password != NULL, pipes);
    close_end(&pipes->answer[1]);
    if (pid < 0)
        return false;
    read_answer(pipes->answer[0], answer, ANSWER_SIZE);
    *code = wait_for(pid);
    return true;
}

static bool judge(int code, const char *answer, const struct report *report,
                  struct failure *failure)
{
    if (code == EX_DATAERR || code == EX_NOINPUT)
        return failure_set(failure, code, 0, "[tls] %s", answer);
    if (code != 0)
        return failure_set(failure, EX_OSERR, 0, PROGRAM " ended with %d: %s", code,
                           *answer != '\0' ? answer : "it can't be run by this uid");
    if (*answer != '\0')
        report_line(report, REPORT_WARNING, "[tls] %s", answer);
    return true;
}

bool tls_check(const struct settings *settings, const struct secret *password,
               const struct report *report, struct failure *failure)
{
    char path[PATH_MAX];
    char answer[ANSWER_SIZE];
    int code = 0;
    struct pipes pipes = {{-1, -1}, {-1, -1}};
    if (settings->tls.port == 0)
        return true;
    if (!handoff_find_beside(PROGRAM, path, failure))
        return false;
    const bool ok = open_pipes(&pipes) && ask(path, settings, password, &pipes, &code, answer);
    const int error = errno;
    close_pipes(&pipes);
    return ok ? judge(code, answer, report, failure)
              : failure_set(failure, EX_OSERR, error, PROGRAM " can't be started");
}
