// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "audit_line.h"
#include "audit_look.h"
#include "privileges.h"
#include "stop_signal.h"
#include "tool.h"

#define LOOK_MS 1000     /* from one look to the next */
#define CONNECT_MS 200   /* from one try to the next, so that a start is seen soon */
#define PATIENCE_MS 5000 /* of an outage, until it is said */
#define SAY_AGAIN_MS 60000

/* A server that hangs up at once may have to be asked again at once: it ends, or somebody has
 * closed this connection. */
#define TRIES 3

struct course {
    struct audit *audit;
    const struct report *report;
    int signals;          /* a signalfd(2) */
    bool met;             /* it has been connected to */
    bool ended;           /* and nothing listens any more */
    long long out_since;  /* milliseconds since 1970; 0: no outage */
    long long said_again; /* when the outage is to be said */
};

static bool is_connected(const struct course *course)
{
    return course->audit->link.link.fd >= 0;
}

static bool ask_once(struct course *course, struct failure *failure)
{
    if (!is_connected(course) && !audit_begin(course->audit, failure))
        return false;
    course->met = true;
    return audit_look(course->audit, failure);
}

static bool nothing_listens(const struct failure *failure)
{
    return failure->error == ENOENT || failure->error == ECONNREFUSED;
}

/* The server may be at its start, or busy; only what lasts is worth a line. */
static void note_outage(struct course *course, const struct failure *failure)
{
    const long long now = audit_clock();
    if (course->out_since == 0) {
        course->out_since = now;
        course->said_again = now + PATIENCE_MS;
    }
    if (now < course->said_again)
        return;
    course->said_again = now + SAY_AGAIN_MS;
    report_line(course->report, REPORT_WARNING, "audit: %s; it is tried again", failure->text);
}

static void look(struct course *course)
{
    struct failure failure = {0};
    for (int i = 0; i < TRIES; i++) {
        const bool was_connected = is_connected(course);
        if (ask_once(course, &failure)) {
            course->out_since = 0;
            return;
        }
        if (!was_connected || is_connected(course))
            break;
    }
    course->ended = course->met && !is_connected(course) && nothing_listens(&failure);
    note_outage(course, &failure);
}

/* True when a signal asks to stop. The server has nothing to say by itself: what comes is its end.
 */
static bool wait_for_next(const struct course *course)
{
    struct pollfd events[] = {{.fd = course->signals, .events = POLLIN},
                              {.fd = course->audit->link.link.fd, .events = POLLIN}};
    const int ready = poll(events, 2, is_connected(course) ? LOOK_MS : CONNECT_MS);
    return ready > 0 && events[0].revents != 0;
}

static void follow(struct course *course)
{
    bool stopped = false;
    do {
        look(course);
        stopped = !course->ended && wait_for_next(course);
    } while (!course->ended && !stopped);
    if (stopped)
        look(course);
    if (course->ended)
        audit_say_stop();
}

/* All signals are blocked, and those that ask to stop are read. */
static int open_signals(struct failure *failure)
{
    sigset_t stops;
    const int fd = stop_signal_hold(failure) && stop_signal_set(&stops)
                       ? signalfd(-1, &stops, SFD_CLOEXEC)
                       : -1;
    if (fd < 0)
        failure_set(failure, EX_OSERR, errno, "the signals can't be read");
    return fd;
}

bool tool_audit(const struct options *options, const struct settings *settings,
                struct failure *failure)
{
    if (settings->audit_log == AUDIT_OFF)
        return failure_set(failure, EX_CONFIG, 0, "[audit] log is off");
    if (!privileges_drop(settings->uid, settings->gid, failure))
        return false;
    struct audit *audit = calloc(1, sizeof(*audit));
    if (audit == NULL)
        return failure_set(failure, EX_OSERR, errno, "no memory for the audit log");
    audit->settings = settings;
    audit->uid = getuid();
    audit->link.link.fd = -1;
    struct course course = {audit, &options->report, open_signals(failure), false, false, 0, 0};
    if (course.signals >= 0) {
        follow(&course);
        (void)close(course.signals);
    }
    audit_link_close(&audit->link);
    free(audit);
    return course.signals >= 0;
}
