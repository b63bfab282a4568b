// SPDX-License-Identifier: Apache-2.0

/* What `redis-init reload` finds in run_dir: overlap, users.acl, redis.conf and environment. */
#include "acl_line.h"
#include "conf_edit.h"
#include "environment_file.h"
#include "fuzz.h"
#include "overlap.h"
#include "redis_conf.h"

#define OUT_SIZE 65536

/* What is read and printed is what was there, or is read again as the same. */
static void check_overlap(const char *bytes, size_t size)
{
    static char out[2][OUT_SIZE];
    struct failure failure = {0};
    struct overlap overlap = {.list = NULL};
    struct overlap again = {.list = NULL};
    if (overlap_parse(&overlap, bytes, size, &failure)) {
        const size_t length = overlap_print(out[0], OUT_SIZE, &overlap);
        require(length <= size, "no more is printed than was read");
        require(overlap_parse(&again, out[0], length, &failure), "it is read again");
        require(overlap_print(out[1], OUT_SIZE, &again) == length &&
                    memcmp(out[0], out[1], length) == 0,
                "and printed as it was");
        for (size_t i = 0; i < overlap.count; i++)
            require(strlen(overlap.list[i].hash) == ACL_HASH_LENGTH &&
                        *overlap.list[i].user != '\0' && overlap.list[i].until >= 0,
                    "an entry has a hash, a user and a time");
    } else {
        require(failure.exit_code == EX_CONFIG, "what is none ends with 78");
        require_told(&failure);
    }
    overlap_free(&overlap);
    overlap_free(&again);
}

static void check_user(const struct acl_text *text, const struct acl_line *line)
{
    const char *end = text->bytes + text->length;
    const char *cursor = line->rules;
    const char *word;
    size_t length;
    struct acl_line found;
    require(line->name >= text->bytes && line->name_length > 0 &&
                line->name + line->name_length == line->rules && line->rules <= line->end &&
                line->end <= end,
            "a line stands in the text");
    require(memchr(line->name, '\n', (size_t)(line->end - line->name)) == NULL, "it is one line");
    while ((word = acl_line_word(line, &cursor, &length)) != NULL)
        require(length > 0 && word >= line->rules && word + length <= line->end &&
                    memchr(word, ' ', length) == NULL,
                "a word stands in its line");
    cursor = line->rules;
    while ((word = acl_line_hash(line, &cursor)) != NULL)
        require(word + ACL_HASH_LENGTH <= line->end && acl_line_has(line, word),
                "a hash is found again");
    require(acl_line_is_same(line, line), "a line is the same as itself");
    require(acl_line_find(text, line->name, line->name_length, &found) && found.name <= line->name,
            "a user is found by his name");
}

static void check_users(const char *bytes, size_t size)
{
    const struct acl_text text = {bytes, size};
    const char *cursor = bytes;
    struct acl_line line;
    while (acl_line_next(&text, &cursor, &line))
        check_user(&text, &line);
    require(cursor == bytes + size, "all is read");
}

/* The password, and nothing else, is another one. */
static void check_replaced(const char *bytes, size_t size, const struct conf_line *line,
                           const char *name)
{
    static char out[OUT_SIZE];
    char value[] = "q\"\\x41 'quoted' ";
    struct failure failure = {0};
    struct conf_line found;
    struct secret *secret = secret_new(&failure);
    require(secret != NULL && secret_take(secret, value, "fuzz", &failure), "there is a password");
    struct conf_value by = {.name = name};
    by.bytes = secret_bytes(secret, &by.length);
    (void)conf_edit_is(bytes, line, secret);
    const size_t length = conf_edit_replace(NULL, 0, bytes, size, line, &by);
    require(length <= OUT_SIZE && conf_edit_replace(out, length, bytes, size, line, &by) == length,
            "a measured text fits");
    require(memcmp(out, bytes, line->begin) == 0, "what is in front stays");
    require(memcmp(out + length - (size - line->end), bytes + line->end, size - line->end) == 0,
            "what follows stays");
    require(conf_edit_find(out, length, name, &found) && found.begin == line->begin,
            "the line is found in the new text");
    require(conf_edit_is(out, &found, secret), "it has the password");
    secret_free(secret);
}

static void check_conf(const char *bytes, size_t size)
{
    static const char *const names[] = {"requirepass", "masterauth", REDIS_CONF_CREDENTIAL,
                                        "aclfile"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct conf_line line;
        if (!conf_edit_find(bytes, size, names[i], &line))
            continue;
        require(line.begin < line.value && line.value <= line.end && line.end <= size,
                "a line stands in the text");
        require(line.begin == 0 || bytes[line.begin - 1] == '\n', "it begins behind another");
        check_replaced(bytes, size, &line, names[i]);
    }
}

static void check_environment(const char *bytes, size_t size)
{
    struct failure failure = {0};
    char path[64];
    (void)snprintf(path, sizeof(path), "/tmp/redis-init-fuzz-%d", getpid());
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(file >= 0 && write(file, bytes, size) == (ssize_t)size && close(file) == 0,
            "a file is written");
    char **variables = environment_file_read(path, &failure);
    if (variables != NULL) {
        size_t length = 0;
        for (char **variable = variables; *variable != NULL; variable++)
            length += strlen(*variable) + 1;
        require(length == size, "each byte is of a variable");
    } else {
        require(failure.exit_code == EX_NOINPUT, "what is none ends with 66");
        require_told(&failure);
    }
    free(variables);
    require(unlink(path) == 0, "the file is removed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct failure failure = {0};
    require(secret_memory_init(&failure), "libsodium works");
    char *exact = malloc(size > 0 ? size : 1); /* nothing behind it may be read */
    require(exact != NULL, "there is memory");
    if (size > 0)
        memcpy(exact, data, size);
    check_overlap(exact, size);
    check_users(exact, size);
    check_conf(exact, size);
    check_environment(exact, size);
    free(exact);
    return 0;
}
