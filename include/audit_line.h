// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_AUDIT_LINE_H
#define REDIS_INIT_AUDIT_LINE_H

#include "audit_client.h"

/* PIPE_BUF of pipe(7): a line of at most so many bytes does not mix with the server's own. */
#define AUDIT_LINE_MAX 4096

/* A line of the audit log: a JSON object of texts and numbers. */
struct audit_line {
    char bytes[AUDIT_LINE_MAX];
    size_t length;
};

/* Milliseconds since 1970, now. */
long long audit_clock(void);

/* {"event":EVENT,"time":TIME; `when` in milliseconds since 1970. */
void audit_line_begin(struct audit_line *line, const char *event, long long when);

/* A member. What others have chosen is escaped, byte by byte; one that was cut ends in "...". */
void audit_line_text(struct audit_line *line, const char *name, const char *text);
void audit_line_cut(struct audit_line *line, const char *name, const struct audit_text *text);
void audit_line_number(struct audit_line *line, const char *name, long long number);
void audit_line_time(struct audit_line *line, const char *name, long long when);

/* Ends it, and writes it to stderr by a single write(2). A log that nobody can take any more is no
 * reason to stop. */
void audit_line_say(struct audit_line *line);

/* The whole line of a rotation: `what` was changed, and, unless it is 0, the second since 1970
 * until which the old passwords hold. */
void audit_line_rotation(const char *what, long long until);

#endif
