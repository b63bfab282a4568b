// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write_all.h"

#define TEXT_MAX 1024
/* every byte of the text may become \u00XX, and the frame around it is below 128 bytes */
#define LINE_MAX_BYTES (6 * TEXT_MAX + 128)

static const char *const level_names[] = {
    [REPORT_ERROR] = "error",
    [REPORT_WARNING] = "warning",
    [REPORT_NOTICE] = "notice",
    [REPORT_DETAIL] = "detail",
};

struct line {
    char bytes[LINE_MAX_BYTES];
    size_t length;
};

static void append(struct line *line, const char *text)
{
    size_t room = sizeof(line->bytes) - line->length;
    size_t length = strlen(text);
    if (length > room)
        length = room;
    memcpy(line->bytes + line->length, text, length);
    line->length += length;
}

void report_escape(char escaped[REPORT_ESCAPED], unsigned char c, enum report_format format)
{
    escaped[0] = (char)c;
    escaped[1] = '\0';
    if (format == REPORT_JSON && (c == '"' || c == '\\'))
        (void)snprintf(escaped, REPORT_ESCAPED, "\\%c", c);
    else if (c < 0x20 || c == 0x7f || (format == REPORT_JSON && c >= 0x80))
        (void)snprintf(escaped, REPORT_ESCAPED, format == REPORT_JSON ? "\\u%04x" : "\\x%02x", c);
}

static void append_escaped(struct line *line, const char *text, enum report_format format)
{
    for (const char *p = text; *p != '\0'; p++) {
        char escaped[REPORT_ESCAPED];
        report_escape(escaped, (unsigned char)*p, format);
        append(line, escaped);
    }
}

static void compose(struct line *line, const struct report *report, enum report_level level,
                    const char *text)
{
    const char *program = report->program != NULL ? report->program : "redis-init";
    line->length = 0;
    if (report->format == REPORT_JSON) {
        append(line, "{\"level\":\"");
        append(line, level_names[level]);
        append(line, "\",\"program\":\"");
        append(line, program);
        append(line, "\",\"message\":\"");
        append_escaped(line, text, report->format);
        append(line, "\"}\n");
        return;
    }
    append(line, program);
    append(line, ": ");
    if (level == REPORT_WARNING)
        append(line, "warning: ");
    append_escaped(line, text, report->format);
    append(line, "\n");
}

/* A log that nobody can take any more is no reason to stop: the exit code still tells. */
static bool say(const struct report *report, enum report_level level, int fd, const char *text)
{
    struct line line;
    compose(&line, report, level, text);
    return write_all(fd, line.bytes, line.length);
}

void report_line(const struct report *report, enum report_level level, const char *format, ...)
{
    if (level > report->level)
        return;
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    (void)say(report, level, STDERR_FILENO, text);
}

bool report_answer(const struct report *report, struct failure *failure, const char *format, ...)
{
    if (report->level < REPORT_NOTICE)
        return true;
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return say(report, REPORT_NOTICE, STDOUT_FILENO, text) ||
           failure_set(failure, EX_OSERR, errno, "standard output can't be written");
}

/* Opened without O_CREAT and non-blocking: a FIFO or a missing file in this place costs nothing. */
static void leave_termination_message(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && ftruncate(fd, 0) == 0) {
        struct line line = {.length = 0};
        append_escaped(&line, text, REPORT_TEXT);
        append(&line, "\n");
        (void)write_all(fd, line.bytes, line.length);
    }
    (void)close(fd);
}

int report_failure(const struct report *report, const struct failure *failure,
                   const char *termination_log)
{
    (void)say(report, REPORT_ERROR, STDERR_FILENO, failure->text);
    if (termination_log != NULL)
        leave_termination_message(termination_log, failure->text);
    return failure->exit_code;
}
