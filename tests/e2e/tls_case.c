// SPDX-License-Identifier: Apache-2.0
#include "tls_case.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox.h"

#define SERIAL_SIZE 128

static const char functions[] =
    "ec='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'\n"
    "pair() {\n"
    "openssl req $ec -keyout $1.key -out $1.csr -subj /CN=$1 -addext subjectAltName=IP:127.0.0.1\n"
    "openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 "
    "-copy_extensions copy -out $1.crt\n"
    "}\n"
    "printf '[a]\\nnew_certs_dir=.\\ndatabase=index\\nserial=ca.srl\\ndefault_md=sha256\\n"
    "policy=p\\n[p]\\ncommonName=supplied\\n' >a.cnf; : >index\n"
    "dated() { openssl ca -batch -config a.cnf -name a -cert ca.crt -keyfile ca.key "
    "-in server.csr -notext -startdate $2 -enddate $3 -out $1.crt; }\n"
    "put() {\n"
    "[ -L live/$2 ] || ln -s ..data/$2 live/$2\n"
    "[ \"${1:--}\" = - ] || cp $1 $new/$2\n"
    "}\n"
    "own() { [ $(id -u) != 0 ] || find . -type f -name '*.key' -exec chown 999 {} +; }\n"
    "publish() {\n"
    "mkdir -p live; new=$(mktemp -d live/..XXXXXXXX); chmod 755 $new\n"
    "put $1 tls.crt; put $2 tls.key; put $3 ca.crt; put \"$4\" password; own\n"
    "old=$(readlink live/..data || :)\n"
    "ln -s ${new#live/} live/..data_tmp; mv -T live/..data_tmp live/..data\n"
    "[ -z \"$old\" ] || rm -r live/$old\n"
    "}\n";

void tls_case_shell(const struct container *container, const char *script)
{
    char line[8192];
    const int n =
        snprintf(line, sizeof(line), "cd %s/tls && exec >>log 2>&1 && set -e\n%s%s\nown\n",
                 container->folder, functions, script);
    ck_assert(n > 0 && (size_t)n < sizeof(line));
    const int status = system(line);
    ck_assert_msg(status == 0, "%s: %d", script, status);
}

void tls_case_make(const struct container *container, const struct container *authority)
{
    char path[256];
    char script[512];
    container_path(container, "tls", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    if (authority != NULL)
        (void)snprintf(script, sizeof(script), "cp %s/tls/ca.* .", authority->folder);
    tls_case_shell(container, authority != NULL
                                  ? script
                                  : "openssl req -x509 $ec -keyout ca.key -out ca.crt "
                                    "-subj /CN=authority -days 30");
    tls_case_shell(container, "pair server; pair client");
}

/* As root the container has a network of its own, once it is started. */
static void print_enter(const struct container *container, char *text, size_t size)
{
    *text = '\0';
    if (container->port == CONTAINER_PORT && container->pid != 0)
        (void)snprintf(text, size, "nsenter --net=/proc/%d/ns/net", container->pid);
}

const char *tls_case_output(const struct container *container, const char *command)
{
    static char text[65536];
    char line[2048];
    char enter[64];
    print_enter(container, enter, sizeof(enter));
    const int n = snprintf(line, sizeof(line),
                           "cd %s/tls && export REDISCLI_AUTH=" TLS_CASE_PASSWORD
                           " && exec %s timeout 20 sh -c '%s' 2>&1 </dev/null",
                           container->folder, enter, command);
    ck_assert(n > 0 && (size_t)n < sizeof(line));
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(pipe);
    text[fread(text, 1, sizeof(text) - 1, pipe)] = '\0';
    (void)pclose(pipe);
    return text;
}

static const char *serial_by(const struct container *container, const char *command, char *serial)
{
    const char *text = strstr(tls_case_output(container, command), "serial=");
    if (text == NULL)
        return "";
    const int length = (int)strcspn(text + strlen("serial="), "\n");
    (void)snprintf(serial, SERIAL_SIZE, "%.*s", length, text + strlen("serial="));
    return serial;
}

const char *tls_case_serial(const struct container *container, int port)
{
    static char serial[SERIAL_SIZE];
    char command[256];
    (void)snprintf(command, sizeof(command),
                   "openssl s_client -connect 127.0.0.1:%d -cert client.crt -key client.key "
                   "</dev/null 2>&1 | tee shown | openssl x509 -noout -serial",
                   port);
    return serial_by(container, command, serial);
}

const char *tls_case_serial_of(const struct container *container, const char *file)
{
    static char serial[SERIAL_SIZE];
    char command[256];
    (void)snprintf(command, sizeof(command), "openssl x509 -noout -serial -in %s", file);
    return serial_by(container, command, serial);
}

static _Noreturn void become_client(const char *script, int commands, int answers)
{
    if (dup2(commands, STDIN_FILENO) >= 0 && dup2(answers, STDOUT_FILENO) >= 0)
        (void)execl("/bin/sh", "sh", "-c", script, (char *)NULL);
    _exit(127);
}

struct tls_client tls_case_connect(const struct container *container, int port)
{
    int commands[2];
    int answers[2];
    char enter[64];
    char script[512];
    print_enter(container, enter, sizeof(enter));
    (void)snprintf(script, sizeof(script),
                   "cd %s/tls && REDISCLI_AUTH=" TLS_CASE_PASSWORD
                   " exec %s redis-cli -p %d " TLS_CASE_CLIENT,
                   container->folder, enter, port);
    ck_assert_int_eq(pipe2(commands, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(answers, O_CLOEXEC), 0);
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        become_client(script, commands[0], answers[1]);
    (void)close(commands[0]);
    (void)close(answers[1]);
    return (struct tls_client){pid, commands[1], answers[0]};
}

void tls_case_ask(const struct tls_client *client, const char *command, char *answer, size_t size)
{
    ck_assert_int_gt(dprintf(client->commands, "%s\n", command), 0);
    ck_assert(sandbox_read_line(client->answers, answer, size));
}

void tls_case_disconnect(const struct tls_client *client)
{
    (void)close(client->commands);
    (void)close(client->answers);
    (void)sandbox_exit_code(client->pid);
}
