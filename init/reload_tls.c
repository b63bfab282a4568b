// SPDX-License-Identifier: Apache-2.0
#include "reload_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit_line.h"
#include "conf_edit.h"
#include "conf_words.h"
#include "private_file.h"
#include "redis_conf.h"
#include "reload_server.h"
#include "tls_check.h"

#define SERVER_TIMEOUT 10 /* seconds, for what is told, and once more for the handshake */

static bool read_conf(struct reload_tls *tls, struct failure *failure)
{
    const char *run_dir = tls->settings->run_dir;
    bool found;
    if (!running_conf_read(&tls->conf, tls->settings, tls->uid, &found, failure) ||
        (found && !run_file_read(&tls->conf_text, run_dir, CONF_NAME, tls->uid, &found, failure)))
        return false;
    return found || running_conf_missing(tls->settings, tls->uid, failure);
}

static bool find(const struct reload_tls *tls, const char *name, struct conf_line *line)
{
    return conf_edit_find(tls->conf_text.bytes, tls->conf_text.length, name, line);
}

static bool read_told(struct reload_tls *tls, struct failure *failure)
{
    char word[CERTIFICATE_PRINTED_MAX];
    size_t length;
    struct conf_line line;
    if (!find(tls, REDIS_CONF_CERTIFICATE, &line))
        return failure_set(failure, EX_CONFIG, 0,
                           "the server was started without [tls], which only a start can change");
    const char *cursor = tls->conf_text.bytes + line.value;
    if (conf_next_word(&cursor, tls->conf_text.bytes + line.end, word, sizeof(word) - 1, &length) !=
            CONF_WORD ||
        length >= sizeof(word))
        length = 0;
    word[length] = '\0';
    return certificate_parse(&tls->told, word) ||
           failure_set(failure, EX_CONFIG, 0,
                       CONF_NAME ": `" REDIS_CONF_CERTIFICATE "` was changed, start anew");
}

/* The server reads what its own paths lead to. */
static bool judge_paths(const struct reload_tls *tls, struct failure *failure)
{
    const struct tls_settings *settings = &tls->settings->tls;
    const struct {
        const char *key, *directive, *path;
    } rows[] = {
        {"cert_file", "tls-cert-file", settings->cert_file},
        {"key_file", "tls-key-file", settings->key_file},
        {"ca_file", "tls-ca-cert-file", settings->ca_file},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct conf_line line;
        if (*rows[i].path != '\0' &&
            (!find(tls, rows[i].directive, &line) ||
             !conf_edit_is_text(tls->conf_text.bytes, &line, rows[i].path)))
            return failure_set(failure, EX_CONFIG, 0,
                               "[tls] %s names another file than at the start, which only a start "
                               "can change",
                               rows[i].key);
    }
    return true;
}

static bool compare_password(struct reload_tls *tls, struct failure *failure)
{
    struct conf_line line;
    if (tls->password == NULL)
        return true;
    if (!find(tls, "tls-key-file-pass", &line))
        return failure_set(failure, EX_CONFIG, 0,
                           "[tls] key_password_file was not set at the start, which only a start "
                           "can change");
    tls->has_new_password = !conf_edit_is(tls->conf_text.bytes, &line, tls->password);
    return true;
}

bool reload_tls_load(struct reload_tls *tls, const struct settings *settings,
                     struct failure *failure)
{
    static const struct report quiet = {.level = REPORT_ERROR};
    *tls = (struct reload_tls){.settings = settings, .uid = getuid()};
    return read_conf(tls, failure) && read_told(tls, failure) && judge_paths(tls, failure) &&
           tls_password_load(&tls->password, settings, failure) &&
           tls_check(&tls->wanted, settings, tls->password, &quiet, failure) &&
           compare_password(tls, failure);
}

void reload_tls_free(struct reload_tls *tls)
{
    secret_free(tls->password);
    running_conf_free(&tls->conf);
    run_file_free(&tls->conf_text);
}

static bool refused(struct failure *failure)
{
    const struct failure why = *failure;
    if (why.exit_code == EXIT_FAILURE)
        failure_set(failure, EXIT_FAILURE, 0,
                    "[tls] %s, its log says why; the server runs on with what it has", why.text);
    return false;
}

/*
 * Every server with TLS, from 6.0 on, reads all files anew into one new context when one of these
 * is set (tls.c, tlsConfigure()), and keeps the old one when anything is wrong. Since 7.0 that is
 * so of a path that stays the same, of the password only when it is another.
 */
