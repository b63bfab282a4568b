// SPDX-License-Identifier: Apache-2.0
#include "supervise_say.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define PROGRAM "redis-init-supervise"
#define BLOCKED_LOG_MS 100

struct frame {
    const char *before;
    const char *after;
};

static const struct frame text_frames[] = {
    [SAY_ERROR] = {PROGRAM ": ", "\n"},
    [SAY_WARNING] = {PROGRAM ": warning: ", "\n"},
    [SAY_NOTICE] = {PROGRAM ": ", "\n"},
    [SAY_DETAIL] = {PROGRAM ": ", "\n"},
};

#define JSON_FRAME(level)                                                                          \
    {                                                                                              \
        "{\"level\":\"" level "\",\"program\":\"" PROGRAM "\",\"message\":\"", "\"}\n"             \
    }

static const struct frame json_frames[] = {
    [SAY_ERROR] = JSON_FRAME("error"),
    [SAY_WARNING] = JSON_FRAME("warning"),
    [SAY_NOTICE] = JSON_FRAME("notice"),
    [SAY_DETAIL] = JSON_FRAME("detail"),
};

/* The bytes that stand for c, which need not end in a NUL; at most six. */
static size_t escape(char out[6], unsigned char c, bool json)
{
    static const char hex[] = "0123456789abcdef";
    const char high = hex[c >> 4], low = hex[c & 15];

    if (json && (c == '"' || c == '\\')) {
        memcpy(out, (char[]){'\\', (char)c}, 2);
        return 2;
    }
    if (c >= 0x20 && c != 0x7f && !(json && c >= 0x80)) {
        out[0] = (char)c;
        return 1;
    }
    if (json) {
        memcpy(out, (char[]){'\\', 'u', '0', '0', high, low}, 6);
        return 6;
    }
    memcpy(out, (char[]){'\\', 'x', high, low}, 4);
    return 4;
}

size_t say_escape(char *line, size_t size, const char *text, bool json)
{
    size_t length = 0;
    for (; *text != '\0'; text++) {
        char out[6];
        const size_t n = escape(out, (unsigned char)*text, json);
        if (length + n >= size)
            break;
        memcpy(line + length, out, n);
        length += n;
    }
    line[length] = '\0';
    return length;
}

static bool can_take(int fd)
{
    struct pollfd log = {.fd = fd, .events = POLLOUT};
    return poll(&log, 1, BLOCKED_LOG_MS) == 1 && (log.revents & POLLOUT) != 0;
}

static void put(const struct frame *frame, char *message, size_t length)
{
    const struct iovec line[] = {
        {.iov_base = (char *)frame->before, .iov_len = strlen(frame->before)},
        {.iov_base = message, .iov_len = length},
        {.iov_base = (char *)frame->after, .iov_len = strlen(frame->after)},
    };
    /* There is no other place to say that a line is lost; the exit code still tells. */
    if (can_take(STDERR_FILENO) && writev(STDERR_FILENO, line, 3) < 0)
        return;
}

void say_parts(const struct say *how, enum say_level level, const char *const parts[])
{
    if (level > how->level)
        return;

    char message[SAY_TEXT_MAX];
    size_t length = 0;
    for (; *parts != NULL; parts++)
        length += say_escape(message + length, sizeof(message) - length, *parts, how->json);
    put(how->json ? &json_frames[level] : &text_frames[level], message, length);
}

bool say_plain(int fd, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        const ssize_t n = write(fd, text, left);
        if (n < 0)
            return false;
        text += n;
        left -= (size_t)n;
    }
    return true;
}

const char *decimal(long number, char buffer[DECIMAL_SIZE])
{
    char digits[DECIMAL_SIZE];
    size_t count = 0, length = 0;
    unsigned long rest = number < 0 ? 0UL - (unsigned long)number : (unsigned long)number;

    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        buffer[length++] = '-';
    while (count > 0)
        buffer[length++] = digits[--count];
    buffer[length] = '\0';
    return buffer;
}
