// SPDX-License-Identifier: Apache-2.0
#include "audit_secrets.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "acl_folder.h"
#include "private_file.h"

static bool read_users(struct audit_secrets *secrets, const char *run_dir, uid_t uid)
{
    struct failure failure;
    bool any;
    const int folder = acl_folder_open(run_dir, secrets->conf.acl_folder, &failure);
    const bool ok =
        folder >= 0 && run_file_read_at(&secrets->users, folder, ACL_NAME, uid, &any, &failure);
    if (folder >= 0)
        (void)close(folder);
    return ok;
}

void audit_secrets_load(struct audit_secrets *secrets, const struct settings *settings, uid_t uid)
{
    struct failure failure;
    bool found;
    bool any;
    *secrets = (struct audit_secrets){.known = false};
    secrets->known =
        running_conf_read(&secrets->conf, settings, uid, &found, &failure) && found &&
        read_users(secrets, settings->run_dir, uid) &&
        run_file_read(&secrets->overlap, settings->run_dir, OVERLAP_NAME, uid, &any, &failure);
}

void audit_secrets_free(struct audit_secrets *secrets)
{
    running_conf_free(&secrets->conf);
    run_file_free(&secrets->users);
    run_file_free(&secrets->overlap);
}

static bool is_hash_of(const struct secret *secret, const char *hash)
{
    char own[SECRET_HASH_SIZE];
    if (secret == NULL)
        return false;
    secret_hash(secret, own);
    return strcmp(own, hash) == 0;
}

static bool has_hash(const struct run_file *file, const char *hash)
{
    return file->bytes != NULL &&
           memmem(file->bytes, file->length, hash, SECRET_HASH_SIZE - 1) != NULL;
}

bool audit_secrets_have(const struct audit_secrets *secrets, const struct audit_text *name)
{
    char hash[SECRET_HASH_SIZE];
    (void)sodium_bin2hex(hash, sizeof(hash), name->hash, sizeof(name->hash));
    return !secrets->known || is_hash_of(secrets->conf.password, hash) ||
           is_hash_of(secrets->conf.credential, hash) || has_hash(&secrets->users, hash) ||
           has_hash(&secrets->overlap, hash);
}
