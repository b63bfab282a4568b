// SPDX-License-Identifier: Apache-2.0
#include "tls_program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handoff.h"

/* As that number, to survive the exec. */
static bool give(int fd, int number)
{
    return fd == number ? fcntl(fd, F_SETFD, 0) == 0 : dup2(fd, number) >= 0;
}

/* In the child. An empty environment: no OPENSSL_CONF of somebody's has a word in it. None of the
 * descriptors is 0 to 2; the server's comes last, as its number may be another's. */
static _Noreturn void run(const char *path, const char *const *words, const int fds[3])
{
    char *const environment[] = {NULL};
    char *argv[TLS_PROGRAM_WORDS_MAX + 2] = {(char *)(uintptr_t)TLS_PROGRAM};
    for (size_t i = 0; i < TLS_PROGRAM_WORDS_MAX && words[i] != NULL; i++)
        argv[i + 1] = (char *)(uintptr_t)words[i];
    if (give(fds[0], STDIN_FILENO) && give(fds[1], STDOUT_FILENO) &&
        (fds[2] < 0 || give(fds[2], TLS_PROGRAM_SERVER_FD)))
        (void)execve(path, argv, environment);
    _exit(EX_OSERR);
}

static void read_text(int fd, char *text, size_t size)
{
    size_t length = 0;
    ssize_t n;
    while ((n = read(fd, text + length, size - 1 - length)) > 0 || (n < 0 && errno == EINTR))
        length += n > 0 ? (size_t)n : 0;
    text[length] = '\0';
}

/* The exit code, or EX_OSERR. SIGCHLD is blocked at a start: what is pending is not to reach life
 * two. */
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

bool tls_program_run(struct tls_program_answer *answer, const char *const *words, int input,
                     int server, struct failure *failure)
{
    char path[PATH_MAX];
    int output[2];
    if (!handoff_find_beside(TLS_PROGRAM, path, failure))
        return false;
    if (pipe2(output, O_CLOEXEC) != 0)
        return failure_set(failure, EX_OSERR, errno, TLS_PROGRAM " can't be started");
    const pid_t pid = fork();
    if (pid == 0)
        run(path, words, (const int[]){input, output[1], server});
    const int error = errno;
    (void)close(output[1]);
    if (pid > 0) {
        read_text(output[0], answer->text, sizeof(answer->text));
        answer->code = wait_for(pid);
    }
    (void)close(output[0]);
    return pid > 0 || failure_set(failure, EX_OSERR, error, TLS_PROGRAM " can't be started");
}
