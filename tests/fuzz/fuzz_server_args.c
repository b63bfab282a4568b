// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "redis_conf.h"

#define WORDS_MAX 600
#define MARK "k7#Vq9-xZp2&LmR4"

/* How --requirepass is written; the password is the same in all. */
static const char *const forms[][2] = {
    {"--requirepass", MARK},
    {"--RequirePass", MARK},
    {"--requirepass " MARK, NULL},
    {"--requirepass\t" MARK, NULL},
    {"--requirepass \"" MARK "\"", NULL},
    {"--requirepass '" MARK "'", NULL},
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

struct line {
    char *argv[WORDS_MAX + 3];
    size_t count;
    char *given[2]; /* copies of the form's words; NULL when it is not used */
};

/* At the n-th place where it cannot be the value of an option before it. */
static void insert_password(struct line *line, size_t n, const char *const form[2])
{
    size_t at = 0;
    for (size_t i = 0; i < line->count && n > 0; i++)
        if (strncmp(line->argv[i], "--", 2) != 0) {
            at = i + 1;
            n--;
        }
    const size_t words = form[1] != NULL ? 2 : 1;
    memmove(line->argv + at + words, line->argv + at,
            (line->count + 1 - at) * sizeof(line->argv[0]));
    for (size_t i = 0; i < words; i++)
        line->argv[at + i] = line->given[i] = copy_of(form[i], strlen(form[i]));
    line->count += words;
}

static bool is_told(const char *text, size_t length)
{
    return holds(text, length, MARK, strlen(MARK));
}

static void check_conf(const struct server_args *args, const struct settings *settings)
{
    static char out[1 << 17];
    const struct server_features features = {0};
    const struct redis_conf conf = {
        .settings = settings, .args = args, .features = &features, .bind = settings->bind};
    const size_t length = redis_conf_write(out, sizeof(out), &conf);
    require(!is_told(out, length < sizeof(out) ? length : sizeof(out)),
            "no line of redis.conf but requirepass has the password");
}

static void check_args(const struct server_args *args, bool given, size_t words)
{
    require(!given || (args->requirepass != NULL && strcmp(args->requirepass, MARK) == 0),
            "the password is found");
    require(!is_told(args->conf_file, strlen(args->conf_file)), "the conf's name has no password");
    require(!args->has_conf_file || args->conf_file[0] == '/', "the conf's name is absolute");
    size_t kept = 0;
    for (size_t i = 0; i < args->count; i++) {
        const struct server_arg *arg = &args->list[i];
        require(arg->name_length > 0, "an option has a name");
        require(redis_conf_owner(arg->name, arg->name_length, arg->rest) == NULL ||
                    args->has_primary_auth,
                "what redis-init controls is not kept");
        kept += 1 + arg->value_count;
    }
    require(kept <= words, "no word is kept twice");
}

static void read_line(struct line *line, bool given)
{
    static struct settings settings;
    static struct server_args args;
    char *environment[] = {NULL};
    const struct report report = {.level = REPORT_ERROR};
    const struct settings_sources sources = {.ini_default = "/nonexistent/ini",
                                             .environment = environment};
    struct failure failure = {0};
    require(settings_load(&settings, &sources, &failure), "the defaults are right");
    if (server_args_read(&args, line->argv, &settings, &report, &failure)) {
        check_args(&args, given, line->count);
        check_conf(&args, &settings);
    } else {
        require(failure.exit_code == EX_USAGE || failure.exit_code == EX_CONFIG,
                "bad arguments end with 64 or 78");
        require_told(&failure);
        require(!is_told(failure.text, strlen(failure.text)), "no error holds the password");
    }
    settings_free(&settings);
}

/* One byte for the form, one for the place, then redis-server's words with a NUL behind each. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const uint64_t before = descriptors();
    struct line line = {.count = 0};
    char *words = copy_of(data + 2, size - 2);
    line.count = split_words(words, size - 2, line.argv, WORDS_MAX);
    const bool given = data[0] % (FORMS + 1) < FORMS && !is_told(words, size - 2);
    if (given)
        insert_password(&line, data[1], forms[data[0] % (FORMS + 1)]);
    if (!is_told(words, size - 2))
        read_line(&line, given);
    free(words);
    free(line.given[0]);
    free(line.given[1]);
    require(descriptors() == before, "no descriptor leaks");
    return 0;
}
