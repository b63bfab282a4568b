// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool failure_set(struct failure *failure, int exit_code, int error, const char *format, ...)
{
    failure->exit_code = exit_code;
    failure->error = error;

    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(failure->text, sizeof(failure->text), format, arguments);
    va_end(arguments);

    if (error != 0 && length >= 0 && (size_t)length < sizeof(failure->text))
        (void)snprintf(failure->text + length, sizeof(failure->text) - (size_t)length, ": %s",
                       strerror(error));
    return false;
}
