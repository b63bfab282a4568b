// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_SECRETS_H
#define REDIS_INIT_AUDIT_SECRETS_H

#include "audit_client.h"
#include "run_file.h"
#include "running_conf.h"

/* The passwords that the server takes, as the files in run_dir have them. */
struct audit_secrets {
    struct running_conf conf; /* owned, and so are the files: the users' hashes */
    struct run_file users;
    struct run_file overlap;
    bool known; /* false: they could not be read */
};

/* To be freed, whatever the files are like. */
void audit_secrets_load(struct audit_secrets *secrets, const struct settings *settings, uid_t uid);
void audit_secrets_free(struct audit_secrets *secrets);

/* Whether a name that a client gave is one of them: who mixes up the words of AUTH, or sends the
 * password alone to a server that takes it for a name, must not have it logged. True as well when
 * they could not be read. */
bool audit_secrets_have(const struct audit_secrets *secrets, const struct audit_text *name);

#endif
