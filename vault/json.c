// SPDX-License-Identifier: Apache-2.0
#include "vault_json.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53: up to here a double has all whole numbers */

/* So many values take 6 MiB at most, 350 bytes of an object in jansson each; of 2 MiB of `{},` they
 * would be 250 MiB. A Secret with its managedFields has some hundreds. */
#define VALUES_MAX 16384

/* Behind each of these stands a value; only an empty list or object has none, and counts as two. */
static bool has_too_many_values(const char *body, size_t length)
{
    size_t values = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (body[i] == '"')
            quoted = !quoted;
        else if (quoted && body[i] == '\\')
            i++;
        else if (!quoted && (body[i] == '{' || body[i] == '[' || body[i] == ','))
            values++;
    }
    return values > VALUES_MAX;
}

json_t *answer_parse(const char *body, size_t length, const char *who, struct failure *failure)
{
    /* as a real number, for one of 20 digits in a field that nobody asked for is no failure */
    const size_t flags = JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL;
    json_error_t error;
    if (has_too_many_values(body, length)) {
        failure_set(failure, EX_UNAVAILABLE, 0,
                    "the answer of %s is malformed: it has more than %d values", who, VALUES_MAX);
        return NULL;
    }
    json_t *value = json_loadb(body, length, flags, &error);
    if (json_is_object(value))
        return value;
    if (value == NULL)
        failure_set(failure, EX_UNAVAILABLE, 0,
                    "the answer of %s is malformed: no JSON at line %d, byte %d of %zu", who,
                    error.line, error.position, length);
    else
        failure_set(failure, EX_UNAVAILABLE, 0, "the answer of %s is malformed: no JSON object",
                    who);
    json_decref(value);
    return NULL;
}

json_t *answer_parse_any(const char *body, size_t length)
{
    struct failure ignored;
    return answer_parse(body, length, "", &ignored);
}

const json_t *json_in(const json_t *object, const char *outer, const char *inner)
{
    return json_object_get(json_object_get(object, outer), inner);
}

int64_t json_whole(const json_t *number)
{
    const double value = json_number_value(number);
    return value > 0 && value <= WHOLE_MAX ? (int64_t)value : 0;
}

char *json_line(const json_t *value, struct failure *failure)
{
    char *line = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
    if (line == NULL)
        failure_set(failure, EX_OSERR, 0, "no memory for a request, or a name is no UTF-8");
    return line;
}
