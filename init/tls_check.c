// SPDX-License-Identifier: Apache-2.0
#include "tls_check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "password_source.h"
#include "tls_program.h"

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

/* A descriptor to read the password from, or nothing. A pipe has room for it: pipe(7), 64 KiB by
 * default and a page at least. */
static int open_input(const struct secret *password)
{
    int ends[2];
    size_t length = 0;
    const char *bytes = password != NULL ? secret_bytes(password, &length) : "";
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    const bool ok = write(ends[1], bytes, length) == (ssize_t)length;
    (void)close(ends[1]);
    if (ok)
        return ends[0];
    (void)close(ends[0]);
    return -1;
}

static bool run(struct tls_program_answer *answer, const struct settings *settings,
                const struct secret *password, int server, struct failure *failure)
{
    const struct tls_settings *tls = &settings->tls;
    const char *words[TLS_PROGRAM_WORDS_MAX + 1] = {NULL};
    size_t count = 0;
    if (server >= 0)
        words[count++] = "-s";
    if (password != NULL)
        words[count++] = "-p";
    words[count++] = tls->cert_file;
    words[count++] = tls->key_file;
    if (*tls->ca_file != '\0')
        words[count++] = tls->ca_file;
    const int input = open_input(password);
    if (input < 0)
        return failure_set(failure, EX_OSERR, errno, "no pipe for " TLS_PROGRAM);
    const bool ok = tls_program_run(answer, words, input, server, failure);
    (void)close(input);
    return ok;
}

/* What is behind the first line, without the end of the second. */
static char *second_line(char *text)
{
    char *line = text + strcspn(text, "\n");
    line += *line != '\0' ? 1 : 0;
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static bool judge(struct certificate *certificate, struct tls_program_answer *answer,
                  const struct report *report, struct failure *failure)
{
    char *text = answer->text;
    if (answer->code == 0 && certificate_parse(certificate, text)) {
        const char *warning = second_line(text);
        if (*warning != '\0')
            report_line(report, REPORT_WARNING, "[tls] %s", warning);
        return true;
    }
    text[strcspn(text, "\n")] = '\0';
    if (answer->code == TLS_PROGRAM_NONE_SHOWN)
        return failure_set(failure, EX_TEMPFAIL, 0, "[tls] %s", text);
    if (answer->code == EX_DATAERR || answer->code == EX_NOINPUT)
        return failure_set(failure, answer->code, 0, "[tls] %s", text);
    return failure_set(failure, EX_OSERR, 0, TLS_PROGRAM " ended with %d: %s", answer->code,
                       *text != '\0' ? text : "it can't be run by this uid");
}

bool tls_check(struct certificate *certificate, const struct settings *settings,
               const struct secret *password, const struct report *report, struct failure *failure)
{
    struct tls_program_answer answer = {.code = EX_OSERR};
    *certificate = (struct certificate){.serial = ""};
    return settings->tls.port == 0 || (run(&answer, settings, password, -1, failure) &&
                                       judge(certificate, &answer, report, failure));
}

bool tls_show(struct certificate *shown, const struct settings *settings,
              const struct secret *password, int server, struct failure *failure)
{
    static const struct report quiet = {.level = REPORT_ERROR};
    struct tls_program_answer answer = {.code = EX_OSERR};
    return run(&answer, settings, password, server, failure) &&
           judge(shown, &answer, &quiet, failure);
}
