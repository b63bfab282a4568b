// SPDX-License-Identifier: Apache-2.0
#include "overlap.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "byte_sink.h"
#include "private_file.h"
#include "run_file.h"

#define OPEN_LINE "open\n"

long long overlap_clock(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_BOOTTIME, &now); /* it is there since Linux 2.6.39 */
    return now.tv_sec;
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

/* `UNTIL HASH USER`, as overlap_print() has it. */
static bool parse_line(struct overlap *overlap, const char *line, const char *end,
                       struct failure *failure)
{
    char *hash;
    errno = 0;
    const long long until = strtoll(line, &hash, 10);
    const char *user = hash + 1 + ACL_HASH_LENGTH + 1;
    if (errno != 0 || hash == line || user >= end || *hash != ' ' || user[-1] != ' ' ||
        strspn(hash + 1, "0123456789abcdef") != ACL_HASH_LENGTH)
        return failure_set(failure, EX_OSERR, 0,
                           OVERLAP_NAME " in run_dir was changed, start anew");
    return overlap_add(overlap, user, (size_t)(end - user), hash + 1, until, failure);
}

bool overlap_parse(struct overlap *overlap, const char *bytes, size_t length,
                   struct failure *failure)
{
    const size_t mark = strlen(OPEN_LINE);
    const char *end = bytes + length;
    bool ok = true;
    overlap->is_open = length >= mark && memcmp(bytes, OPEN_LINE, mark) == 0;
    for (const char *line = bytes + (overlap->is_open ? mark : 0); ok && line < end;) {
        const char *line_end = memchr(line, '\n', (size_t)(end - line));
        if (line_end == NULL)
            return failure_set(failure, EX_OSERR, 0,
                               OVERLAP_NAME " in run_dir was changed, start anew");
        ok = parse_line(overlap, line, line_end, failure);
        line = line_end + 1;
    }
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
