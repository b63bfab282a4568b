// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>

#include "option_table.h"

static void print_row(const struct option *option)
{
    const struct supervise_option *row = option_supervisor_row(option);
    const char *argument = option_argument(option);
    char left[64];
    char letter[8] = "    ";
    if (option->letter != LONG_ONLY)
        (void)snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    (void)snprintf(left, sizeof(left), "%s%s%s%s", letter, option->name,
                   argument != NULL ? " " : "", argument != NULL ? argument : "");
    printf("  %-34s %s\n", left, row != NULL ? row->help : option->help);
}

bool options_print_help(struct failure *failure)
{
    fputs(
        "Usage: redis-init [OPTIONS] [--] [redis-server|valkey-server] [ARG...]\n"
        "       redis-init [OPTIONS] [--] PROGRAM [ARG...]\n"
        "       redis-init config [OPTIONS] [--] [ARG...]\n"
        "       redis-init checkpass|genpass [OPTIONS]\n"
        "       redis-init ping [--ready] [--timeout SECONDS] [OPTIONS]\n"
        "       redis-init reload [--passwords|--certificates] [--environment FILE] [OPTIONS]\n"
        "       redis-init audit [--environment FILE] [OPTIONS]\n"
        "       redis-init --help | --version\n"
        "\n"
        "The entrypoint that makes a Redis or Valkey container safe by default: reads and judges "
        "the\n"
        "password, drops root, writes a private redis.conf and runs the server under a real init.\n"
        "\n"
        "  config      print the settings and the redis.conf that would be written, secrets "
        "redacted\n"
        "  checkpass   judge the password on standard input: exit 0 or 65\n"
        "  genpass     print a fresh 256-bit password\n"
        "  ping        ask the running server whether it is alive: exit 0 or 1\n"
        "  reload      give the running server the passwords, users and certificates of now\n"
        "  audit       write the running server's audit log until it ends\n"
        "\n"
        "Options:\n",
        stdout);
    for (size_t i = 0; i < option_row_count; i++)
        print_row(&option_rows[i]);
    for (size_t i = 0; i < option_group_count; i++) {
        if (option_groups[i].name == NULL)
            continue;
        printf("\nOptions of %s:\n", option_groups[i].name);
        for (size_t j = 0; j < option_groups[i].count; j++)
            print_row(&option_groups[i].rows[j]);
    }
    fputs("\n"
          "The password: REDIS_PASSWORD_FILE or REDIS_PASSWORD (VALKEY_... alike). Settings:\n"
          "/etc/redis-init.ini and REDIS_INIT_<KEY>, see redis-init.ini(5). Exit codes and more: "
          "redis-init(8).\n",
          stdout);
    if (fflush(stdout) == 0)
        return true;
    return failure_set(failure, EX_OSERR, errno, "standard output can't be written");
}
