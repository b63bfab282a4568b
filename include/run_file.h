// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_RUN_FILE_H
#define REDIS_INIT_RUN_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "conf_edit.h"
#include "failure.h"

/* Bytes that may hold passwords, in guarded memory; all zeros: none. */
struct run_file {
    char *bytes; /* owned; there is room for one more behind them */
    size_t length;
};

/*
 * Reads a file of run_dir that redis-init wrote there: opened not through a link and without
 * waiting, and the open file is judged. A regular one of `uid`, which nobody else may read or
 * write; of anything else *found is false. EX_OSERR.
 */
bool run_file_read(struct run_file *file, const char *run_dir, const char *name, uid_t uid,
                   bool *found, struct failure *failure) MUST_CHECK;

/* The same in an open folder. */
bool run_file_read_at(struct run_file *file, int folder, const char *name, uid_t uid, bool *found,
                      struct failure *failure) MUST_CHECK;

/* Memory for `length` bytes. EX_OSERR. */
bool run_file_new(struct run_file *file, size_t length, struct failure *failure) MUST_CHECK;

/* Another value in the place of a line of it. EX_OSERR. */
bool run_file_edit(struct run_file *file, const struct conf_line *line,
                   const struct conf_value *value, struct failure *failure) MUST_CHECK;

/* Wipes them. */
void run_file_free(struct run_file *file);

#endif
