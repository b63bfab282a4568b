// SPDX-License-Identifier: Apache-2.0
#include "acl.h"

#include <strings.h>

#include "acl_server.h"

/* redis.conf of 6.2 and of 7.0. */
static bool opens_channels(const struct acl_sources *sources,
                           const struct server_features *features)
{
    const struct user_word word = acl_users_word(sources, "acl-pubsub-default", NULL);
    return word.found ? strcasecmp(word.text, "allchannels") == 0
                      : features->acl && !features->acl_selectors;
}

static bool check_server(const struct acl *acl, const struct acl_sources *sources,
                         const char *program, const struct server_features *features,
                         struct failure *failure)
{
    const struct acl_server server = {
        .path = program,
        .features = features,
        .loads_modules = acl_users_word(sources, "loadmodule", NULL).found,
        .opens_channels = opens_channels(sources, features),
    };
    return acl_server_check(&server, sources->settings, &acl->base, failure);
}

static bool load_users(struct acl *acl, const struct acl_sources *sources, const char *program,
                       const struct server_features *features, struct failure *failure)
{
    return acl_base_load(&acl->base, sources->settings, failure) &&
           check_server(acl, sources, program, features, failure) &&
           acl_users_load(&acl->users, &acl->base, sources, failure);
}

bool acl_load(struct acl *acl, const struct acl_sources *sources, const char *program,
              const struct server_features *features, struct failure *failure)
{
    const bool has_users = settings_has_users(sources->settings);
    if (has_users && !load_users(acl, sources, program, features, failure))
        return false;
    return (!has_users && (!features->acl || sources->password == NULL)) ||
           internal_user_new(&acl->internal, failure);
}

struct acl_file acl_file_of(const struct acl *acl)
{
    return (struct acl_file){
        .base = &acl->base,
        .users = &acl->users,
        .internal_hash = acl->internal.credential != NULL ? acl->internal.hash : NULL,
    };
}

void acl_free(struct acl *acl)
{
    acl_base_free(&acl->base);
    acl_users_free(&acl->users);
    internal_user_free(&acl->internal);
}
