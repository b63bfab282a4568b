// SPDX-License-Identifier: Apache-2.0

/*
 * standin CERTIFICATE KEY: a stand-in of Vault as a program, for redis-vault-sync in a container or
 * a cluster. The first line of standard input is the token that the role `redis` of auth/kubernetes
 * may log in with; it says "ready URL". Each further line is the data of a new version of
 * secret/redis/production, in JSON; it says "version N". At the end of the input it says how many
 * tokens still hold.
 */
#include <stdio.h>
#include <string.h>

#include "vault.h"

#define PATH "redis/production"

static bool read_line(char *line, int size)
{
    const bool read = fgets(line, size, stdin) != NULL;
    line[read ? strcspn(line, "\n") : 0] = '\0';
    return read;
}

int main(int argc, char **argv)
{
    static char jwt[8192];
    static char line[65536];
    struct vault vault = {.role = "redis", .role_jwt = jwt, .may_write = true};
    if (argc != 3 || setvbuf(stdout, NULL, _IOLBF, 0) != 0 || !read_line(jwt, sizeof(jwt))) {
        (void)fprintf(stderr, "usage: standin CERTIFICATE KEY <TOKEN-AND-DATA\n");
        return 64;
    }
    vault_start(&vault, argv[1], argv[2]);
    (void)printf("ready %s\n", standin_address(vault.standin));
    for (unsigned version = 1; read_line(line, sizeof(line)); version++) {
        vault_put2(&vault, PATH, line);
        (void)printf("version %u\n", version);
    }
    (void)printf("%u of %u tokens hold\n", vault_holding(&vault), vault.issued);
    vault_stop(&vault);
    return 0;
}
