// SPDX-License-Identifier: Apache-2.0
#include <strings.h>

#include "fuzz.h"
#include "redis_conf.h"
#include "redis_words.h"
#include "running_conf.h"

#define WORDS_MAX 600
#define CONF_MAX (1 << 18)
#define BIND "127.0.0.1 -::1"
#define SOCKET "/run/\xc3\xa4 \"#' \\x/redis.sock"

/* The lines of redis.conf, read one after the other as redis-server reads them. */
struct reader {
    char *next;
    struct redis_words words;
};

/* A line's words; false behind the last line. *balanced tells whether Redis would take it. */
static bool next_line(struct reader *reader, bool *balanced)
{
    if (*reader->next == '\0')
        return false;
    char *line = reader->next;
    char *end = strchr(line, '\n');
    require(end != NULL, "the last line has its end");
    *end = '\0';
    reader->next = end + 1;
    line += strspn(line, " \t\r\n");
    reader->words.count = 0;
    *balanced = *line == '#' || redis_split(&reader->words, line);
    return true;
}

static bool is_named(const struct reader *reader, const char *name)
{
    return reader->words.count > 0 && strcasecmp(reader->words.word[0], name) == 0;
}

/* The next line, which is one of ours: name and words, to the byte. */
static void expect_line(struct reader *reader, const char *name, size_t values)
{
    bool balanced;
    require(next_line(reader, &balanced) && balanced, "redis.conf has balanced lines");
    require(is_named(reader, name), "redis.conf has the directives in order");
    require(reader->words.count == 1 + values, "a directive has its values, and no more");
}

static void expect_word(const struct reader *reader, size_t n, const char *bytes, size_t length)
{
    require(n < reader->words.count && reader->words.length[n] == length &&
                memcmp(reader->words.word[n], bytes, length) == 0,
            "a value is read back byte for byte");
}

static void expect_value(struct reader *reader, const char *name, const char *bytes, size_t length)
{
    expect_line(reader, name, 1);
    expect_word(reader, 1, bytes, length);
}

static void expect_text(struct reader *reader, const char *name, const char *text)
{
    expect_value(reader, name, text, strlen(text));
}

static void expect_no_default_user(const struct reader *reader)
{
    require(!is_named(reader, "user") || reader->words.count < 2 ||
                strcmp(reader->words.word[1], "default") != 0,
            "no line is about the default user");
}

/* A line of the ini: whatever it is, not a directive that redis-init controls. */
static void expect_users_line(struct reader *reader)
{
    bool balanced;
    require(next_line(reader, &balanced), "each line of the ini is there");
    const struct redis_words *words = &reader->words;
    if (!balanced || words->count == 0)
        return; /* the server refuses it, or passes it over */
    require(redis_conf_owner(words->word[0], strlen(words->word[0]), "") == NULL,
            "no line of the ini is a directive of ours");
    expect_no_default_user(reader);
}

static bool is_save_list(const struct server_arg *arg, const char *value)
{
    static struct redis_words words;
    return *value != '\0' && arg->name_length == 4 && strncasecmp(arg->name, "save", 4) == 0 &&
           redis_split(&words, value); /* else it stays one word, and Redis refuses it */
}

/* The words of `text` stand in the line, from the n-th on; returns the place behind them. */
static size_t expect_words(const struct reader *reader, size_t n, const char *text)
{
    static struct redis_words words;
    require(redis_split(&words, text), "what is cut into words is balanced");
    for (size_t i = 0; i < words.count; i++)
        expect_word(reader, n++, words.word[i], words.length[i]);
    return n;
}

static void expect_argument(struct reader *reader, const struct server_arg *arg)
{
    bool balanced;
    require(next_line(reader, &balanced) && balanced, "an argument's line is balanced");
    require(reader->words.length[0] == arg->name_length &&
                strncasecmp(reader->words.word[0], arg->name, arg->name_length) == 0,
            "an argument has its line");
    expect_no_default_user(reader);
    size_t n = expect_words(reader, 1, arg->rest);
    for (size_t i = 0; i < arg->value_count; i++) {
        const char *value = arg->values[i];
        if (is_save_list(arg, value))
            n = expect_words(reader, n, value);
        else
            expect_word(reader, n++, value, strlen(value));
    }
    if (*arg->rest == '\0' && arg->value_count == 0)
        expect_word(reader, n++, "", 0);
    require(n == reader->words.count, "an argument's line has its values, and no more");
}

static bool ini_sets_save(const struct settings *settings)
{
    bool found = false;
    for (size_t i = 0; i < settings->directive_count; i++)
        found = found || strcasecmp(settings->directives[i].name, "save") == 0;
    return found;
}

static void expect_users_part(struct reader *reader, const struct redis_conf *conf)
{
    const struct server_args *args = conf->args;
    if (!args->has_conf_file && !args->has_save && !ini_sets_save(conf->settings)) {
        expect_text(reader, "save", "");
        for (int i = 0; i < 3; i++)
            expect_line(reader, "save", 2);
    }
    if (args->has_conf_file)
        expect_text(reader, "include", args->conf_file);
    for (size_t i = 0; i < conf->settings->directive_count; i++)
        expect_users_line(reader);
    for (size_t i = 0; i < args->count; i++)
        expect_argument(reader, &args->list[i]);
}

