// SPDX-License-Identifier: Apache-2.0
#include "vault_environment.h"

#include <stddef.h>
#include <string.h>

char *environment_value(char *const *environment, const char *name)
{
    const size_t length = strlen(name);
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return (*environment)[length + 1] != '\0' ? *environment + length + 1 : NULL;
    return NULL;
}
