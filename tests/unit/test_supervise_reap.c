// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <sys/wait.h>

#include "supervise_reap.h"
#include "unit.h"

/* The wait statuses of Linux: the code in the second byte, the signal and 0x80 for a core in the
 * first. */
START_TEST(every_exit_code_and_every_signal)
{
    const struct supervise_options options = supervise_options_default();
    for (int code = 0; code < 256; code++)
        ck_assert_int_eq(reap_exit_code(&options, code << 8), code);
    for (int signal = 1; signal <= 64; signal++) {
        ck_assert_int_eq(reap_exit_code(&options, signal), 128 + signal);
        ck_assert_int_eq(reap_exit_code(&options, signal | 0x80), 128 + signal);
    }
}
END_TEST

START_TEST(exit_codes_are_remapped)
{
    struct supervise_options options = supervise_options_default();
    options.remap_exit[143] = options.remap_exit[255] = true;
    for (int code = 0; code < 256; code++)
        ck_assert_int_eq(reap_exit_code(&options, code << 8),
                         code == 143 || code == 255 ? 0 : code);
    /* as with tini: what an engine sees is what counts, whoever made it */
    ck_assert_int_eq(reap_exit_code(&options, 15), 0);
    ck_assert_int_eq(reap_exit_code(&options, 9), 137);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("exit codes");
    tcase_add_test(tests, every_exit_code_and_every_signal);
    tcase_add_test(tests, exit_codes_are_remapped);
    return unit_main("supervise reap", tests);
}
