// SPDX-License-Identifier: Apache-2.0
#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN_FILES_MIN 10032 /* redis.conf: maxclients 10000, and 32 of its own */
#define OPEN_FILES_WANTED                                                                          \
    65536 /* room for a larger maxclients; more slows programs that close all */

struct capability_sets {
    struct __user_cap_data_struct word[_LINUX_CAPABILITY_U32S_3];
};

bool privileges_are_root(void)
{
    return getuid() == 0 || geteuid() == 0;
}

/* Takes what it can get: too few descriptors is for redis-server to say, with its maxclients. */
static bool raise_open_files(struct failure *failure)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return failure_set(failure, EX_OSERR, errno, "the limit of open files can't be read");
    struct rlimit raised = limit;
    if (raised.rlim_max < OPEN_FILES_MIN)
        raised.rlim_max = OPEN_FILES_MIN;
    if (raised.rlim_cur < OPEN_FILES_WANTED)
        raised.rlim_cur = raised.rlim_max < OPEN_FILES_WANTED ? raised.rlim_max : OPEN_FILES_WANTED;
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
        return true;
    limit.rlim_cur = limit.rlim_max;
    if (errno == EPERM && setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "the limit of open files can't be raised");
}

/* A core that is piped to a program ignores RLIMIT_CORE; with an empty filter it holds no memory:
 * core(5). */
static void leave_memory_out_of_cores(void)
{
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t written = write(fd, "0", 1);
    (void)written; /* a kernel without the filter still has the limit */
    (void)close(fd);
}

bool privileges_forbid_cores(struct failure *failure)
{
    const struct rlimit none = {0, 0};
    leave_memory_out_of_cores();
    if (setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "core dumps can't be switched off");
}

bool privileges_are_the_callers(struct failure *failure)
{
    if (getuid() == geteuid() && getgid() == getegid())
        return true;
    return failure_set(failure, EX_NOPERM, 0, "redis-init has a setuid or setgid bit, chmod ug-s");
}

/* 0022 is what every container starts with (docker-library/redis#305): anything else was chosen. */
static void tighten_umask(void)
{
    mode_t old = umask(0077);
    if (old != 0022)
        (void)umask(old);
}

bool privileges_set_limits(struct failure *failure)
{
    tighten_umask();
    return raise_open_files(failure);
}

static bool get_capabilities(struct capability_sets *sets)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(SYS_capget, &header, sets->word) == 0;
}

static bool clear_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct capability_sets none = {0};
    return syscall(SYS_capset, &header, none.word) == 0;
}

static bool is_effective(const struct capability_sets *sets, unsigned capability)
{
    return (sets->word[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
}

static bool drop_bounding_set(void)
{
    unsigned long capability = 0;
    while (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)
        capability++;
    return errno == EINVAL && capability > CAP_SETPCAP; /* beyond the last that the kernel has */
}

/* Root's id alone shall give no capability any more, to this process and all that it starts. */
static bool lock_securebits(void)
{
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                               SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                               SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    return prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) == 0;
}

/* Needs CAP_SETPCAP; without it (cap_drop: ALL) no_new_privs keeps the bounding set without effect.
 */
static bool shut_the_way_back(const struct capability_sets *sets, struct failure *failure)
{
    if (!is_effective(sets, CAP_SETPCAP))
        return true;
    if (drop_bounding_set() && lock_securebits())
        return true;
    return failure_set(failure, EX_NOPERM, errno, "the bounding set can't be emptied");
}

bool privileges_can_drop(struct failure *failure)
{
    struct capability_sets sets;
    if (!privileges_are_root())
        return true;
    if (!get_capabilities(&sets))
        return failure_set(failure, EX_NOPERM, errno, "the capabilities can't be read");
    if (is_effective(&sets, CAP_SETGID) && is_effective(&sets, CAP_SETUID))
        return true;
    return failure_set(failure, EX_NOPERM, 0,
                       "root can't be dropped, the container needs CAP_SETUID "
                       "and CAP_SETGID");
}

/* setfsuid(2) tells of no failure; without CAP_SETUID it does nothing, and root's own rights
 * decide.
 */
void privileges_open_files_as(uid_t uid, gid_t gid)
{
    if (!privileges_are_root())
        return;
    (void)setfsgid(gid);
    (void)setfsuid(uid);
}

static bool change_ids(uid_t uid, gid_t gid, struct failure *failure)
{
    if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0)
        return failure_set(failure, EX_NOPERM, errno,
                           "gid %u can't be taken, the container needs CAP_SETGID", gid);
    if (setresuid(uid, uid, uid) < 0)
        return failure_set(failure, EX_NOPERM, errno,
                           "uid %u can't be taken, the container needs CAP_SETUID", uid);
    return true;
}

static bool empty_capability_sets(struct failure *failure)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 && clear_capabilities() &&
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        return true;
    return failure_set(failure, EX_NOPERM, errno, "the capabilities can't be given up");
}

static bool ids_are(uid_t uid, gid_t gid)
{
    uid_t uids[3];
    gid_t gids[3];
    if (getresuid(&uids[0], &uids[1], &uids[2]) < 0 || getresgid(&gids[0], &gids[1], &gids[2]) < 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (uids[i] != uid || gids[i] != gid)
            return false;
    return true;
}

static bool capabilities_are_empty(void)
{
    struct capability_sets sets;
    if (!get_capabilities(&sets))
        return false;
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if ((sets.word[i].effective | sets.word[i].permitted | sets.word[i].inheritable) != 0)
            return false;
    return true;
}

/* Tries each door; gid 0 may be one's own (OpenShift). */
static bool root_is_gone(uid_t uid, gid_t gid)
{
    return setresuid((uid_t)-1, 0, (uid_t)-1) < 0 && setuid(0) < 0 && (gid == 0 || setgid(0) < 0) &&
           ids_are(uid, gid) && capabilities_are_empty() &&
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

bool privileges_drop(uid_t uid, gid_t gid, struct failure *failure)
{
    struct capability_sets sets;
    if (!get_capabilities(&sets))
        return failure_set(failure, EX_NOPERM, errno, "the capabilities can't be read");
    if (privileges_are_root()) {
        if (!shut_the_way_back(&sets, failure) || !change_ids(uid, gid, failure))
            return false;
    } else {
        uid = getuid();
        gid = getgid();
    }
    if (!empty_capability_sets(failure))
        return false;
    if (!root_is_gone(uid, gid))
        return failure_set(failure, EX_NOPERM, 0, "root could be had back after the drop");
    return true;
}
