// SPDX-License-Identifier: Apache-2.0
#include "execs.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"

#define BUFFER_SIZE (8 << 20) /* the events of all processes until they are read */
#define FAMILY_MAX 64

struct family {
    pid_t members[FAMILY_MAX];
    size_t count;
};

static void subscribe(int fd)
{
    struct {
        struct nlmsghdr header;
        struct cn_msg message;
        enum proc_cn_mcast_op operation;
    } __attribute__((packed)) request = {
        .header = {.nlmsg_len = sizeof(request), .nlmsg_type = NLMSG_DONE},
        .message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(enum proc_cn_mcast_op)},
        .operation = PROC_CN_MCAST_LISTEN,
    };
    if (send(fd, &request, sizeof(request), 0) != (ssize_t)sizeof(request))
        die("process events: subscribe");
}

int execs_open(void)
{
    const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
    const int size = BUFFER_SIZE;
    const struct timeval patience = {.tv_sec = 30};
    const int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0)
        die("process events need root, outside of a container");
    subscribe(fd);
    return fd;
}

static bool is_member(const struct family *family, pid_t pid)
{
    for (size_t i = 0; i < family->count; i++)
        if (family->members[i] == pid)
            return true;
    return false;
}

static void note_fork(struct family *family, const struct proc_event *event)
{
    if (!is_member(family, event->event_data.fork.parent_tgid))
        return;
    if (family->count == FAMILY_MAX)
        die("too many processes to follow");
    family->members[family->count++] = event->event_data.fork.child_tgid;
}

static void note_exec(struct exec_times *times, const struct family *family,
                      const struct proc_event *event)
{
    const pid_t pid = event->event_data.exec.process_tgid;
    if (!is_member(family, pid))
        return;
    times->last = (int64_t)event->timestamp_ns;
    if (times->first == 0 && pid == family->members[0])
        times->first = times->last;
}

static void note(struct exec_times *times, struct family *family, const struct proc_event *event)
{
    if (event->what == PROC_EVENT_FORK)
        note_fork(family, event);
    else if (event->what == PROC_EVENT_EXEC)
        note_exec(times, family, event);
    else if (event->what == PROC_EVENT_EXIT &&
             event->event_data.exit.process_pid == family->members[0])
        times->end = (int64_t)event->timestamp_ns;
}

struct exec_times execs_follow(int fd, pid_t pid)
{
    struct family family = {.members = {pid}, .count = 1};
    struct exec_times times = {0};
    char bytes[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
    while (times.end == 0) {
        const ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
        if (n < (ssize_t)(NLMSG_LENGTH(sizeof(struct cn_msg) + sizeof(struct proc_event))))
            die("process events: receive");
        const struct cn_msg *message = NLMSG_DATA((const struct nlmsghdr *)bytes);
        struct proc_event event;
        memcpy(&event, message->data, sizeof(event));
        note(&times, &family, &event);
    }
    (void)close(fd);
    if (times.first == 0)
        die("process events: no exec was seen");
    return times;
}
