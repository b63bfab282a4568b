// SPDX-License-Identifier: Apache-2.0
#include "internal_user.h"

#include "user_settings.h"

/* Redis 6.2 knows each of them; no rule is for one command of one parameter. */
#define RULES                                                                                      \
    " resetkeys resetchannels -@all +ping +info +acl|setuser +acl|deluser "                        \
    "+acl|log +client|list +config|set +multi +exec\n"

bool internal_user_new(struct internal_user *user, struct failure *failure)
{
    user->credential = secret_fresh(failure);
    if (user->credential == NULL)
        return false;
    secret_hash(user->credential, user->hash);
    return true;
}

void internal_user_free(struct internal_user *user)
{
    secret_free(user->credential);
    user->credential = NULL;
}

void internal_user_put(struct byte_sink *sink, const char *hash)
{
    sink_text(sink, "user " USER_INTERNAL " on #");
    sink_text(sink, hash != NULL ? hash : "<redacted>");
    sink_text(sink, RULES);
}
