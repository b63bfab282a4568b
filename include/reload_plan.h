// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_RELOAD_PLAN_H
#define REDIS_INIT_RELOAD_PLAN_H

#include "acl.h"
#include "acl_line.h"
#include "conf_edit.h"
#include "overlap.h"
#include "password_source.h"
#include "report.h"
#include "run_file.h"
#include "running_conf.h"

/* `user default #HASH` and its line end. */
#define PLAN_LINE_SIZE (sizeof("user " USER_DEFAULT " #\n") + ACL_HASH_LENGTH)

/* What the server was told last, by the files in run_dir, and what it shall have. */
struct reload_plan {
    const struct settings *settings;
    uid_t uid; /* of the server */
    /* what it shall have */
    struct password password;          /* owned */
    struct acl acl;                    /* owned; of users alone */
    struct run_file wanted;            /* owned: the aclfile */
    char wanted_line[PLAN_LINE_SIZE];  /* where there are no users */
    struct acl_text users;             /* one of both */
    const struct secret *primary_auth; /* of masterauth; NULL: it stays as it is */
    /* what it was told */
    struct running_conf conf;  /* owned */
    struct run_file conf_text; /* owned */
    struct run_file acl_text;  /* owned */
    int acl_folder;            /* owned: of users.acl; -1: there is none */
    char told_line[PLAN_LINE_SIZE];
    struct acl_text told;
    struct overlap overlap; /* owned */
    bool has_acl;           /* false: Redis 5, which has one password */
    bool has_users;
    bool had_users;  /* by what it was told */
    bool incomplete; /* a reload was killed: the files may say less than the server knows */
};

/* Reads what stands in run_dir: that is what the server shall have as well, until
 * reload_plan_load() says another. EX_NOINPUT: there is no redis.conf of ours. */
bool reload_plan_read(struct reload_plan *plan, const struct settings *settings,
                      struct failure *failure) MUST_CHECK;

/*
 * Reads and judges all secrets, as a start does (password_load(), acl_load(), the policy); an empty
 * password is never right here. EX_CONFIG: what only a start can change.
 */
bool reload_plan_load(struct reload_plan *plan, struct settings *settings, char **environment,
                      const struct report *report, struct failure *failure) MUST_CHECK;

void reload_plan_free(struct reload_plan *plan);

/* Whether the server is to be told of this line of plan->users; whether of any, or of masterauth.
 */
bool reload_plan_has_line(const struct reload_plan *plan, const struct acl_line *line);
bool reload_plan_has_gone(const struct reload_plan *plan, const struct acl_line *told);
bool reload_plan_has_primary(const struct reload_plan *plan);
bool reload_plan_has_any(const struct reload_plan *plan);

/* The last line of masterauth, which CONFIG REWRITE of Valkey calls primaryauth; the name that it
 * has, or NULL: there is none. */
const char *reload_plan_find_primary(const struct run_file *conf, struct conf_line *line);

/* Whether the settings have that password for that user. */
bool reload_plan_wants(const struct reload_plan *plan, const struct overlap_entry *entry);

#endif
