// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SETTING_KINDS_H
#define REDIS_INIT_SETTING_KINDS_H

#include <stdbool.h>
#include <stddef.h>

/* How the values of settings are read and printed, by kind; settings.c has the table of the keys.
 */

struct setting_key;

/* Stores `value` if it is right; otherwise returns what would be right. NULL is success. */
typedef const char *setting_parse(void *field, const struct setting_key *key, const char *value);
typedef void setting_print(const void *field, char *text, size_t size);

struct setting_kind {
    setting_parse *parse;
    setting_print *print;
    bool allocated; /* the field is a char * of malloc(3) */
};

struct setting_key {
    const char *name; /* first, so that nearest_name() can walk the table */
    const char *section;
    const struct setting_kind *kind;
    size_t offset;        /* of the field in struct settings */
    const char *standard; /* the default, as the ini would say it */
    unsigned long minimum;
    unsigned long maximum;
    const char *expected; /* what a right value is */
};

extern const struct setting_kind setting_number; /* unsigned, within the key's bounds */
extern const struct setting_kind setting_text;   /* char *, its copy; empty if the default is */
extern const struct setting_kind setting_absolute_path; /* likewise */
extern const struct setting_kind setting_variable_name; /* likewise */
extern const struct setting_kind setting_yes_no;        /* bool */
extern const struct setting_kind setting_conf_place;    /* enum conf_place */
extern const struct setting_kind setting_default_user;  /* enum default_user */
extern const struct setting_kind setting_tls_clients;   /* enum tls_clients */
extern const struct setting_kind setting_audit_log;     /* enum audit_level */
extern const struct setting_kind setting_tls_protocols; /* char *, its copy */

#endif
