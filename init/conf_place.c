// SPDX-License-Identifier: Apache-2.0
#include "conf_place.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acl_folder.h"
#include "private_file.h"

/* Bytes in guarded memory, which whoever holds them frees by sodium_free(3). */
struct rendered {
    char *bytes;
    size_t length;
};

/* One of the files, on its way to the server. */
struct placed {
    const char *name;
    bool is_read_again; /* by ACL LOAD */
    char path[PATH_MAX];
    int fd;
    unsigned long long folder; /* acl_folder_make(); 0: the server has no folder by descriptor */
};

/* What the server opens then is the file behind the descriptor, whatever lies in any folder. */
static bool hand_over(struct placed *placed, int fd, struct failure *failure)
{
    placed->fd = fd;
    (void)snprintf(placed->path, sizeof(placed->path), "/proc/self/fd/%d", fd);
    if (fcntl(fd, F_SETFD, 0) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "%s can't be handed over", placed->name);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one;
    struct stat other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static bool is_users(const struct redis_conf *conf, const char *path)
{
    return (conf->args->has_conf_file && is_same_file(conf->args->conf_file, path)) ||
           (conf->has_users && is_same_file(conf->settings->aclfile, path));
}

/* What the server could not remove would keep it from starting. That run_dir can't be written at
 * all is for the file to say. */
static bool make_room_for_socket(const struct server_socket *socket, struct failure *failure)
{
    if (socket == NULL || !socket->is_ours || unlink(socket->path) == 0)
        return true;
    if (errno != EISDIR && errno != EPERM)
        return true;
    return failure_set(failure, EX_CANTCREAT, errno, "%s is in the way, and can't be removed",
                       socket->path);
}

static bool name_file(struct placed *placed, const struct redis_conf *conf, const char *below,
                      struct failure *failure)
{
    int n = snprintf(placed->path, sizeof(placed->path), "%s/%s%s", conf->settings->run_dir, below,
                     placed->name);
    if (n < 0 || (size_t)n >= sizeof(placed->path))
        return failure_set(failure, EX_CANTCREAT, ENAMETOOLONG, "run_dir, name a shorter one");
    return !is_users(conf, placed->path) ||
           failure_set(failure, EX_CANTCREAT, 0,
                       "%s is your own, which would be lost: name another run_dir", placed->path);
}

/* What the server opens then is what lies in that folder, whatever is put in its place. */
static bool place_in_folder(struct placed *placed, int folder, const char *run_dir,
                            const struct rendered *text, struct failure *failure)
{
    if (!private_file_write_at(folder, run_dir, placed->name, text->bytes, text->length, failure) ||
        !hand_over(placed, folder, failure))
        return false;
    const size_t length = strlen(placed->path);
    (void)snprintf(placed->path + length, sizeof(placed->path) - length, "/%s", placed->name);
    return true;
}

static bool place_in_own_folder(struct placed *placed, const struct redis_conf *conf,
                                const struct rendered *text, struct failure *failure)
{
    const char *run_dir = conf->settings->run_dir;
    const int folder = acl_folder_make(run_dir, &placed->folder, failure);
    if (folder < 0)
        return false;
    if (name_file(placed, conf, ACL_FOLDER_NAME "/", failure) &&
        place_in_folder(placed, folder, run_dir, text, failure))
        return true;
    (void)close(folder);
    return false;
}

static bool place_file(struct placed *placed, const struct redis_conf *conf,
                       const struct rendered *text, const struct report *report,
                       struct failure *failure)
{
    const char *run_dir = conf->settings->run_dir;
    struct private_file file;
    bool by_path = true;
    if (placed->is_read_again && !private_file_judge(run_dir, &by_path, failure))
        return false;
    if (!by_path)
        return place_in_own_folder(placed, conf, text, failure);
    if (!name_file(placed, conf, "", failure) ||
        !private_file_place(&file, run_dir, placed->name, text->bytes, text->length, failure))
        return false;
    if (file.by_path) {
        (void)close(file.fd);
        return true;
    }
    report_line(report, REPORT_NOTICE,
                "others could swap %s or what leads there, so the server reads it by a descriptor",
                placed->path);
    return hand_over(placed, file.fd, failure);
}

static bool place_memfd(struct placed *placed, const struct rendered *text, struct failure *failure)
{
    int fd = private_memfd(placed->name, text->bytes, text->length, failure);
    return fd >= 0 && hand_over(placed, fd, failure);
}

typedef size_t write_bytes(char *out, size_t size, const void *what);

static size_t write_conf(char *out, size_t size, const void *what)
{
    return redis_conf_write(out, size, what);
}

static size_t write_acl(char *out, size_t size, const void *what)
{
    return acl_file_write(out, size, what);
}

static bool render(struct rendered *text, write_bytes *write, const void *what, const char *name,
                   struct failure *failure)
{
    text->length = write(NULL, 0, what);
    text->bytes = sodium_malloc(text->length);
    if (text->bytes == NULL)
        return failure_set(failure, EX_OSERR, errno,
                           "no locked memory for %s, raise the limit (ulimit -l)", name);
    (void)write(text->bytes, text->length, what);
    return secret_lock(text->bytes, text->length, failure);
}

static bool place_rendered(struct placed *placed, const struct redis_conf *conf, bool in_file,
                           write_bytes *write, const void *what, const struct report *report,
                           struct failure *failure)
{
    struct rendered text = {.bytes = NULL};
    const bool ok = render(&text, write, what, placed->name, failure) &&
                    (in_file ? place_file(placed, conf, &text, report, failure)
                             : place_memfd(placed, &text, failure));
    sodium_free(text.bytes);
    return ok;
}

/* The aclfile first, since redis.conf names it. */
static bool place_both(struct conf_place_found *found, const struct redis_conf *conf,
                       const struct acl_file *acl, bool in_file, const struct report *report,
                       struct failure *failure)
{
    struct placed acl_placed = {.name = ACL_NAME, .is_read_again = true, .fd = -1};
    struct placed placed = {.name = CONF_NAME, .fd = -1};
    struct redis_conf with_acl = *conf;
    if (in_file && !make_room_for_socket(conf->socket, failure))
        return false;
    if (conf->has_users &&
        !place_rendered(&acl_placed, conf, in_file, write_acl, acl, report, failure))
        return false;
    with_acl.aclfile = acl_placed.path;
    with_acl.acl_folder = acl_placed.folder;
    if (!place_rendered(&placed, &with_acl, in_file, write_conf, &with_acl, report, failure)) {
        if (acl_placed.fd >= 0)
            (void)close(acl_placed.fd);
        return false;
    }
    found->fd = placed.fd;
    found->acl_fd = acl_placed.fd;
    found->in_run_dir = in_file;
    (void)snprintf(found->path, sizeof(found->path), "%s", placed.path);
    return true;
}

/* Without run_dir there is no folder for a socket of ours. */
static bool place_in_memory(struct conf_place_found *found, const struct redis_conf *conf,
                            const struct acl_file *acl, const struct report *report,
                            struct failure *failure)
{
    struct redis_conf rest = *conf;
    struct acl_file users = {.base = NULL};
    rest.internal = NULL;
    if (rest.socket != NULL && rest.socket->is_ours)
        rest.socket = NULL;
    if (acl != NULL)
        users = *acl;
    users.internal_hash = NULL;
    return place_both(found, &rest, &users, false, report, failure);
}

bool conf_place_write(struct conf_place_found *found, const struct redis_conf *conf,
                      const struct acl_file *acl, const struct report *report,
                      struct failure *failure)
{
    const enum conf_place place = conf->settings->conf;
    if (place == CONF_MEMFD)
        return place_in_memory(found, conf, acl, report, failure);
    if (place_both(found, conf, acl, true, report, failure))
        return true;
    if (place == CONF_FILE || failure->exit_code != EX_CANTCREAT)
        return false;
    report_line(report, REPORT_NOTICE, "%s; redis.conf is kept in a sealed memfd", failure->text);
    return place_in_memory(found, conf, acl, report, failure);
}
