// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ACL_RULES_H
#define REDIS_INIT_ACL_RULES_H

#include <stddef.h>

#include "failure.h"

/* A hash in an aclfile: SHA-256 in lower-case hexadecimal (acl.c, ACLCheckPasswordHash). */
#define ACL_HASH_LENGTH 64

/* What a server must know for a rule; ACLs as such (with channels) came with Redis 6.2. */
enum acl_needs {
    ACL_NEEDS_NOTHING,
    ACL_NEEDS_SELECTORS, /* Redis 7.0: (...), %R~ and %W~, -command|subcommand */
    ACL_NEEDS_DATABASES, /* Valkey 9.1: alldbs, resetdbs, db= */
};

enum acl_kind { ACL_OTHER, ACL_COMMAND, ACL_CATEGORY };

/* One rule; points into the text. */
struct acl_rule {
    const char *text;
    size_t length;
    enum acl_kind kind;
    const char *name; /* of the command, without its subcommand, or of the category */
    size_t name_length;
    const char *subcommand; /* behind the |, or a first argument */
    size_t subcommand_length;
    enum acl_needs needs;
};

/* What the rules so far make of the user. All zeros is a user of a new aclfile line. */
struct acl_state {
    bool enabled;
    bool no_password; /* any password opens it: `nopass` stands */
    size_t passwords;
    bool all_keys;     /* behind which Redis refuses a further ~pattern (EEXIST) */
    bool all_channels; /* likewise of &pattern (EISDIR) */
};

/* Whose rules they are. */
enum acl_author {
    ACL_OF_SETTINGS, /* of the ini, which has its own keys for passwords and on/off */
    ACL_OF_FILE,     /* of an aclfile, which has them among the rules, hashed */
};

struct acl_problem {
    const char *rule; /* what may be shown of it: never a part of a password */
    size_t length;
    bool cut;          /* there is more of it */
    size_t number;     /* of the word, counted from 1 */
    const char *text;  /* static: what is wrong, or what to do instead */
    const char *meant; /* the word that it was probably meant to be, or NULL */
};

/* Is told each rule that is right; false ends the check. */
typedef bool acl_visitor(const struct acl_rule *rule, void *context);

/*
 * Reads rules separated by blanks as ACLSetUser() and ACLSetSelector() in acl.c of Redis 6.2 to 8
 * and Valkey 8 and 9 do, with nothing in front of them than what *state says. True when all are
 * right; otherwise *problem says of the first that is not, unless `visit` (which may be NULL)
 * ended it: then problem->text is NULL. Names of commands and categories are judged by their form
 * alone. Pure.
 */
bool acl_rules_check(const char *text, size_t length, enum acl_author author,
                     struct acl_state *state, acl_visitor *visit, void *context,
                     struct acl_problem *problem);

/* The problem as a failure (EX_CONFIG): the place, the user, which rule, and what to do. False. */
bool acl_problem_failure(const struct acl_problem *problem, const char *user, const char *where,
                         struct failure *failure);

#endif
