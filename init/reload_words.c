// SPDX-License-Identifier: Apache-2.0
#include "reload_words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit_line.h"

/* Whether each hash of `a` is one of `b`. */
static bool is_within(const struct acl_line *a, const struct acl_line *b)
{
    const char *cursor = a->rules;
    const char *hash;
    while ((hash = acl_line_hash(a, &cursor)) != NULL)
        if (!acl_line_has(b, hash))
            return false;
    return true;
}

enum kind { KIND_PASSWORD, KIND_RULES, KIND_NEW, KIND_GONE, KIND_COUNT };

static const char *const kinds[] = {
    [KIND_PASSWORD] = "new password of ",
    [KIND_RULES] = "new rules of ",
    [KIND_NEW] = "new user ",
    [KIND_GONE] = "removed user ",
};

static enum kind kind_of(const struct reload_plan *plan, const struct acl_line *line)
{
    struct acl_line told;
    if (plan->incomplete)
        return KIND_PASSWORD;
    if (!acl_line_find(&plan->told, line->name, line->name_length, &told))
        return KIND_NEW;
    return is_within(line, &told) && is_within(&told, line) ? KIND_RULES : KIND_PASSWORD;
}

static void add(struct reload_words *words, const char *text, size_t length)
{
    const size_t room = sizeof(words->text) - 1 - words->length;
    const size_t taken = length < room ? length : room;
    memcpy(words->text + words->length, text, taken);
    words->length += taken;
    words->text[words->length] = '\0';
}

static void add_name(struct reload_words *words, enum kind kind, bool first,
                     const struct acl_line *line)
{
    const char *separator = words->length > 0 ? "; " : "";
    const char *before = first ? separator : ", ";
    add(words, before, strlen(before));
    if (first)
        add(words, kinds[kind], strlen(kinds[kind]));
    add(words, line->name, line->name_length);
}

static void add_kind(struct reload_words *words, const struct reload_plan *plan, enum kind kind)
{
    const struct acl_text *text = kind == KIND_GONE ? &plan->told : &plan->users;
    const char *cursor = text->bytes;
    struct acl_line line;
    bool first = true;
    while (acl_line_next(text, &cursor, &line)) {
        const bool counts = kind == KIND_GONE
                                ? reload_plan_has_gone(plan, &line)
                                : reload_plan_has_line(plan, &line) && kind_of(plan, &line) == kind;
        if (!counts)
            continue;
        add_name(words, kind, first, &line);
        first = false;
        words->overlaps = words->overlaps || kind == KIND_PASSWORD;
    }
}

void reload_words_of(struct reload_words *words, const struct reload_plan *plan)
{
    *words = (struct reload_words){.length = 0};
    for (enum kind kind = 0; kind < KIND_COUNT; kind++)
        add_kind(words, plan, kind);
    if (words->length == 0)
        add(words, "new masterauth", strlen("new masterauth"));
}

static void say_overlap(char *text, size_t size, unsigned seconds)
{
    char when[32] = "";
    struct tm tm;
    const time_t until = time(NULL) + seconds;
    if (gmtime_r(&until, &tm) != NULL)
        (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
    (void)snprintf(text, size, ", the old one holds until %s", when);
}

void reload_words_say(const struct reload_words *words, const struct reload_plan *plan,
                      const struct report *report)
{
    char overlap[96] = "";
    if (words->overlaps && !plan->has_acl)
        (void)snprintf(overlap, sizeof(overlap),
                       ", the old one is refused from now on: without ACLs there is no overlap");
    else if (words->overlaps && plan->settings->overlap > 0)
        say_overlap(overlap, sizeof(overlap), plan->settings->overlap);
    report_line(report, REPORT_NOTICE, "rotated: %s%s", words->text, overlap);
    if (plan->settings->audit_log != AUDIT_OFF)
        audit_line_rotation(words->text,
                            words->overlaps && plan->has_acl && plan->settings->overlap > 0
                                ? time(NULL) + plan->settings->overlap
                                : 0);
}
