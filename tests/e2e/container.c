// SPDX-License-Identifier: Apache-2.0
#include "container.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <hiredis/hiredis.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

#define UID_OF_USER 1000 /* what a normal user is inside */

enum { EXEC_FAILED = 125 };

uid_t container_uid(void)
{
    return geteuid() == 0 ? 999 : UID_OF_USER;
}

void container_setenv(struct container *container, const char *assignment)
{
    ck_assert_uint_lt(container->environment_count, CONTAINER_ENV_MAX - 1);
    container->environment[container->environment_count++] = assignment;
}

void container_arg(struct container *container, const char *argument)
{
    ck_assert_uint_lt(container->argument_count, CONTAINER_ARGS_MAX - 1);
    container->arguments[container->argument_count++] = argument;
}

const char *container_users(const struct container *container)
{
    static const char own_folder[] = "redis-init/users.acl.d/users.acl";
    return container_has(container, own_folder) ? own_folder : "redis-init/users.acl";
}

void container_path(const struct container *container, const char *name, char *path, size_t size)
{
    int n = snprintf(path, size, "%s/%s", container->folder, name);
    ck_assert(n > 0 && (size_t)n < size);
}

static void make_folder(const struct container *container, const char *name, mode_t mode)
{
    char path[256];
    container_path(container, name, path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

/* Hard links would need one file system; a copy may be anywhere. */
static void copy_program(const struct container *container, const char *from, const char *name)
{
    char command[512];
    int n = snprintf(command, sizeof(command), "cp %s %s/bin/%s && chmod 755 %s/bin/%s", from,
                     container->folder, name, container->folder, name);
    ck_assert(n > 0 && (size_t)n < sizeof(command));
    ck_assert_int_eq(system(command), 0);
}

void container_copy_self(const struct container *container, const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/exe", getpid());
    copy_program(container, path, name);
}

bool container_is_root(const char *test)
{
    if (geteuid() != 0)
        printf("SKIP: %s needs root\n", test);
    return geteuid() == 0;
}

static bool is_free(int port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((in_port_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    const bool is = bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    (void)close(fd);
    return is;
}

/* Only a normal user's tests, which share the host's network, depend on it. Of another test that
 * runs now it is not, whose PID is another, and of no client: their ports begin at 32768 (ip(7)).
 */
static int free_port(void)
{
    int port = 10000 + getpid() % 20000;
    while (!is_free(port) && port < 32768)
        port++;
    return port;
}

/* Words of CONTAINER_WRAPPER, such as valgrind and its options, in front of redis-init; ./dev
 * valgrind sets it. */
static void add_wrapper(struct container *container)
{
    static char words[256];
    const char *given = getenv("CONTAINER_WRAPPER");
    char *rest = words;
    if (given == NULL)
        return;
    (void)snprintf(words, sizeof(words), "%s", given);
    for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " "))
        container_arg(container, word);
}

void container_init(struct container *container)
{
    memset(container, 0, sizeof(*container));
    (void)snprintf(container->folder, sizeof(container->folder), "/tmp/redis-init-e2e-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(container->folder));
    ck_assert_int_eq(chmod(container->folder, 0755), 0);
    make_folder(container, "bin", 0755);
    make_folder(container, "dev", 0755);
    make_folder(container, "data", 0777);
    container_write(container, "dev/null", "", 0, 0666);
    container_write(container, "dev/urandom", "", 0, 0666);
    container_write(container, "dev/termination-log", "", 0, 0666);
    copy_program(container, "./redis-init", "redis-init");
    copy_program(container, "./redis-init-supervise", "redis-init-supervise");
    if (access("./redis-init-tls", X_OK) == 0) /* configure --without-openssl has none */
        copy_program(container, "./redis-init-tls", "redis-init-tls");
    container_setenv(container, "PATH=/usr/local/bin:/usr/bin:/bin");
    container_setenv(container, "REDIS_INIT_DATA_DIR=/run/data");
    container_setenv(container, "ASAN_OPTIONS=detect_leaks=0");
    add_wrapper(container);
    container_arg(container, "/run/bin/redis-init");
    container->port = geteuid() == 0 ? CONTAINER_PORT : free_port();
    (void)snprintf(container->port_variable, sizeof(container->port_variable), "REDIS_INIT_PORT=%d",
                   container->port);
    if (container->port != CONTAINER_PORT)
        container_setenv(container, container->port_variable);
}

void container_write(const struct container *container, const char *name, const void *bytes,
                     size_t length, mode_t mode)
{
    char path[256];
    container_path(container, name, path, sizeof(path));
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    ck_assert_int_eq(close(fd), 0);
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

/* A second user namespace inside the sandbox's first, in which its root is an ordinary user. */
static bool become_user(void)
{
    return unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") &&
           write_text("/proc/self/gid_map", "1000 0 1") &&
           write_text("/proc/self/uid_map", "1000 0 1");
}

static bool bind_mount(const char *from, const char *to)
{
    return mount(from, to, NULL, MS_BIND | MS_REC, NULL) == 0;
}

static bool prepare(void *argument)
{
    const struct container *container = argument;
    umask(0022);
    bool ok = bind_mount(container->folder, "/run") && bind_mount("/dev/null", "/run/dev/null") &&
              bind_mount("/dev/urandom", "/run/dev/urandom") && bind_mount("/run/dev", "/dev");
    return ok && (container->port == CONTAINER_PORT || become_user()) &&
           (container->before_exec == NULL || container->before_exec(container->before_exec_arg));
}

void container_start(struct container *container)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    container->arguments[container->argument_count] = NULL;
    container->environment[container->environment_count] = NULL;
    const struct sandbox_spec spec = {
        .argv = container->arguments,
        .envp = container->environment,
        .prepare = prepare,
        .prepare_arg = container,
        .stdout_fd = ends[1],
        .stderr_fd = ends[1],
        .new_net = container->port == CONTAINER_PORT,
    };
    container->pid = sandbox_start(&spec);
    ck_assert_int_gt(container->pid, 0);
    (void)close(ends[1]);
    container->output = ends[0];
}

static void keep_line(struct container *container, const char *line)
{
    size_t length = strlen(line);
    if (container->log_length + length + 2 > sizeof(container->log))
        return;
    memcpy(container->log + container->log_length, line, length);
    container->log_length += length;
    container->log[container->log_length++] = '\n';
    container->log[container->log_length] = '\0';
}

bool container_await_line(struct container *container, const char *text)
{
    char line[4096];
    while (sandbox_read_line(container->output, line, sizeof(line))) {
        keep_line(container, line);
        if (strstr(line, text) != NULL)
            return true;
    }
    return false;
}

int container_wait(struct container *container)
{
    (void)container_await_line(container, "\n"); /* no line has one: reads to the end */
    int code = sandbox_exit_code(container->pid);
    container->pid = 0;
    /* how valgrind begins what it says about PID 1 */
    ck_assert_msg(strstr(container->log, "==1==") == NULL, "%s", container->log);
    return code;
}

bool container_has(const struct container *container, const char *name)
{
    char path[256];
    struct stat status;
    container_path(container, name, path, sizeof(path));
    return lstat(path, &status) == 0;
}

pid_t container_server(const struct container *container)
{
    pid_t pid = sandbox_only_child(container->pid);
    ck_assert_int_gt(pid, 0);
    return pid;
}

pid_t container_child(const struct container *container, int index)
{
    char name[64];
    char text[256];
    char *next = text;
    (void)snprintf(name, sizeof(name), "task/%d/children", container->pid);
    ck_assert_int_gt(sandbox_proc_file(container->pid, name, text, sizeof(text)), 0);
    while (index-- > 0)
        (void)strtol(next, &next, 10);
    const long pid = strtol(next, NULL, 10);
    ck_assert_int_gt(pid, 0);
    return (pid_t)pid;
}

struct container_client {
    redisContext *context;
};

/* Opens a file of the container's, or of this process (pid 0). */
static int open_net(pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/ns/net", pid != 0 ? pid : getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void enter_net(int fd)
{
    ck_assert_int_eq(setns(fd, CLONE_NEWNET), 0);
    (void)close(fd);
}

/* Joins the container's network for the time of the connect; the test is a process of its own
 * (CK_FORK). */
struct container_client *container_connect(const struct container *container, const char *address)
{
    const bool own_net = container->port == CONTAINER_PORT;
    struct container_client *client = calloc(1, sizeof(*client));
    ck_assert_ptr_nonnull(client);
    int home = own_net ? open_net(0) : -1;
    if (own_net)
        enter_net(open_net(container->pid));
    client->context = redisConnect(address, container->port);
    if (own_net)
        enter_net(home);
    ck_assert_msg(client->context != NULL && client->context->err == 0, "connect: %s",
                  client->context != NULL ? client->context->errstr : "no memory");
    return client;
}

void container_command(struct container_client *client, char *answer, size_t size, int argc,
                       const char *const *argv, const size_t *lengths)
{
    redisReply *reply = redisCommandArgv(client->context, argc, (const char **)argv, lengths);
    ck_assert_msg(reply != NULL, "no answer: %s", client->context->errstr);
    if (reply->type == REDIS_REPLY_INTEGER)
        (void)snprintf(answer, size, "%lld", reply->integer);
    else
        (void)snprintf(answer, size, "%s", reply->str != NULL ? reply->str : "");
    freeReplyObject(reply);
}

void container_disconnect(struct container_client *client)
{
    redisFree(client->context);
    free(client);
}

void container_expect(struct container_client *client, const char *expected, ...)
{
    const char *argv[8];
    int argc = 0;
    char answer[256];
    va_list words;
    va_start(words, expected);
    while (argc < 8 && (argv[argc] = va_arg(words, const char *)) != NULL)
        argc++;
    va_end(words);
    container_command(client, answer, sizeof(answer), argc, argv, NULL);
    ck_assert_msg(strncmp(answer, expected, strlen(expected)) == 0, "%s: %s, not %s", argv[0],
                  answer, expected);
}

static void expect_wrong_password(struct container_client *client)
{
    char answer[256];
    container_command(client, answer, sizeof(answer), 2, (const char *const[]){"AUTH", "wrong"},
                      NULL);
    ck_assert_msg(strncmp(answer, "WRONGPASS", 9) == 0 ||
                      strcmp(answer, "ERR invalid password") == 0 /* Redis 5 */,
                  "AUTH: %s", answer);
}

void container_start_guarded(struct container *container, const char *password)
{
    container_start(container);
    ck_assert_msg(container_await_line(container, CONTAINER_READY), "no start:\n%s",
                  container->log);
    struct container_client *client = container_connect(container, "127.0.0.1");
    container_expect(client, "NOAUTH", "PING", NULL);
    expect_wrong_password(client);
    container_expect(client, "OK", "AUTH", password, NULL);
    container_expect(client, "PONG", "PING", NULL);
    container_disconnect(client);
    ck_assert_ptr_null(strstr(container->log, password));
}

static int open_namespace(pid_t pid, const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* A user's container is an inner user namespace; the others are those of the outer one. */
bool container_enter(const struct container *container)
{
    static const char *const names[] = {"mnt", "pid", "ipc", "net"};
    const bool own_net = container->port == CONTAINER_PORT;
    int fds[4];
    for (size_t i = 0; i < 4; i++)
        fds[i] = open_namespace(container->pid, names[i]);
    const int user = own_net ? -1 : open_namespace(container->pid, "user");
    bool ok = own_net || setns(ioctl(user, NS_GET_PARENT), CLONE_NEWUSER) == 0;
    for (size_t i = 0; ok && i < (own_net ? 4U : 3U); i++)
        ok = setns(fds[i], 0) == 0;
    return ok && (own_net || setns(user, CLONE_NEWUSER) == 0);
}

/* No more than a container's root needs: above all, a private folder of the server's is shut to it.
 */
static bool limit_root(void)
{
    for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        if (cap != CAP_SETUID && cap != CAP_SETGID && cap != CAP_CHOWN &&
            prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
            return false;
    return true;
}

static bool become(uid_t uid)
{
    if (uid == 0)
        return geteuid() != 0 || limit_root();
    return setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 &&
           setresuid(uid, uid, uid) == 0;
}

static _Noreturn void exec_inside(const struct container *container, uid_t uid, int output,
                                  const char *const *words)
{
    const char *argv[CONTAINER_ARGS_MAX] = {"/run/bin/redis-init"};
    const size_t own = *words[0] == '/' ? 0 : 1;
    for (size_t i = 0; words[i] != NULL && i < CONTAINER_ARGS_MAX - 2; i++)
        argv[i + own] = words[i];
    /* a shell starts what is in the background with SIGQUIT ignored */
    if (signal(SIGQUIT, SIG_DFL) == SIG_ERR || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0 || !become(uid))
        _exit(EXEC_FAILED);
    (void)execve(argv[0], (char *const *)argv, (char *const *)container->environment);
    _exit(EXEC_FAILED);
}

/* Never returns: the parent of the process inside. */
static _Noreturn void parent_of_exec(const struct container *container, uid_t uid, bool abandoned,
                                     int output, const char *const *words)
{
    int status;
    if (!container_enter(container))
        _exit(EXEC_FAILED);
    const pid_t inside = fork();
    if (inside == 0)
        exec_inside(container, uid, output, words);
    (void)close(output);
    if (abandoned || inside < 0 || waitpid(inside, &status, 0) != inside)
        _exit(abandoned && inside > 0 ? 0 : EXEC_FAILED);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

struct container_process container_exec_start(const struct container *container, uid_t uid,
                                              bool abandoned, const char *const *words)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    const pid_t parent = fork();
    ck_assert_int_ge(parent, 0);
    if (parent == 0)
        parent_of_exec(container, uid, abandoned, ends[1], words);
    (void)close(ends[1]);
    return (struct container_process){parent, ends[0]};
}

pid_t container_exec_pid(const struct container_process *process)
{
    const pid_t pid = sandbox_only_child(process->parent);
    ck_assert_int_gt(pid, 0); /* or a signal would go to everybody */
    return pid;
}

int container_exec_wait(struct container_process *process, char *output, size_t size)
{
    ck_assert_int_ge(sandbox_read_all(process->output, output, size), 0);
    (void)close(process->output);
    const int code = sandbox_exit_code(process->parent);
    ck_assert_msg(code != EXEC_FAILED, "no process could be started inside: %s", output);
    return code;
}

void container_stop(struct container *container, int code)
{
    ck_assert_int_eq(kill(container->pid, SIGTERM), 0);
    ck_assert_int_eq(container_wait(container), code);
}

int container_main(TCase *tests)
{
    if (!sandbox_works()) {
        puts("SKIP: this machine lets this user make no namespaces");
        return 77;
    }
    /* each wait has its own deadline; a test of a thousand of them on a busy machine needs this */
    tcase_set_timeout(tests, 10.0 * SANDBOX_DEADLINE_MS / 1000);
    Suite *suite = suite_create(program_invocation_short_name);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
    (void)status;
    (void)flag;
    (void)ftw;
    (void)remove(path);
    return 0;
}

void container_free(struct container *container)
{
    if (container->pid > 0) {
        (void)kill(container->pid, SIGKILL);
        (void)sandbox_wait(container->pid);
    }
    if (container->output > 0)
        (void)close(container->output);
    (void)nftw(container->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
