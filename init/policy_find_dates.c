// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "policy_lattice.h"

#define YEAR_BITS 8.0 /* 1900 to 2039, the recent ones first */
#define RECENT_YEAR_BITS 4.5
#define DAY_BITS 8.5 /* log2(366) */
#define FORMAT_BITS 2.5
#define SEPARATOR_BITS 1.5

/* Y and y a year of four and of two digits, M and D month and day of two, m and d of one or two,
 * B a month's name, s a separator, the same each time. */
static const char *const formats[] = {"DMY",   "MDY",   "YMD",   "DMy",   "MDy",   "yMD",   "dsmsY",
                                      "msdsY", "Ysmsd", "dsmsy", "msdsy", "ysmsd", "DM",    "MD",
                                      "BDY",   "DBY",   "dBY",   "BdY",   "DsBsY", "dsBsY", "BsdsY",
                                      "YBD",   "DBy",   "BY",    "YB"};

#define TIME_BITS 3.0
#define HOUR_BITS 4.6   /* log2(24) */
#define MINUTE_BITS 5.9 /* log2(60) */
#define ROUND_BITS 1.5  /* at the full hour or minute, at noon, at the end of the day */

struct field {
    char letter;
    size_t digits_min, digits_max;
    unsigned from, to;
};

static const struct field fields[] = {
    {'Y', 4, 4, 1900, 2039}, {'y', 2, 2, 0, 99}, {'M', 2, 2, 1, 12}, {'D', 2, 2, 1, 31},
    {'m', 1, 2, 1, 12},      {'d', 1, 2, 1, 31}, {'h', 2, 2, 0, 23}, {'n', 2, 2, 0, 59},
};

/* The years that people put behind a password. */
static const struct field recent = {'Y', 4, 4, 2010, 2029};

/* The number of digits that this field takes at `at`, the longest that fits, or 0. */
static size_t take_field(const struct policy_text *text, size_t at, const struct field *field)
{
    for (size_t digits = field->digits_max; digits >= field->digits_min; digits--) {
        unsigned value = 0;
        size_t i = 0;
        for (; i < digits && at + i < text->length && policy_is_digit(text->bytes[at + i]); i++)
            value = 10 * value + (unsigned)(text->bytes[at + i] - '0');
        if (i == digits && value >= field->from && value <= field->to)
            return digits;
    }
    return 0;
}

/* The length of the month's name at `at`, full or of three letters, or 0. */
static size_t take_month(const struct policy_text *text, size_t at)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t same = 0;
        while (names[i][same] != '\0' && at + same < text->length &&
               policy_to_lower(text->bytes[at + same]) == (unsigned char)names[i][same])
            same++;
        if (same == strlen(names[i]) || same >= 3)
            return same == strlen(names[i]) ? same : 3;
    }
    return 0;
}

static const struct field *find_field(char letter)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (fields[i].letter == letter)
            return &fields[i];
    return NULL;
}

/* Where a date of this format that begins at `at` ends, or 0. */
static size_t take_format(const struct policy_text *text, size_t at, const char *format)
{
    unsigned char separator = 0;
    size_t i = at;
    for (; *format != '\0'; format++) {
        if (*format == 's') {
            if (i >= text->length || policy_is_alnum(text->bytes[i]) ||
                (separator != 0 && text->bytes[i] != separator))
                return 0;
            separator = text->bytes[i++];
            continue;
        }
        const size_t taken =
            *format == 'B' ? take_month(text, i) : take_field(text, i, find_field(*format));
        if (taken == 0)
            return 0;
        i += taken;
    }
    return i;
}

static double format_bits(const char *format)
{
    double bits = POLICY_KIND_BITS + FORMAT_BITS + DAY_BITS;
    if (strchr(format, 'Y') != NULL || strchr(format, 'y') != NULL)
        bits += YEAR_BITS - 1.5;
    if (strchr(format, 's') != NULL)
        bits += SEPARATOR_BITS;
    return bits;
}

static double time_field_bits(const struct policy_text *text, size_t at, double any)
{
    static const char *const usual[] = {"00", "12", "23", "59"};
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (memcmp(text->bytes + at, usual[i], 2) == 0)
            return ROUND_BITS;
    return any;
}

/* hh:mm and hh:mm:ss, between T and Z or not. */
static void offer_time(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    double bits = POLICY_KIND_BITS + TIME_BITS;
    size_t i = at + (policy_to_lower(text->bytes[at]) == 't' ? 1 : 0);
    if (take_field(text, i, find_field('h')) == 0)
        return;
    bits += time_field_bits(text, i, HOUR_BITS);
    i += 2;
    for (size_t parts = 1; parts < 3; parts++) {
        if (i == text->length || text->bytes[i] != ':' ||
            take_field(text, i + 1, find_field('n')) == 0)
            return;
        bits += time_field_bits(text, i + 1, MINUTE_BITS);
        i += 3;
        const bool zone = i < text->length && policy_to_lower(text->bytes[i]) == 'z';
        policy_offer(lattice, at, i + (zone ? 1 : 0), POLICY_DATE, bits);
    }
}

static void offer_formats(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    const bool digit = policy_is_digit(text->bytes[at]);
    if (!digit && take_month(text, at) == 0)
        return;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        const size_t end = digit == (formats[i][0] == 'B') ? 0 : take_format(text, at, formats[i]);
        if (end > 0)
            policy_offer(lattice, at, end, POLICY_DATE, format_bits(formats[i]));
    }
}

void policy_find_dates(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    if (!policy_is_alnum(text->bytes[at]))
        return;
    offer_formats(lattice, text, at);
    offer_time(lattice, text, at);
    if (take_field(text, at, &fields[0]) > 0)
        policy_offer(lattice, at, at + 4, POLICY_DATE,
                     POLICY_KIND_BITS +
                         (take_field(text, at, &recent) > 0 ? RECENT_YEAR_BITS : YEAR_BITS - 1.5));
}
