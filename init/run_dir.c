// SPDX-License-Identifier: Apache-2.0
#include "run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "private_file.h"
#include "server_socket.h"

static bool is_known(const char *name)
{
    static const char *const names[] = {
        ".",
        "..",
        SOCKET_NAME,
        CONF_NAME,
        CONF_NAME NEW_SUFFIX,
        ACL_NAME,
        ACL_FOLDER_NAME,
        ACL_NAME NEW_SUFFIX,
        ENVIRONMENT_NAME,
        ENVIRONMENT_NAME NEW_SUFFIX,
        OVERLAP_NAME,
        LOCK_NAME,
        OVERLAP_NAME NEW_SUFFIX,
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool holds_only_ours(int folder)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    if (entries == NULL) {
        if (copy >= 0)
            (void)close(copy);
        return false;
    }
    bool only_ours = true;
    const struct dirent *entry;
    while (only_ours && (errno = 0, entry = readdir(entries)) != NULL)
        only_ours = is_known(entry->d_name);
    only_ours = only_ours && errno == 0;
    (void)closedir(entries);
    return only_ours;
}

/* Writability is what counts (just-containers/s6-overlay#600), so a refused chown is judged later,
 * as the uid. */
static bool give(int folder, const char *path, uid_t uid, gid_t gid, struct failure *failure)
{
    if (!holds_only_ours(folder))
        return true;
    if (fchown(folder, uid, gid) == 0 && fchmod(folder, 0700) == 0)
        return true;
    if (errno == EPERM || errno == EROFS)
        return true;
    return failure_set(failure, EX_CANTCREAT, errno, "run_dir %s can't be given to %u:%u", path,
                       uid, gid);
}

bool run_dir_prepare(const char *path, uid_t uid, gid_t gid, struct failure *failure)
{
    int folder = folder_open_as_root(path);
    if (folder < 0 && errno == EACCES)
        return true; /* root without CAP_DAC_OVERRIDE: writing, as the uid, decides */
    if (folder < 0)
        return folder_failure("run_dir", path, failure);
    bool ok = give(folder, path, uid, gid, failure);
    (void)close(folder);
    return ok;
}
