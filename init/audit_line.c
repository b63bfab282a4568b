// SPDX-License-Identifier: Apache-2.0
#include "audit_line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "report.h"
#include "write_all.h"

#define END "}\n"
#define CUT "..."
/* Of the longest, that of a refusal: its four texts of the network's and two words of the server's,
 * when each byte is \u00XX, and all else. */
#define FRAME_MAX 400
_Static_assert(6 * (4 * (AUDIT_TEXT_MAX + sizeof(CUT)) + 2UL * AUDIT_WORD_MAX) + FRAME_MAX <=
                   AUDIT_LINE_MAX,
               "a line has room");

long long audit_clock(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now); /* every Linux has it */
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The end always has its place. */
static void append(struct audit_line *line, const char *text)
{
    const size_t length = strlen(text);
    if (length > sizeof(line->bytes) - strlen(END) - line->length)
        return;
    memcpy(line->bytes + line->length, text, length);
    line->length += length;
}

static void append_name(struct audit_line *line, const char *name)
{
    append(line, line->length == 0 ? "{\"" : ",\"");
    append(line, name);
    append(line, "\":");
}

static void append_bytes(struct audit_line *line, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char escaped[REPORT_ESCAPED];
        report_escape(escaped, (unsigned char)bytes[i], REPORT_JSON);
        append(line, escaped);
    }
}

void audit_line_text(struct audit_line *line, const char *name, const char *text)
{
    append_name(line, name);
    append(line, "\"");
    append_bytes(line, text, strnlen(text, 4 * (size_t)AUDIT_TEXT_MAX));
    append(line, "\"");
}

void audit_line_cut(struct audit_line *line, const char *name, const struct audit_text *text)
{
    append_name(line, name);
    append(line, "\"");
    append_bytes(line, text->bytes, text->length);
    append(line, text->length < text->whole ? CUT "\"" : "\"");
}

void audit_line_number(struct audit_line *line, const char *name, long long number)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%lld", number);
    append_name(line, name);
    append(line, text);
}

void audit_line_time(struct audit_line *line, const char *name, long long when)
{
    const time_t seconds = (time_t)(when / 1000);
    char text[64] = "";
    char whole[96];
    struct tm tm;
    if (gmtime_r(&seconds, &tm) != NULL)
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(whole, sizeof(whole), "%s.%03dZ", text, (int)(when % 1000));
    audit_line_text(line, name, whole);
}

void audit_line_begin(struct audit_line *line, const char *event, long long when)
{
    line->length = 0;
    audit_line_text(line, "event", event);
    audit_line_time(line, "time", when);
}

void audit_line_say(struct audit_line *line)
{
    memcpy(line->bytes + line->length, END, strlen(END));
    (void)write_all(STDERR_FILENO, line->bytes, line->length + strlen(END));
}

void audit_line_rotation(const char *what, long long until)
{
    struct audit_line line;
    audit_line_begin(&line, "rotation", audit_clock());
    audit_line_text(&line, "what", what);
    if (until != 0)
        audit_line_time(&line, "until", 1000 * until);
    audit_line_say(&line);
}
