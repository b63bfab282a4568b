// SPDX-License-Identifier: Apache-2.0
#include "vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEASE 3600

/* api-docs, "Error response": a list of messages, which is empty for a 404 */
void vault_error(struct standin_answer *answer, unsigned status, const char *text)
{
    answer->status = status;
    answer->body =
        text != NULL ? json_pack("{s:[s]}", "errors", text) : json_pack("{s:[]}", "errors");
}

static json_t *envelope(json_t *data, json_t *auth)
{
    return json_pack("{s:s, s:s, s:b, s:i, s:o, s:n, s:n, s:o}", "request_id",
                     "8b1f1e4c-7a3d-4c2e-9a52-1d0e6f1b2c3d", "lease_id", "", "renewable", 0,
                     "lease_duration", 0, "data", data != NULL ? data : json_null(), "wrap_info",
                     "warnings", "auth", auth != NULL ? auth : json_null());
}

void vault_answer(struct standin_answer *answer, json_t *data)
{
    answer->status = 200;
    answer->body = envelope(data, NULL);
}

/* api-docs/auth/kubernetes, "Login": the same members for every method */
static json_t *auth_of(const struct vault *vault, const char *token)
{
    return json_pack("{s:s, s:s, s:[s, s], s:[s, s], s:{s:s}, s:i, s:b, s:s, s:b}", "client_token",
                     token, "accessor", "Xy1aBcDeFgHiJkLmNoPqRsTu", "policies", "default", "redis",
                     "token_policies", "default", "redis", "metadata", "role", "redis",
                     "lease_duration", vault->lease != 0 ? (int)vault->lease : LEASE, "renewable",
                     1, "token_type", "service", "orphan", 1);
}

const char *vault_token(unsigned n, char *text, size_t size)
{
    (void)snprintf(text, size, VAULT_TOKEN_PREFIX "%u", n);
    return text;
}

static void issue(struct vault *vault, struct standin_answer *answer)
{
    char token[64];
    (void)vault_token(++vault->issued, token, sizeof(token));
    (void)json_object_set_new(vault->tokens, token,
                              json_integer(vault->uses != 0 ? (json_int_t)vault->uses : -1));
    answer->status = 200;
    answer->body = envelope(NULL, auth_of(vault, token));
}

static bool has(const json_t *body, const char *key, const char *value)
{
    const char *given = json_string_value(json_object_get(body, key));
    return given != NULL && value != NULL && strcmp(given, value) == 0;
}

/* api-docs/auth/kubernetes and auth/jwt; the messages are those of these plugins' path_login.go */
static void login_by_jwt(struct vault *vault, const json_t *body, bool kubernetes,
                         struct standin_answer *answer)
{
    if (!json_is_string(json_object_get(body, "jwt")))
        vault_error(answer, 400, kubernetes ? "missing jwt" : "missing token");
    else if (!has(body, "role", vault->role))
        vault_error(answer, 400,
                    kubernetes ? "invalid role name \"other\""
                               : "role \"other\" could not be found");
    else if (!has(body, "jwt", vault->role_jwt))
        vault_error(answer, kubernetes ? 403 : 400,
                    kubernetes ? "permission denied" : "error validating token: invalid signature");
    else
        issue(vault, answer);
}

/* api-docs/auth/approle, "Login with AppRole" */
static void login_by_approle(struct vault *vault, const json_t *body, struct standin_answer *answer)
{
    if (!json_is_string(json_object_get(body, "role_id")))
        vault_error(answer, 400, "missing role_id");
    else if (!has(body, "role_id", vault->role_id) || !has(body, "secret_id", vault->secret_id))
        vault_error(answer, 400, "invalid role or secret ID");
    else
        issue(vault, answer);
}

static bool is_login(const char *path, const char *mount)
{
    char wanted[128];
    (void)snprintf(wanted, sizeof(wanted), "auth/%s/login", mount != NULL ? mount : "");
    return mount != NULL && strcmp(path, wanted) == 0;
}

/* Needs no token. False if it is none of the logins. */
static bool log_in(struct vault *vault, const struct standin_request *request, const char *path,
                   struct standin_answer *answer)
{
    const bool kubernetes = is_login(path, vault->kubernetes);
    const bool approle = is_login(path, vault->approle);
    if (!kubernetes && !approle && !is_login(path, vault->jwt))
        return false;
    json_t *body = json_loads(request->body, 0, NULL);
    if (body == NULL)
        vault_error(answer, 400, "failed to parse JSON input: unexpected EOF");
    else if (approle)
        login_by_approle(vault, body, answer);
    else
        login_by_jwt(vault, body, kubernetes, answer);
    json_decref(body);
    return true;
}

/* api-docs/system/wrapping-unwrap: the wrapping token is the client's, and is good for one time */
static void unwrap(struct vault *vault, const char *token, struct standin_answer *answer)
{
    json_t *inside = json_object_get(vault->wrapped, token);
    if (inside == NULL) {
        vault_error(answer, 400, "wrapping token is not valid or does not exist");
        return;
    }
    answer->status = 200;
    answer->body = json_incref(inside);
    (void)json_object_del(vault->wrapped, token);
}

