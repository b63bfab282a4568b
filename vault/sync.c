// SPDX-License-Identifier: Apache-2.0
#include "vault_sync.h"

#include <stdio.h>

#include "vault_clock.h"
#include "vault_judge.h"
#include "vault_output_file.h"

bool sync_open(struct sync *sync, const struct sync_options *options, struct stop *stop,
               struct http *http, char *const *environment, struct failure *failure)
{
    *sync = (struct sync){
        .options = options, .stop = stop, .http = http, .vault = vault_session(http, options)};
    return kube_open(&sync->kube, http, options, environment, failure);
}

void sync_close(struct sync *sync)
{
    vault_close(&sync->vault);
    kube_close(&sync->kube);
    sidecar_quit(sync->http, sync->options);
}

/* A token of an earlier run may have been revoked, or lost its lease: Vault says 403 then. */
static bool read_content(struct sync *sync, struct kv_content *content, struct failure *failure)
{
    struct vault *vault = &sync->vault;
    if (!vault_login(vault, failure))
        return false;
    const bool was_fresh = vault->is_fresh;
    if (kv_read(vault, content, failure))
        return true;
    if (was_fresh || failure->exit_code != EX_NOPERM)
        return false;
    report_line(&sync->options->report, REPORT_DETAIL, "Vault: the token does not hold any more");
    vault_forget(vault);
    return vault_login(vault, failure) && kv_read(vault, content, failure);
}

/* For an empty path. Another job may win the race: then its password is the one. */
static bool generate(struct sync *sync, struct kv_content *content, struct failure *failure)
{
    bool won = false;
    double bits;
    if (!fields_generate(sync->options, content, failure) ||
        !fields_judge(sync->options, content, &bits, failure) ||
        !kv_create(&sync->vault, content, &won, failure))
        return false;
    if (won)
        return true;
    kv_content_free(content);
    return kv_read(&sync->vault, content, failure) &&
           (content->fields != NULL ||
            failure_set(failure, EX_UNAVAILABLE, 0,
                        "Vault: what another wrote to %s is not there, try again",
                        sync->options->path));
}

static void say(const struct sync *sync, enum written written, const struct kv_content *content,
                double bits)
{
    static const char *const states[2][3] = {{[WRITTEN_NEW] = "created",
                                              [WRITTEN_CHANGED] = "changed",
                                              [WRITTEN_UNCHANGED] = "unchanged"},
                                             {[WRITTEN_NEW] = "written",
                                              [WRITTEN_CHANGED] = "written",
                                              [WRITTEN_UNCHANGED] = "unchanged"}};
    const struct sync_options *options = sync->options;
    const bool is_news = written != WRITTEN_UNCHANGED || !sync->has_run;
    char target[2 * NAME_MAX_BYTES];
    char label[KV_LABEL_SIZE];
    char version[40] = "";
    char strength[40] = "";
    kv_label(label, options);
    if (options->output != NULL)
        (void)snprintf(target, sizeof(target), "%s", options->output);
    else
        (void)snprintf(target, sizeof(target), "Secret %s/%s", sync->kube.namespace,
                       options->secret);
    if (content->version > 0)
        (void)snprintf(version, sizeof(version), " version %lld", (long long)content->version);
    if (bits > 0)
        (void)snprintf(strength, sizeof(strength), ", %.0f bits", bits);
    report_line(&options->report, is_news ? REPORT_NOTICE : REPORT_DETAIL, "%s: %s, from %s%s%s",
                target, states[options->output != NULL][written], label, version, strength);
}

static bool write_file(const struct sync *sync, const struct kv_content *content,
                       enum written *written, struct failure *failure)
{
    bool changed;
    const json_t *value = json_object_get(content->fields, sync->options->fields[0].name);
    const bool ok = output_file_write(sync->options->output, json_string_value(value),
                                      json_string_length(value), &changed, failure);
    *written = changed ? WRITTEN_CHANGED : WRITTEN_UNCHANGED;
    return ok;
}

bool sync_run(struct sync *sync, struct failure *failure)
{
    struct kv_content content = {0};
    enum written written = WRITTEN_UNCHANGED;
    double bits = 0;
    *failure = (struct failure){0};
    (void)http_set_deadline(sync->http, clock_ms() + sync->options->deadline_ms);
    const bool ok =
        read_content(sync, &content, failure) &&
        (content.fields != NULL || generate(sync, &content, failure)) &&
        fields_judge(sync->options, &content, &bits, failure) &&
        (sync->options->output != NULL ? write_file(sync, &content, &written, failure)
                                       : kube_write(&sync->kube, &content, &written, failure));
    if (ok)
        say(sync, written, &content, bits);
    sync->has_run = sync->has_run || ok;
    kv_content_free(&content);
    return ok;
}
