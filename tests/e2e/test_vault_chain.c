// SPDX-License-Identifier: Apache-2.0

/* The whole chain: Vault, redis-vault-sync, the Secret, the volume as the kubelet renders it, and
 * the server that runs behind redis-init. */

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "sync_case.h"

static struct container container;
static struct sync job;
static char value[4096];
static unsigned swaps;

static void setup(void)
{
    swaps = 0;
    sync_init(&job);
    sync_log_in(&job);
    container_init(&container);
    container_setenv(&container, "REDIS_INIT_OVERLAP=0");
    container_setenv(&container, "REDIS_PASSWORD_FILE=/run/secret/password");
}

static void teardown(void)
{
    container_free(&container);
    sync_free(&job);
}

/* pkg/volume/util/atomic_writer.go: a new folder, and a rename that gives it the name ..data. */
static void kubelet_renders(void)
{
    char name[64];
    char path[256];
    char to[256];
    ck_assert(kube_value(&job.kube, "redis-password", "password", value, sizeof(value)));
    (void)snprintf(name, sizeof(name), "secret/..2026_%u", ++swaps);
    container_path(&container, name, path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    (void)snprintf(path, sizeof(path), "%s/password", name);
    container_write(&container, path, value, strlen(value), 0444);
    container_path(&container, "secret/..data_tmp", path, sizeof(path));
    ck_assert_int_eq(symlink(name + strlen("secret/"), path), 0);
    container_path(&container, "secret/..data", to, sizeof(to));
    ck_assert_int_eq(rename(path, to), 0);
}

static void mount_volume(void)
{
    char path[256];
    container_path(&container, "secret", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    kubelet_renders();
    container_path(&container, "secret/password", path, sizeof(path));
    ck_assert_int_eq(symlink("..data/password", path), 0);
}

static void expect_password(const char *password, const char *answer)
{
    struct container_client *client = container_connect(&container, "127.0.0.1");
    container_expect(client, answer, "AUTH", password, NULL);
    container_disconnect(client);
}

START_TEST(from_vault_to_the_server)
{
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    mount_volume();
    container_start_guarded(&container, SYNC_PASSWORD);
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_run(&job, 0, ": changed");
    kubelet_renders();
    ck_assert_msg(container_await_line(&container, "rotated: new password of default"), "%s",
                  container.log);
    expect_password(SYNC_OTHER, "OK");
    expect_password(SYNC_PASSWORD, "WRONGPASS");
    /* a weak one does not come as far as the server */
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_WEAK "\"}");
    sync_run(&job, 65, "password");
    kubelet_renders();
    expect_password(SYNC_OTHER, "OK");
    container_stop(&container, 0);
    sync_expect_no_secret(container.log, container.log_length, "the container's log");
}
END_TEST

/* As on a laptop: the file lies in a folder that the container mounts. What the program writes is
 * its user's alone, 0600, so it is given to the server's. */
START_TEST(by_a_file)
{
    char path[256];
    container_path(&container, "secret", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    container_path(&container, "secret/password", path, sizeof(path));
    sync_option(&job, "--output", path);
    sync_run(&job, 0, "password");
    if (geteuid() == 0)
        ck_assert_int_eq(chown(path, container_uid(), container_uid()), 0);
    container_start_guarded(&container, SYNC_PASSWORD);
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_run(&job, 0, "password");
    if (geteuid() == 0)
        ck_assert_int_eq(chown(path, container_uid(), container_uid()), 0);
    ck_assert_msg(container_await_line(&container, "rotated: new password of default"), "%s",
                  container.log);
    expect_password(SYNC_OTHER, "OK");
    container_stop(&container, 0);
}
END_TEST

/* The password that nobody ever saw: made by the job, and the server has it. */
START_TEST(a_generated_one)
{
    job.vault.may_write = true;
    sync_option(&job, "--path", "redis/fresh");
    sync_word(&job, "--generate");
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    mount_volume();
    char made[256];
    vault_field(&job.vault, "redis/fresh", "password", made, sizeof(made));
    container_start_guarded(&container, made);
    container_stop(&container, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vault chain");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, from_vault_to_the_server);
    tcase_add_test(tests, by_a_file);
    tcase_add_test(tests, a_generated_one);
    tcase_add_unchecked_fixture(tests, sync_make_certificates, sync_remove_certificates);
    return container_main(tests);
}
