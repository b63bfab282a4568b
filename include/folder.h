// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_FOLDER_H
#define REDIS_INIT_FOLDER_H

#include "failure.h"

/*
 * For root: makes the folder with mode 0700 when it is missing (its parent must be there) and opens
 * it O_RDONLY. A symlink on the way is followed only where nobody but root could have put it, and
 * never as the last step. Returns the descriptor, or -1 with errno: ELOOP for such a symlink,
 * EBUSY when the path leads to the root folder.
 */
int folder_open_as_root(const char *path);

/* What errno then says of the folder that `setting` names, and what to do. EX_CANTCREAT. */
bool folder_failure(const char *setting, const char *path, struct failure *failure);

/*
 * Whether nobody but root and the caller's uid can put another file in the place of one in this
 * folder, or another folder in the place of it: neither it nor a folder above it belongs to
 * somebody else or can be written by others (unless it is sticky, as /tmp).
 */
bool folder_is_private(int folder);

#endif
