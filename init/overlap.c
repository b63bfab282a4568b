// SPDX-License-Identifier: Apache-2.0
#include "overlap.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "byte_sink.h"
#include "line_walk.h"
#include "private_file.h"
#include "run_file.h"

#define OPEN_LINE "open\n"

long long overlap_clock(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_BOOTTIME, &now); /* it is there since Linux 2.6.39 */
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_of(const struct overlap_entry *entry, const char *user, size_t length,
                  const char *hash)
{
    return strlen(entry->user) == length && memcmp(entry->user, user, length) == 0 &&
           memcmp(entry->hash, hash, ACL_HASH_LENGTH) == 0;
}

bool overlap_add(struct overlap *overlap, const char *user, size_t user_length, const char *hash,
                 long long until, struct failure *failure)
{
    for (size_t i = 0; i < overlap->count; i++)
        if (is_of(&overlap->list[i], user, user_length, hash))
            return true;
    struct overlap_entry *list =
        reallocarray(overlap->list, overlap->count + 1, sizeof(*overlap->list));
    char *name = strndup(user, user_length);
    if (list != NULL)
        overlap->list = list;
    if (list == NULL || name == NULL) {
        free(name);
        return failure_set(failure, EX_OSERR, ENOMEM, "no memory for the old passwords' hashes");
    }
    struct overlap_entry *entry = &list[overlap->count++];
    entry->user = name;
    entry->until = until;
    memcpy(entry->hash, hash, ACL_HASH_LENGTH);
    entry->hash[ACL_HASH_LENGTH] = '\0';
    return true;
}

void overlap_remove(struct overlap *overlap, size_t index)
{
    free(overlap->list[index].user);
    overlap->count--;
    memmove(&overlap->list[index], &overlap->list[index + 1],
            (overlap->count - index) * sizeof(*overlap->list));
}

static bool fail_changed(struct failure *failure)
{
    return failure_set(failure, EX_CONFIG, 0, OVERLAP_NAME " in run_dir was changed, start anew");
}

/* `UNTIL HASH USER` with its line end, as overlap_print() has it. */
static bool parse_line(struct overlap *overlap, const struct text_line *line,
                       struct failure *failure)
{
    char *hash;
    errno = 0;
    if (!isdigit((unsigned char)*line->begin)) /* strtoll() would look for a number further on */
        return fail_changed(failure);
    const long long until = strtoll(line->begin, &hash, 10);
    if (errno != 0 || (size_t)(line->end - hash) <= 1 + ACL_HASH_LENGTH + 1 || *hash != ' ' ||
        strspn(hash + 1, "0123456789abcdef") != ACL_HASH_LENGTH)
        return fail_changed(failure);
    const char *user = hash + 1 + ACL_HASH_LENGTH + 1;
    if (user[-1] != ' ' || memchr(user, '\0', (size_t)(line->end - user)) != NULL)
        return fail_changed(failure);
    return overlap_add(overlap, user, (size_t)(line->end - user), hash + 1, until, failure);
}

bool overlap_parse(struct overlap *overlap, const char *bytes, size_t length,
                   struct failure *failure)
{
    const size_t mark = strlen(OPEN_LINE);
    struct text_line line;
    bool ok = length == 0 || bytes[length - 1] == '\n' || fail_changed(failure);
    overlap->is_open = length >= mark && memcmp(bytes, OPEN_LINE, mark) == 0;
    const char *cursor = bytes + (overlap->is_open ? mark : 0);
    while (ok && line_next(&cursor, bytes + length, &line))
        ok = parse_line(overlap, &line, failure);
    return ok;
}

size_t overlap_print(char *out, size_t size, const struct overlap *overlap)
{
    struct byte_sink sink = {.bytes = out, .size = size};
    if (overlap->is_open)
        sink_text(&sink, OPEN_LINE);
    for (size_t i = 0; i < overlap->count; i++) {
        const struct overlap_entry *entry = &overlap->list[i];
        char until[32];
        (void)snprintf(until, sizeof(until), "%lld ", entry->until);
        sink_text(&sink, until);
        sink_text(&sink, entry->hash);
        sink_text(&sink, " ");
        sink_text(&sink, entry->user);
        sink_text(&sink, "\n");
    }
    return sink.length;
}

bool overlap_read(struct overlap *overlap, const char *run_dir, uid_t uid, struct failure *failure)
{
    struct run_file file;
    bool found;
    *overlap = (struct overlap){.list = NULL};
    if (!run_file_read(&file, run_dir, OVERLAP_NAME, uid, &found, failure))
        return false;
    const bool ok = !found || overlap_parse(overlap, file.bytes, file.length, failure);
    run_file_free(&file);
    return ok;
}

static bool name_file(char path[PATH_MAX], const char *run_dir)
{
    const int n = snprintf(path, PATH_MAX, "%s/" OVERLAP_NAME, run_dir);
    return n > 0 && n < PATH_MAX;
}

static bool remove_file(const char *run_dir)
{
    char path[PATH_MAX];
    return name_file(path, run_dir) && (unlink(path) == 0 || errno == ENOENT);
}

bool overlap_write(const struct overlap *overlap, const char *run_dir, struct failure *failure)
{
    if (overlap->count == 0 && !overlap->is_open)
        return remove_file(run_dir) || failure_set(failure, EX_CANTCREAT, errno,
                                                   OVERLAP_NAME " can't be removed from run_dir");
    const size_t size = overlap_print(NULL, 0, overlap);
    char *bytes = malloc(size);
    if (bytes == NULL)
        return failure_set(failure, EX_OSERR, errno, "no memory for the old passwords' hashes");
    (void)overlap_print(bytes, size, overlap);
    const bool ok = private_file_write(run_dir, OVERLAP_NAME, bytes, size, failure);
    free(bytes);
    return ok;
}

void overlap_forget(const char *run_dir)
{
    (void)remove_file(run_dir);
}

void overlap_free(struct overlap *overlap)
{
    for (size_t i = 0; i < overlap->count; i++)
        free(overlap->list[i].user);
    free(overlap->list);
    *overlap = (struct overlap){.list = NULL};
}
