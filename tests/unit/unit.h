// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The whole of a unit test's main(): runs, counts, and returns 0, or 1 when a test failed. */
int unit_main(const char *name, TCase *tests);

/* A folder for this process, made when it is first asked for and removed at its end. */
const char *unit_folder(void);

/* The path of this program, also under valgrind, for a child that is to run it. */
const char *unit_self(void);

/* A file with these bytes and that mode, whatever the umask is. */
void unit_write(const char *path, const void *bytes, size_t length, mode_t mode);

/* Whether a test that needs root can run; the skip is loud, and counted by the summary. */
bool unit_is_root(const char *test);

/* Whom a mode stops: for the rest of the test root becomes an ordinary user, who may enter
 * unit_folder(). */
void unit_drop_root(void);

#endif
