// SPDX-License-Identifier: Apache-2.0
#include "policy_template.h"

#include <string.h>

struct form {
    const char *begin;
    const char *end;
    const char *inside; /* what may stand between; NULL: anything but the end */
};

#define NAME_MIN 4
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#define SMALLS "abcdefghijklmnopqrstuvwxyz0123456789_"
#define NAME "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
#define TITLE NAME " -.:/"

static const struct form forms[] = {
    {"$(", ")", NULL},    {"${", "}", NULL},   {"#{", "}", NULL},  {"{{", "}}", NULL},
    {"{%", "%}", NULL},   {"<%", "%>", NULL},  {"$[", "]", NULL},  {"@@", "@@", NULL},
    {"<", ">", TITLE},    {"[", "]", TITLE},   {"{", "}", TITLE},  {"%(", ")s", NULL},
    {"%", "%", TITLE},    {"__", "__", NAME},  {"@", "@", NAME},   {"$", "", CAPITALS},
    {"`", "`", TITLE},    {"((", "))", NULL},  {"!!", "", NAME},   {"$", "", SMALLS},
    {"$$", "", CAPITALS}, {"<<", ">>", TITLE}, {"<<", ">>", NULL},
};

static const char *const prefixes[] = {
    "vault:",         "valueFrom:",   "secretKeyRef:", "secretRef:", "ref+",           "op://",
    "env:",           "ssm:",         "file:",         "!vault",     "$ANSIBLE_VAULT", "!Ref ",
    "!GetAtt ",       "arn:aws:",     "/run/",         "/var/run/",  "/opt/",          "/etc/",
    "/mnt/",          "/vault/",      "/secrets/",     "os.environ", "os.getenv(",     "getenv(",
    "System.getenv(", "process.env.", "ENV[",          "ENC[",       "$ENV{"};

static bool begins(const struct policy_text *text, size_t at, const char *with)
{
    const size_t length = strlen(with);
    return text->length - at >= length && memcmp(text->bytes + at, with, length) == 0;
}

/* NAME= and nothing behind it; without a _ it may be padded base32. */
static bool is_empty_assignment(const struct policy_text *text)
{
    bool underscore = false;
    for (size_t i = 0; i + 1 < text->length; i++) {
        if (text->bytes[i] == '\0' || strchr(CAPITALS, text->bytes[i]) == NULL)
            return false;
        underscore = underscore || text->bytes[i] == '_';
    }
    return underscore && text->bytes[text->length - 1] == '=';
}

static bool has_form(const struct policy_text *text, const struct form *form)
{
    const size_t head = strlen(form->begin), tail = strlen(form->end);
    if (text->length <= head + tail || !begins(text, 0, form->begin) ||
        !begins(text, text->length - tail, form->end))
        return false;
    bool letter = false;
    for (size_t i = head; i < text->length - tail; i++) {
        const unsigned char c = text->bytes[i];
        letter = letter || policy_is_letter(c);
        if (form->inside != NULL && (c == '\0' || strchr(form->inside, c) == NULL))
            return false;
    }
    return letter;
}

/* A variable's NAME_OF_THIS_KIND between any signs: ###NAME###, 'NAME', TODO(NAME). */
static bool is_wrapped_name(const struct policy_text *text)
{
    size_t from = begins(text, 0, "TODO(") ? 5 : 0, to = text->length;
    bool underscore = false;
    while (from < to && !policy_is_alnum(text->bytes[from]))
        from++;
    while (to > from && !policy_is_alnum(text->bytes[to - 1]))
        to--;
    if (to - from == text->length || to - from < NAME_MIN)
        return false;
    for (size_t i = from; i < to; i++) {
        if (text->bytes[i] == '\0' || strchr(CAPITALS, text->bytes[i]) == NULL)
            return false;
        underscore = underscore || text->bytes[i] == '_';
    }
    return underscore;
}

/* xxxxx, *****, ......: a field left as it was */
static bool is_one_character(const struct policy_text *text)
{
    for (size_t i = 0; i < text->length; i++)
        if (policy_to_lower(text->bytes[i]) != policy_to_lower(text->bytes[0]))
            return false;
    return text->length > 0 && text->bytes[0] != '\0' && strchr("xX*.?#-_", text->bytes[0]) != NULL;
}

bool policy_is_template(const struct policy_text *text)
{
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (begins(text, 0, prefixes[i]))
            return true;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (has_form(text, &forms[i]))
            return true;
    return is_empty_assignment(text) || is_wrapped_name(text) || is_one_character(text);
}
