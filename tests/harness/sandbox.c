// SPDX-License-Identifier: Apache-2.0
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_SANDBOX_FAILED = 125 };

static bool write_file(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    return close(fd) == 0 && written;
}

/* /proc is still the outer one, in which /proc/self is this process all the same. */
static bool map_only_root(uid_t uid, gid_t gid)
{
    char users[32], groups[32];
    (void)snprintf(users, sizeof(users), "0 %u 1", uid);
    (void)snprintf(groups, sizeof(groups), "0 %u 1", gid);
    return write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", users) &&
           write_file("/proc/self/gid_map", groups);
}

static bool loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    request.ifr_flags = IFF_UP;
    const bool up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    return close(fd) == 0 && up;
}

static bool mount_all(const struct sandbox_spec *spec)
{
    const unsigned long safe = MS_NOSUID | MS_NODEV;
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("proc", "/proc", "proc", safe | MS_NOEXEC, NULL) == 0 &&
           (spec->scratch == NULL || mount("tmpfs", spec->scratch, "tmpfs", safe, NULL) == 0);
}

static bool put_fd(int fd, int at)
{
    return fd == 0 || dup2(fd, at) == at;
}

static _Noreturn void give_up(const char *what)
{
    perror(what);
    _exit(EXIT_SANDBOX_FAILED);
}

static _Noreturn void become(const struct sandbox_spec *spec, uid_t uid, gid_t gid)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        give_up("sandbox: prctl");
    if (!spec->plain) {
        if (uid != 0 && !map_only_root(uid, gid))
            give_up("sandbox: id map");
        if (!mount_all(spec))
            give_up("sandbox: mount");
        if (spec->new_net && !loopback_up())
            give_up("sandbox: loopback");
    }
    if (!put_fd(spec->stdin_fd, 0) || !put_fd(spec->stdout_fd, 1) || !put_fd(spec->stderr_fd, 2))
        give_up("sandbox: dup2");
    if (spec->prepare != NULL && !spec->prepare(spec->prepare_arg))
        give_up("sandbox: prepare");
    (void)execve(spec->argv[0], (char *const *)spec->argv,
                 spec->envp != NULL ? (char *const *)spec->envp : environ);
    give_up(spec->argv[0]);
}

pid_t sandbox_start(const struct sandbox_spec *spec)
{
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    unsigned long flags = 0;

    if (!spec->plain)
        flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;
    if (!spec->plain && spec->new_net)
        flags |= CLONE_NEWNET;
    if (!spec->plain && uid != 0)
        flags |= CLONE_NEWUSER;

    /* With the stack of 0 this is fork(2) with namespaces; only flags and stack change places
     * (s390). */
    const pid_t pid =
        flags == 0 ? fork() : (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, NULL, NULL, 0);
    if (pid == 0)
        become(spec, uid, gid);
    if (pid < 0)
        perror("sandbox: clone");
    return pid;
}

bool sandbox_works(void)
{
    const char *const argv[] = {"/bin/true", NULL};
    const struct sandbox_spec spec = {.argv = argv};
    const pid_t pid = sandbox_start(&spec);
    return pid > 0 && sandbox_exit_code(pid) == 0;
}

static int wait_readable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    return poll(&wanted, 1, SANDBOX_DEADLINE_MS);
}

int sandbox_wait(pid_t pid)
{
    int status;
    const int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return -1;
    const bool ended = wait_readable(fd) == 1;
    (void)close(fd);
    if (!ended)
        (void)kill(pid, SIGKILL);
    if (waitpid(pid, &status, 0) != pid || !ended)
        return -1;
    return status;
}

int sandbox_exit_code(pid_t pid)
{
    const int status = sandbox_wait(pid);
    if (status == -1)
        return -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

ssize_t sandbox_proc_file(pid_t pid, const char *name, char *text, size_t size)
{
    char path[128];
    size_t length = 0;
    ssize_t n = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    while (length < size - 1 && (n = read(fd, text + length, size - 1 - length)) > 0)
        length += (size_t)n;
    text[length] = '\0';
    (void)close(fd);
    return n < 0 ? -1 : (ssize_t)length;
}

long long sandbox_status_number(pid_t pid, const char *key, int base)
{
    char text[8192], wanted[64];
    if (sandbox_proc_file(pid, "status", text, sizeof(text)) < 0)
        return -1;
    (void)snprintf(wanted, sizeof(wanted), "\n%s:", key);
    const char *line = strstr(text, wanted);
    return line == NULL ? -1 : (long long)strtoull(line + strlen(wanted), NULL, base);
}

static long long now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool sandbox_await_state(pid_t pid, char state)
{
    const long long end = now_ms() + SANDBOX_DEADLINE_MS;
    char text[1024];

    while (now_ms() < end) {
        const char *close_paren = NULL;
        if (sandbox_proc_file(pid, "stat", text, sizeof(text)) > 0)
            close_paren = strrchr(text, ')');
        if (close_paren != NULL && close_paren[2] == state)
            return true;
        (void)sched_yield();
    }
    return false;
}

pid_t sandbox_only_child(pid_t pid)
{
    char name[64], text[256], *end;
    (void)snprintf(name, sizeof(name), "task/%d/children", pid);
    if (sandbox_proc_file(pid, name, text, sizeof(text)) <= 0)
        return -1;
    const long child = strtol(text, &end, 10);
    return strspn(end, " \n") == strlen(end) ? (pid_t)child : -1;
}

bool sandbox_read_line(int fd, char *line, size_t size)
{
    size_t length = 0;
    char c;

    while (length < size - 1) {
        if (wait_readable(fd) != 1 || read(fd, &c, 1) != 1)
            return false;
        if (c == '\n')
            break;
        if (c != '\r')
            line[length++] = c;
    }
    line[length] = '\0';
    return true;
}

ssize_t sandbox_read_all(int fd, char *text, size_t size)
{
    size_t length = 0;
    while (length < size - 1) {
        if (wait_readable(fd) != 1)
            return -1;
        const ssize_t n = read(fd, text + length, size - 1 - length);
        if (n <= 0)
            break;
        length += (size_t)n;
    }
    text[length] = '\0';
    return (ssize_t)length;
}