/* A token that is used up, revoked or not known; one less use for another. */
static bool holds(const struct vault *vault, const char *token)
{
    json_t *left = json_object_get(vault->tokens, token);
    if (left == NULL || json_integer_value(left) == 0)
        return false;
    if (json_integer_value(left) > 0)
        (void)json_integer_set(left, json_integer_value(left) - 1);
    return true;
}

static void look_up(const struct vault *vault, const char *token, struct standin_answer *answer)
{
    vault_answer(answer, json_pack("{s:s, s:i, s:i, s:b, s:s, s:[s, s], s:s}", "id", token, "ttl",
                                   vault->lease != 0 ? (int)vault->lease : LEASE, "creation_ttl",
                                   LEASE, "renewable", 1, "type", "service", "policies", "default",
                                   "redis", "path", "auth/kubernetes/login"));
}

/* api-docs/auth/token. True if it was one of these. */
static bool serve_token(struct vault *vault, const char *what, const char *token,
                        struct standin_answer *answer)
{
    if (strcmp(what, "GET auth/token/lookup-self") == 0)
        look_up(vault, token, answer);
    else if (strcmp(what, "POST auth/token/renew-self") == 0) {
        vault->renewed++;
        answer->status = 200;
        answer->body = envelope(NULL, auth_of(vault, token));
    } else if (strcmp(what, "POST auth/token/revoke-self") == 0) {
        (void)json_object_del(vault->tokens, token);
        answer->status = 204;
    } else
        return false;
    return true;
}

/* With the token that it needs. */
static void serve_known(struct vault *vault, const struct standin_request *request,
                        const char *path, struct standin_answer *answer)
{
    char token[256];
    char what[512];
    standin_header(request, "X-Vault-Token", token, sizeof(token));
    (void)snprintf(what, sizeof(what), "%s %s", request->method, path);
    if (strcmp(what, "POST sys/wrapping/unwrap") == 0)
        unwrap(vault, token, answer);
    else if (!holds(vault, token))
        vault_error(answer, 403, "permission denied");
    else if (!serve_token(vault, what, token, answer))
        vault_serve_kv(vault, request, path, answer);
}

/* docs/agent-and-proxy/agent, "require_request_header": a mark that no browser can be made to send
 */
static void serve(void *state, const struct standin_request *request, struct standin_answer *answer)
{
    struct vault *vault = state;
    char mark[16];
    char namespace[128];
    standin_header(request, "X-Vault-Request", mark, sizeof(mark));
    standin_header(request, "X-Vault-Namespace", namespace, sizeof(namespace));
    const char *path = strncmp(request->path, "/v1/", 4) == 0 ? request->path + 4 : NULL;
    if (strcmp(mark, "true") != 0)
        vault_error(answer, 412, "missing required header X-Vault-Request");
    else if (vault->sealed)
        vault_error(answer, 503, "Vault is sealed");
    else if (path == NULL ||
             strcmp(namespace, vault->namespace != NULL ? vault->namespace : "") != 0)
        vault_error(answer, 404, "no handler for route. route entry not found.");
    else if (!log_in(vault, request, path, answer))
        serve_known(vault, request, path, answer);
}

void vault_start(struct vault *vault, const char *certificate, const char *key)
{
    vault->kubernetes = "kubernetes";
    vault->jwt = "jwt";
    vault->approle = "approle";
    vault->kv1 = "kv";
    vault->kv2 = "secret";
    vault->tokens = json_object();
    vault->wrapped = json_object();
    vault->secrets = json_object();
    vault->standin = standin_start(certificate, key, serve, vault);
    if (vault->standin == NULL)
        abort();
}

void vault_stop(struct vault *vault)
{
    standin_stop(vault->standin);
    json_decref(vault->tokens);
    json_decref(vault->wrapped);
    json_decref(vault->secrets);
}

void vault_add_token(struct vault *vault, const char *token)
{
    standin_lock(vault->standin);
    (void)json_object_set_new(vault->tokens, token, json_integer(-1));
    standin_unlock(vault->standin);
}

static void wrap(struct vault *vault, const char *wrapping, json_t *inside)
{
    standin_lock(vault->standin);
    (void)json_object_set_new(vault->wrapped, wrapping, inside);
    standin_unlock(vault->standin);
}

/* api-docs/auth/approle, "Generate New Secret ID" */
void vault_wrap_secret_id(struct vault *vault, const char *wrapping, const char *secret_id)
{
    wrap(vault, wrapping,
         envelope(json_pack("{s:s, s:s, s:i, s:i}", "secret_id", secret_id, "secret_id_accessor",
                            "84896a0c-1347-aa90-a4f6-aca8b7558780", "secret_id_ttl", 600,
                            "secret_id_num_uses", 1),
                  NULL));
}

void vault_wrap_token(struct vault *vault, const char *wrapping, const char *token)
{
    vault_add_token(vault, token);
    wrap(vault, wrapping, envelope(NULL, auth_of(vault, token)));
}

unsigned vault_holding(struct vault *vault)
{
    standin_lock(vault->standin);
    const size_t count = json_object_size(vault->tokens);
    standin_unlock(vault->standin);
    return (unsigned)count;
}
