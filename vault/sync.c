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

static void say(const struct sync *sync, const char *state, const struct kv_content *content,
                double bits)
{
    const struct sync_options *options = sync->options;
    char label[KV_LABEL_SIZE];
    char version[40] = "";
    char strength[40] = "";
    kv_label(label, options);
    if (content->version > 0)
        (void)snprintf(version, sizeof(version), " version %lld", (long long)content->version);
    if (bits > 0)
        (void)snprintf(strength, sizeof(strength), ", %.0f bits", bits);
    const bool is_file = options->output != NULL;
    report_line(&options->report, REPORT_NOTICE, "%s%s%s%s: %s, from %s%s%s",
                is_file ? "" : "Secret ", is_file ? options->output : sync->kube.namespace,
                is_file ? "" : "/", is_file ? "" : options->secret, state, label, version,
                strength);
}

static bool write_file(const struct sync *sync, const struct kv_content *content,
                       const char **state, struct failure *failure)
{
    bool changed;
    const json_t *value = json_object_get(content->fields, sync->options->fields[0].name);
    const bool ok = output_file_write(sync->options->output, json_string_value(value),
                                      json_string_length(value), &changed, failure);
    *state = changed ? "written" : "unchanged";
    return ok;
}

static bool write_secret(struct sync *sync, const struct kv_content *content, const char **state,
                         struct failure *failure)
{
    static const char *const states[] = {[WRITTEN_NEW] = "created",
                                         [WRITTEN_CHANGED] = "changed",
                                         [WRITTEN_UNCHANGED] = "unchanged"};
    enum written written = WRITTEN_UNCHANGED;
    const bool ok = kube_write(&sync->kube, content, &written, failure);
    *state = states[written];
    return ok;
}

bool sync_run(struct sync *sync, struct failure *failure)
{
    struct kv_content content = {0};
    const char *state = "";
    double bits = 0;
    *failure = (struct failure){0};
    http_set_deadline(sync->http, clock_ms() + sync->options->deadline_ms);
    const bool ok = read_content(sync, &content, failure) &&
                    (content.fields != NULL || generate(sync, &content, failure)) &&
                    fields_judge(sync->options, &content, &bits, failure) &&
                    (sync->options->output != NULL ? write_file(sync, &content, &state, failure)
                                                   : write_secret(sync, &content, &state, failure));
    if (ok)
        say(sync, state, &content, bits);
    kv_content_free(&content);
    return ok;
}
