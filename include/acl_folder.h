// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_ACL_FOLDER_H
#define REDIS_INIT_ACL_FOLDER_H

#include "failure.h"

/*
 * Where others can swap what is in run_dir the server has users.acl in a folder of its own there,
 * by the folder's descriptor: ACL LOAD reads what was written into it last, whatever is put in the
 * place of the folder. The file itself by a descriptor would be that of the start for ever.
 */

/*
 * As the server's uid: the descriptor of that folder (O_PATH), which is made with mode 0700 when it
 * is missing, and its inode number. -1: another user could enter it, or made it (EX_CANTCREAT).
 */
int acl_folder_make(const char *run_dir, unsigned long long *inode,
                    struct failure *failure) MUST_CHECK;

/*
 * The same folder again, of a server that runs and so keeps its inode number from being another's;
 * 0: run_dir itself. -1: there is another in its place (EX_NOINPUT).
 */
int acl_folder_open(const char *run_dir, unsigned long long inode,
                    struct failure *failure) MUST_CHECK;

#endif
