// SPDX-License-Identifier: Apache-2.0

/* The whole chain: Vault, redis-vault-sync, the Secret, the volume as the kubelet renders it, and
 * the server that runs behind redis-init. */

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rotation_case.h"
#include "sync_case.h"

static struct sync job;

static void setup(void)
{
    sync_init(&job);
    sync_log_in(&job);
    rotation_setup();
    set_overlap("0");
}

static void teardown(void)
{
    rotation_teardown();
    sync_free(&job);
}

/* What the Secret has is what the kubelet renders. */
static void render(void (*into)(const char *bytes))
{
    char value[4096];
    ck_assert(kube_value(&job.kube, "redis-password", "password", value, sizeof(value)));
    into(value);
}

START_TEST(from_vault_to_the_server)
{
    sync_to_secret(&job);
    sync_run(&job, 0, ": created");
    render(make_secret);
    container_start_guarded(&container, SYNC_PASSWORD);
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_run(&job, 0, ": changed");
    render(swap);
    await("rotated: new password of default");
    expect_password(SYNC_OTHER, "OK");
    expect_password(SYNC_PASSWORD, "WRONGPASS");
    /* a weak one does not come as far as the server */
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_WEAK "\"}");
    sync_run(&job, 65, "password");
    render(swap);
    expect_password(SYNC_OTHER, "OK");
    container_stop(&container, 0);
    sync_expect_no_secret(container.log, container.log_length, "the container's log");
}
END_TEST

/* The file lies in a folder that the container mounts. It is 0600, so who writes it is the server's
 * user. */
START_TEST(by_a_file)
{
    char path[256];
    container_path(&container, "secret", path, sizeof(path));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    if (geteuid() == 0) {
        sync_become(&job, container_uid());
        ck_assert_int_eq(chown(path, container_uid(), container_uid()), 0);
    }
    container_path(&container, "secret/password", path, sizeof(path));
    container_setenv(&container, FILE_VARIABLE);
    sync_option(&job, "--output", path);
    sync_run(&job, 0, ": written");
    container_start_guarded(&container, SYNC_PASSWORD);
    vault_put2(&job.vault, SYNC_PATH, "{\"password\": \"" SYNC_OTHER "\"}");
    sync_run(&job, 0, ": written");
    await("rotated: new password of default");
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
    render(make_secret);
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
