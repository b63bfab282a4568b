// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_ROTATION_CASE_H
#define TESTS_ROTATION_CASE_H

#include <sys/types.h>

#include "container.h"

/* What the tests of rotation share: a container whose password is in a Secret's volume. */

#define OLD "a1f0c84e97d2b6530fe8d71c92a45b36"
#define NEW "7be2945dc01f83a6e4d7f0b8c3951a62"
#define APP "c95d03e7128fb46a9d01e5c7f23ab864"
#define APP_NEW "0d58e3b1f7c94a26be8d17a5c02f9364"
#define FILE_VARIABLE "REDIS_PASSWORD_FILE=/run/secret/password"

extern struct container container;
extern char text[65536]; /* what reload said, or a file has */

void rotation_setup(void);
void rotation_teardown(void);

/* A volume secret/ as the kubelet lays it out, with the file `password`, which FILE_VARIABLE names:
 * password -> ..data/password, ..data -> ..DATE. */
void make_secret(const char *bytes);

/* As AtomicWriter.Write() in the kubelet's pkg/volume/util/atomic_writer.go: a new folder with the
 * time in its name, a link ..data_tmp to it, which gets the name ..data, and the old folder is
 * removed. NULL: without the file. */
void swap(const char *bytes);

/* A name in the volume, from outside. */
void secret_path(const char *name, char path[256]);

/* 128 bits that no test has had. */
#define SECRET_SIZE 33
void next_secret(char secret[SECRET_SIZE]);

void set_overlap(const char *seconds);

/* Starts, and awaits the server. */
void start(void);

/* The same with the password as a variable, so that the supervisor watches nothing and the tests
 * alone reload, who name the file. */
void start_unwatched(void);

/* A line of the log with that part. */
void await(const char *line);

/* The server's; as a normal user everything is that user's, which is 0 here. */
uid_t own_uid(void);

/* `redis-init reload` beside the server; what it says is in `text`, which has to have `part`, and
 * no password. The exit code. */
int reload_as(uid_t uid);
void expect_reload_as(uid_t uid, int code, const char *part);
void expect_reload(int code, const char *part);

/* The answer of AUTH on a new connection begins so. */
void expect_login(const char *user, const char *password, const char *answer);
void expect_password(const char *password, const char *answer);

/* A file of the container's, in `text`. */
void read_file(const char *name);

#endif
