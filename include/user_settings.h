// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_USER_SETTINGS_H
#define REDIS_INIT_USER_SETTINGS_H

#include <stddef.h>

#include "failure.h"

/* An ini of 64 KiB (INI_FILE_MAX) has room for more; a server's users are roles, not people. */
#define USERS_MAX 128
/* Old and new, and one for each who still has another; each is tried at every AUTH. */
#define USER_PASSWORDS_MAX 8
/* Lines of 198 bytes: some hundred rules. */
#define USER_RULES_MAX 32

#define USER_DEFAULT "default"
#define USER_INTERNAL "redis-init" /* whom ping logs in as, and who is made anew at each start */

/* A value as a line of the ini gives it; both NUL-ended. */
struct user_line {
    char *value;
    char *where; /* file:line */
};

/* A section [user NAME]. */
struct user_settings {
    char *name;
    char *where; /* file:line of the section */
    bool enabled;
    struct user_line files[USER_PASSWORDS_MAX]; /* password_file, absolute paths */
    size_t file_count;
    struct user_line variables[USER_PASSWORDS_MAX]; /* password_env, names */
    size_t variable_count;
    struct user_line rules[USER_RULES_MAX];
    size_t rule_count;
    bool has_enabled;
};

struct users_settings {
    struct user_settings *list[USERS_MAX];
    size_t count;
};

/* Whether it is a section of users, also one whose name is missing. */
bool user_settings_is_section(const char *section);

/*
 * The line of a section, and one `key = value` of it. EX_CONFIG with `where`: a name that Redis
 * would refuse or that is reserved, a user twice, an unknown key, a wrong value, a rule that Redis
 * would refuse or that has a key of its own (acl_rules.h), more than the bounds above.
 */
bool user_settings_begin(struct users_settings *users, const char *section, const char *where,
                         struct failure *failure) MUST_CHECK;
bool user_settings_set(struct users_settings *users, const char *section, const char *key,
                       const char *value, const char *where, struct failure *failure) MUST_CHECK;

/* What holds of all lines of the users together: who is enabled has a password; [user default] has
 * rules alone. EX_CONFIG. */
bool user_settings_judge(const struct users_settings *users, struct failure *failure) MUST_CHECK;

/* The section of that name, or NULL. */
const struct user_settings *user_settings_find(const struct users_settings *users,
                                               const char *name);

/* As the ini has them, line by line. */
typedef void user_settings_visitor(const char *section, const char *key, const char *value,
                                   void *context);
void user_settings_each(const struct users_settings *users, user_settings_visitor *visit,
                        void *context);

void user_settings_free(struct users_settings *users);

#endif
