// SPDX-License-Identifier: Apache-2.0
#include <jansson.h>
#include <string.h>

#include "vault_options.h"

struct method {
    const char *name;
    enum auth_method method;
    bool has_role; /* --role names it */
};

static const struct method methods[] = {
    {"kubernetes", AUTH_KUBERNETES, true},
    {"jwt", AUTH_JWT, true},
    {"approle", AUTH_APPROLE, false},
    {"token", AUTH_TOKEN, false},
};

static bool need(const char *value, const char *option, const char *why, struct failure *failure)
{
    return value != NULL || failure_set(failure, EX_USAGE, 0, "%s is missing%s", option, why);
}

static bool check_method(struct sync_options *options, const struct method *method,
                         struct failure *failure)
{
    options->method = method->method;
    if (options->auth_mount == NULL)
        options->auth_mount = method->name;
    if (method->has_role && !need(options->role, "--role", ", the one to log in as", failure))
        return false;
    if (method->method == AUTH_APPROLE &&
        (!need(options->role_id_file, "--role-id-file", " for --auth approle", failure) ||
         !need(options->secret_id_file, "--secret-id-file", " for --auth approle", failure)))
        return false;
    if (method->method == AUTH_TOKEN &&
        !need(options->token_file, "--token-file", " for --auth token", failure))
        return false;
    if (options->wrapped && method->has_role)
        return failure_set(failure, EX_USAGE, 0,
                           "--wrapped is for --auth approle and --auth token, not for %s",
                           options->auth);
    return true;
}

static bool check_auth(struct sync_options *options, struct failure *failure)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (strcmp(methods[i].name, options->auth) == 0)
            return check_method(options, &methods[i], failure);
    return failure_set(failure, EX_CONFIG, 0,
                       "--auth: `%s` must be kubernetes, jwt, approle or token", options->auth);
}

static bool is_utf8(const char *text)
{
    json_t *string = json_string(text);
    json_decref(string);
    return string != NULL;
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

enum path_form { FORM_PATH, FORM_NAME, FORM_HEADER };

static const char *const forms[] = {
    [FORM_PATH] = "a path as redis/production, without a slash at its ends, and without . and ..",
    [FORM_NAME] = "a name, without a slash",
    [FORM_HEADER] = "a name, and not of spaces alone",
};

struct path_option {
    const char *name;
    const char *value; /* or NULL */
    enum path_form form;
};

/* A header of spaces alone is none, and the root namespace would be asked. */
static bool has_form(const struct path_option *path)
{
    if (path->form == FORM_HEADER)
        return path->value[strspn(path->value, " ")] != '\0';
    return url_path_is_right(path->value) &&
           (path->form == FORM_PATH || strchr(path->value, '/') == NULL);
}

static bool check_path(const struct path_option *path, struct failure *failure)
{
    if (path->value == NULL)
        return true;
    if (strlen(path->value) > NAME_MAX_BYTES || has_control(path->value) || !is_utf8(path->value))
        return failure_set(failure, EX_CONFIG, 0,
                           "%s: is longer than %d bytes, has a control character, or is no UTF-8",
                           path->name, NAME_MAX_BYTES);
    if (has_form(path))
        return true;
    return failure_set(failure, EX_CONFIG, 0, "%s: `%s` must be %s", path->name, path->value,
                       forms[path->form]);
}

static bool check_paths(const struct sync_options *options, struct failure *failure)
{
    const struct path_option paths[] = {
        {"--auth-mount", options->auth_mount, FORM_PATH},
        {"--mount", options->mount, FORM_PATH},
        {"--path", options->path, FORM_PATH},
        {"--secret", options->secret, FORM_NAME},
        {"--namespace", options->namespace, FORM_NAME},
        {"--role", options->role, FORM_NAME},
        {"--vault-namespace", options->vault_namespace, FORM_HEADER},
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (!check_path(&paths[i], failure))
            return false;
    return true;
}

static bool check_fields(struct sync_options *options, struct failure *failure)
{
    size_t passwords = 0;
    for (size_t i = 0; i < options->field_count; i++)
        passwords += options->fields[i].is_password ? 1 : 0;
    if (passwords == 0 && (options->field_count == 0 || options->output == NULL) &&
        options->field_count < FIELDS_MAX)
        options->fields[options->field_count++] = (struct sync_field){"password", "password", true};
    if (options->output != NULL && options->field_count != 1)
        return failure_set(failure, EX_USAGE, 0, "--output: a file takes one field, not %zu",
                           options->field_count);
    for (size_t i = 0; i < options->field_count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(options->fields[i].key, options->fields[j].key) == 0)
                return failure_set(failure, EX_USAGE, 0, "two fields go to the key `%s`",
                                   options->fields[i].key);
    return true;
}

static bool check_generate(const struct sync_options *options, struct failure *failure)
{
    if (!options->generate)
        return true;
    if (options->kv == 1)
        return failure_set(failure, EX_USAGE, 0,
                           "--generate needs --kv 2: version 1 has no check-and-set, and two jobs "
                           "could both win");
    if (options->kv_version != 0)
        return failure_set(failure, EX_USAGE, 0,
                           "--generate makes the first version, and --kv-version names one");
    for (size_t i = 0; i < options->field_count; i++)
        if (!options->fields[i].is_password)
            return failure_set(failure, EX_USAGE, 0,
                               "--generate makes passwords alone, and --field %s is none",
                               options->fields[i].name);
    return true;
}

static bool check_target(const struct sync_options *options, struct failure *failure)
{
    if ((options->secret != NULL) == (options->output != NULL))
        return failure_set(failure, EX_USAGE, 0,
                           options->secret != NULL
                               ? "--secret and --output are both given: one of them"
                               : "--secret or --output is missing: where to write the password");
    if (options->kv == 1 && options->kv_version != 0)
        return failure_set(failure, EX_USAGE, 0, "--kv-version is for --kv 2: version 1 has none");
    return true;
}

bool sync_options_check_quit(struct sync_options *options, struct failure *failure)
{
    if (!url_check(options->quit_url, "--quit-sidecar", options->quit_sidecar, failure))
        return false;
    return url_is_loopback(options->quit_url) ||
           failure_set(failure, EX_CONFIG, 0,
                       "--quit-sidecar: `%s` must lead to the loopback, as "
                       "http://127.0.0.1:15020/quitquitquit",
                       options->quit_sidecar);
}

static bool check_urls(struct sync_options *options, struct failure *failure)
{
    if (!url_check(options->vault_url, "--vault-addr (VAULT_ADDR)", options->vault_addr, failure))
        return false;
    if (options->kube_api != NULL &&
        !url_check(options->kube_url, "--kube-api", options->kube_api, failure))
        return false;
    return options->quit_sidecar == NULL || sync_options_check_quit(options, failure);
}

bool sync_options_check(struct sync_options *options, struct failure *failure)
{
    return need(options->vault_addr, "--vault-addr", " (or VAULT_ADDR), where Vault is", failure) &&
           need(options->path, "--path", ", where the password is in Vault", failure) &&
           check_target(options, failure) && check_auth(options, failure) &&
           check_paths(options, failure) && check_fields(options, failure) &&
           check_generate(options, failure) && check_urls(options, failure);
}
