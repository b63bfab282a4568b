// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>

#include "tls_judge.h"

bool tls_refuse(struct tls_answer *answer, int code, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)vsnprintf(answer->text, sizeof(answer->text), format, values);
    va_end(values);
    answer->code = code;
    return false;
}