static bool tell(const struct reload_tls *tls, struct failure *failure)
{
    struct server_link link = server_link_new(SERVER_TIMEOUT);
    const bool ok =
        reload_connect(&link, &tls->conf, tls->uid, NULL, failure) &&
        ((!tls->has_new_password ||
          reload_configure(&link, "tls-key-file-pass", tls->password, failure)) &&
         reload_configure_text(&link, "tls-cert-file", tls->settings->tls.cert_file, failure));
    server_link_close(&link);
    return ok || refused(failure);
}

static bool judge_shown(const struct reload_tls *tls, const struct server_link *link,
                        struct failure *failure)
{
    struct certificate shown;
    if (!tls_show(&shown, tls->settings, tls->password, link->fd, failure))
        return false;
    return strcmp(shown.fingerprint, tls->wanted.fingerprint) == 0 ||
           failure_set(failure, EX_TEMPFAIL, 0,
                       "%s shows the certificate with serial %s, and not the new one, %s",
                       link->name, shown.serial, tls->wanted.serial);
}

/* What the server read may be another file than the one that was judged. */
static bool verify(const struct reload_tls *tls, struct failure *failure)
{
    struct server_link link = server_link_new(SERVER_TIMEOUT);
    struct running_conf conf = tls->conf; /* borrowed */
    conf.socket[0] = '\0';
    conf.port = conf.tls_port;
    const bool ok =
        server_link_open(&link, &conf, tls->uid, failure) && judge_shown(tls, &link, failure);
    server_link_close(&link);
    if (ok)
        return true;
    const struct failure why = *failure;
    return failure_set(failure, EX_TEMPFAIL, 0,
                       "the server was told of the new files of [tls], but %s; it is told again",
                       why.text);
}

/* The last line of the directive of that name, if there is one. */
static bool edit(struct reload_tls *tls, const struct conf_value *value, struct failure *failure)
{
    struct conf_line line;
    return !find(tls, value->name, &line) || run_file_edit(&tls->conf_text, &line, value, failure);
}

static bool write_conf(struct reload_tls *tls, const struct certificate *told,
                       struct failure *failure)
{
    char text[CERTIFICATE_PRINTED_MAX];
    certificate_print(text, told);
    const struct conf_value value = {REDIS_CONF_CERTIFICATE, text, strlen(text)};
    return edit(tls, &value, failure) &&
           private_file_write(tls->settings->run_dir, CONF_NAME, tls->conf_text.bytes,
                              tls->conf_text.length, failure);
}

/* Should this process be killed and the files be the old ones again by the next run, it is known
 * that the server may have others. */
static bool mark(struct reload_tls *tls, struct failure *failure)
{
    certificate_forget(&tls->told);
    return write_conf(tls, &tls->told, failure);
}

/* The next reload finds what the server has. */
static bool note(struct reload_tls *tls, struct failure *failure)
{
    struct conf_value value = {.name = "tls-key-file-pass"};
    if (tls->has_new_password) {
        value.bytes = secret_bytes(tls->password, &value.length);
        if (!edit(tls, &value, failure))
            return false;
    }
    return write_conf(tls, &tls->wanted, failure);
}

static void say(const struct reload_tls *tls, const struct certificate *before,
                const struct report *report)
{
    char changes[CERTIFICATE_CHANGES_MAX];
    certificate_changes(changes, before, &tls->wanted);
    char what[CERTIFICATE_CHANGES_MAX + 32];
    (void)snprintf(what, sizeof(what), "%s%s%s", changes,
                   tls->has_new_password && *changes != '\0' ? "; " : "",
                   tls->has_new_password ? "new password of the key" : "");
    report_line(report, REPORT_NOTICE, "rotated: %s", what);
    if (tls->settings->audit_log != AUDIT_OFF)
        audit_line_rotation(what, 0);
}

bool reload_tls_apply(struct reload_tls *tls, const struct report *report, struct failure *failure)
{
    const struct certificate before = tls->told;
    if (!tls->has_new_password && certificate_is_same(&before, &tls->wanted))
        return true;
    if (!mark(tls, failure) || !tell(tls, failure) || !verify(tls, failure) || !note(tls, failure))
        return false;
    say(tls, &before, report);
    return true;
}
