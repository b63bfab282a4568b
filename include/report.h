// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_REPORT_H
#define REDIS_INIT_REPORT_H

#include <stddef.h>

#include "failure.h"

enum report_format { REPORT_TEXT, REPORT_JSON };

enum report_level {
    REPORT_ERROR,   /* always said */
    REPORT_WARNING, /* said even with --quiet: the operator ought to act */
    REPORT_NOTICE,  /* the one line that matters at start; --quiet leaves it out */
    REPORT_DETAIL,  /* only with --verbose */
};

struct report {
    enum report_format format;
    enum report_level level; /* the last level that is still said */
    const char *program;     /* that speaks; NULL: redis-init */
};

/*
 * One line to stderr by a single write(2), so that lines of several processes do not mix. Control
 * characters are escaped: a hostile value cannot forge a second line. At most 1,024 bytes of text.
 */
void report_line(const struct report *report, enum report_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define REPORT_ESCAPED 8

/* The text that stands for a byte in a line: itself, or an escape of at most six bytes. In JSON
 * everything above 0x7f is \u00XX, so that bytes which are no UTF-8 make a right line as well. */
void report_escape(char escaped[REPORT_ESCAPED], unsigned char c, enum report_format format);

/*
 * The one line that a tool answers with, to stdout in the same form, as a notice. EX_OSERR when it
 * can't be written.
 */
bool report_answer(const struct report *report, struct failure *failure, const char *format, ...)
    __attribute__((format(printf, 3, 4))) MUST_CHECK;

/*
 * Says a failure on stderr and, when `termination_log` is not NULL, exists, is a regular file and
 * can be written, there as well. The kubelet shows that file's text in `kubectl describe pod`
 * (Kubernetes: "Customizing the termination message", at most 4,096 bytes). Returns
 * failure->exit_code.
 */
int report_failure(const struct report *report, const struct failure *failure,
                   const char *termination_log);

#define TERMINATION_LOG "/dev/termination-log"

#endif
