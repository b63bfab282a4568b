// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "ini_file.h"
#include "settings.h"

struct seen {
    const char *text;
    size_t length;
    size_t entries;
    bool refused;
    int last_line;
};

/* The line of that number, counted from 1, without its end. */
static const char *line_of(const struct seen *seen, int number, size_t *length)
{
    const char *start = seen->text;
    const char *end = seen->text + seen->length;
    for (const char *next; --number > 0; start = next + 1) {
        next = memchr(start, '\n', (size_t)(end - start));
        require(next != NULL, "an entry's line is in the file");
    }
    const char *line_end = memchr(start, '\n', (size_t)(end - start));
    *length = (size_t)((line_end != NULL ? line_end : end) - start);
    return start;
}

/* An ini_entry: each must stand, whole, in the line that it names. */
static bool check_entry(const char *section, const char *key, const char *value, const char *where,
                        void *context, struct failure *failure)
{
    struct seen *seen = context;
    require(!seen->refused, "nothing is read behind an error");
    if (key == NULL)
        return true; /* a section's own line */
    require(strncmp(where, "fuzz.ini:", 9) == 0, "an entry names the file");
    const int number = atoi(where + 9);
    require(number > seen->last_line, "entries come in order");
    seen->last_line = number;
    seen->entries++;

    size_t length;
    const char *line = line_of(seen, number, &length);
    require(holds(line, length, key, strlen(key)), "an entry's key stands in its line");
    require(holds(line, length, value, strlen(value)), "an entry's value stands in its line");
    require(holds(seen->text, seen->length, section, strlen(section)),
            "its section is in the file");
    if (key[0] != '!')
        return true;
    seen->refused = true;
    return failure_set(failure, EX_CONFIG, 0, "%s: refused", where);
}

static void read_as_entries(const uint8_t *data, size_t size)
{
    struct failure failure = {0};
    struct seen seen = {.text = (const char *)data, .length = size};
    const bool ok =
        ini_text_read((const char *)data, size, "fuzz.ini", check_entry, &seen, &failure);
    require(!ok || !seen.refused, "a refused entry fails the file");
    if (ok)
        return;
    require(failure.exit_code == EX_CONFIG, "a bad ini ends with 78");
    require(strncmp(failure.text, "fuzz.ini", 8) == 0, "the error names the file");
    require_told(&failure);
}

static void count_setting(const char *section, const char *key, const char *value, void *context)
{
    (void)section;
    (void)key;
    require(strchr(value, '\n') == NULL, "a setting is on one line");
    (*(size_t *)context)++;
}

static void read_as_settings(const uint8_t *data, size_t size)
{
    static struct settings settings;
    char path[64];
    char *environment[] = {NULL};
    struct failure failure = {0};
    const int fd = file_of(data, size);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    const struct settings_sources sources = {.ini_option = path, .environment = environment};
    if (settings_load(&settings, &sources, &failure)) {
        size_t count = 0;
        settings_each(&settings, count_setting, &count);
        require(count > 0 && settings.uid != 0 && settings.gid != 0, "no setting makes it root");
        require(settings.data_dir[0] == '/' && settings.run_dir[0] == '/', "folders are absolute");
    } else {
        require(failure.exit_code == EX_CONFIG, "bad settings end with 78");
        require_told(&failure);
    }
    settings_free(&settings);
    (void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint64_t before = descriptors();
    read_as_entries(data, size);
    read_as_settings(data, size);
    require(descriptors() == before, "no descriptor leaks");
    return 0;
}