static void expect_our_part(struct reader *reader, const struct redis_conf *conf)
{
    char port[16];
    size_t length;
    bool balanced;
    const char *secret = secret_bytes(conf->password, &length);
    (void)snprintf(port, sizeof(port), "%u", conf->settings->port);
    expect_line(reader, "bind", 2);
    expect_text(reader, "port", port);
    expect_text(reader, "protected-mode", "yes");
    expect_text(reader, "dir", conf->settings->data_dir);
    expect_text(reader, "daemonize", "no");
    expect_text(reader, "logfile", "");
    expect_text(reader, "pidfile", "");
    expect_text(reader, "unixsocket", conf->socket->path);
    if (conf->socket->is_ours)
        expect_text(reader, "unixsocketperm", "600");
    if (conf->features->debug_gate)
        expect_text(reader, "enable-debug-command", "no");
    if (conf->features->module_gate)
        expect_text(reader, "enable-module-command", "no");
    if (conf->features->protected_gate)
        expect_text(reader, "enable-protected-configs", "no");
    expect_value(reader, "requirepass", secret, length);
    if (!conf->args->has_primary_auth)
        expect_value(reader, "masterauth", secret, length);
    require(!next_line(reader, &balanced), "nothing follows");
}

/* What `ping` finds in it is what was written, whatever the user's lines are. */
static void check_read_back(const struct redis_conf *conf, const char *text, size_t size)
{
    char *bytes = copy_of(text, size);
    static struct running_conf running;
    struct failure failure;
    size_t length;
    size_t read_length;
    const char *secret = secret_bytes(conf->password, &length);
    require(running_conf_parse(&running, bytes, size, &failure), "redis.conf is read back");
    const char *read = running.password != NULL ? secret_bytes(running.password, &read_length) : "";
    require(running.password != NULL && read_length == length && memcmp(read, secret, length) == 0,
            "the password is read back byte for byte");
    require(running.port == conf->settings->port && strcmp(running.bind, conf->bind) == 0 &&
                strcmp(running.socket, conf->socket->path) == 0,
            "the addresses are read back");
    running_conf_free(&running);
    free(bytes);
}

static bool is_read_back(const char *name)
{
    return strncasecmp(name, "unixsocket", strlen("unixsocket")) == 0 ||
           strcasecmp(name, "tls-port") == 0;
}

/* Then the server may refuse the line, and there is nothing to ping. */
static bool users_own(const struct redis_conf *conf)
{
    bool found = false;
    for (size_t i = 0; i < conf->settings->directive_count; i++)
        found = found || is_read_back(conf->settings->directives[i].name);
    for (size_t i = 0; i < conf->args->count; i++) {
        const struct server_arg *arg = &conf->args->list[i];
        char name[16] = "";
        if (arg->name_length < sizeof(name))
            memcpy(name, arg->name, arg->name_length);
        found = found || is_read_back(name);
    }
    return found;
}

static void check_conf(const struct redis_conf *conf)
{
    static char out[CONF_MAX + 1];
    static struct reader reader;
    bool balanced;
    const size_t length = redis_conf_write(out, CONF_MAX, conf);
    require(redis_conf_write(NULL, 0, conf) == length, "the length is known before");
    if (length > CONF_MAX)
        return;
    require(memchr(out, '\0', length) == NULL, "redis.conf has no NUL");
    out[length] = '\0';
    if (!users_own(conf))
        check_read_back(conf, out, length);
    reader.next = out;
    require(next_line(&reader, &balanced) && reader.words.count == 0, "it begins with a comment");
    expect_users_part(&reader, conf);
    expect_our_part(&reader, conf);
}

static bool load_settings(struct settings *settings, const char *lines)
{
    char text[INT16_MAX];
    char path[64];
    char *environment[] = {NULL};
    struct failure failure = {0};
    const int n = snprintf(text, sizeof(text), "[redis.conf]\n%s", lines);
    const int fd = file_of(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    const struct settings_sources sources = {.ini_option = path, .environment = environment};
    const bool ok = settings_load(settings, &sources, &failure);
    (void)close(fd);
    return ok;
}

/* words[0] is the password, words[1] lines of the ini, and redis-server's arguments follow. */
static void write_conf(struct secret *secret, char **words, size_t count, unsigned gates)
{
    static struct settings settings;
    static struct server_args args;
    const struct report report = {.level = REPORT_ERROR};
    const struct server_features features = {.debug_gate = (gates & 1) != 0,
                                             .module_gate = (gates & 2) != 0,
                                             .protected_gate = (gates & 4) != 0};
    const struct server_socket socket = {SOCKET, (gates & 8) != 0};
    const struct redis_conf conf = {.settings = &settings,
                                    .args = &args,
                                    .features = &features,
                                    .bind = BIND,
                                    .password = secret,
                                    .socket = &socket};
    struct failure failure = {0};
    if (count >= 2 && secret_take(secret, words[0], "the name", &failure) &&
        load_settings(&settings, words[1]) &&
        server_args_read(&args, words + 2, &settings, &report, &failure))
        check_conf(&conf);
    if (count >= 2)
        settings_free(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words[WORDS_MAX + 1];
    struct failure failure = {0};
    if (size == 0)
        return 0;
    require(secret_memory_init(&failure), "libsodium works");
    const uint64_t before = descriptors();
    struct secret *secret = secret_new(&failure);
    require(secret != NULL, "a secret is made");
    char *bytes = copy_of(data + 1, size - 1);
    const size_t count = split_words(bytes, size - 1, words, WORDS_MAX);
    write_conf(secret, words, count, data[0]);
    free(bytes);
    secret_free(secret);
    require(descriptors() == before, "no descriptor leaks");
    return 0;
}
