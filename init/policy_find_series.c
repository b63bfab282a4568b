// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "policy_lattice.h"

#define SERIES_BITS 6.0 /* which one, and where in it */
#define DIGITS_MIN 6
#define NUMBERS_MIN 3
#define NUMBER_BITS 6.0 /* the first one */
#define STEP_BITS 2.0
#define LOG2_10 3.32
#define SMALL_NUMBER 13
#define SMALL_NUMBER_BITS 4.0
#define BETWEEN_BITS 4.0 /* each character between two numbers */
#define NUMBER_DIGITS_MAX 4
#define BETWEEN_MAX 3

/* What every school teaches, digit after digit. */
static const char *const series[] = {
    /* pi */
    "3141592653589793238462643383279502884197169399375105820974944592",
    /* e */
    "271828182845904523536028747135266249775724709369995957496696",
    /* the square root of two */
    "141421356237309504880168872420969807856967187537694",
    /* the golden ratio */
    "161803398874989484820458683436563811772030917980576",
    /* Euler's constant */
    "57721566490153286060651209008240243104215933593992",
    /* the square root of three */
    "173205080756887729352744634150587236694280525381038",
    /* ln 2 */
    "69314718055994530941723212145817656807550013436025",
    /* the square root of five */
    "22360679774997896964091736687312762354406183596115",
    /* ln 10 */
    "23025850929940456840179914546843642076011014886287",
    /* powers of four */
    "1416642561024409616384655362621441048576419430416777216",
    /* powers of six */
    "1636216129677764665627993616796161007769660466176362797056",
    /* powers of nine */
    "19817296561590495314414782969430467213874204893486784401",
    /* fourth powers */
    "1168125662512962401409665611000014641207362856138416",
    /* Lucas numbers */
    "21347111829477612319932252184313642207357157789349",
    /* primes */
    "2357111317192329313741434753596167717379838997101103107109113127131137139149"
    "151157163167173179181191193197199211223227229233239241251257263269271277281",
    /* squares */
    "1491625364964811001211441691962252562893243614004414845295766256767297848419"
    "0096110241089115612251296136914441521",
    /* cubes */
    "1827641252163435127291000133117282197274433754096491358326859800092611064812"
    "16713824",
    /* Fibonacci */
    "1123581321345589144233377610987159725844181676510946177112865746368750251213"
    "93196418317811",
    /* powers of two */
    "1248163264128256512102420484096819216384327686553613107226214452428810485762"
    "09715241943048388608167772163355443267108864134217728268435456536870912",
    /* powers of three */
    "1392781243729218765611968359049177147531441159432347829691434890743046721129"
    "1401633874204891162261467",
    /* powers of five */
    "15251256253125156257812539062519531259765625488281252441406251220703125",
    /* powers of seven */
    "17493432401168071176498235435764801403536072824752491977326743",
    /* factorials */
    "12624120720504040320362880362880039916800479001600622702080087178291200",
    /* triangular numbers */
    "1361015212836455566789110512013615317119021023125327630032535137840643546549"
    "6528561595630666703741780820861903946990",
    /* counting */
    "1234567891011121314151617181920212223242526272829303132333435363738394041424"
    "344454647484950515253545556575859",
    /* even numbers */
    "2468101214161820222426283032343638404244464850525456586062646668707274767880"
    "828486889092949698",
    /* odd numbers */
    "1357911131517192123252729313335373941434547495153555759616365676971737577798"
    "1838587899193959799",
    /* tens */
    "102030405060708090100110120130140150160170180190200210220230240",
    /* fives */
    "5101520253035404550556065707580859095100105110115120",
    /* counting down */
    "40393837363534333231302928272625242322212019181716151413121110987654321",
};

/* How many digits of `digits` stand at `at`, whatever signs are between them; *end is where. */
static size_t match(const struct policy_text *text, size_t at, const char *digits, size_t *end)
{
    size_t n = 0;
    for (size_t i = at; i < text->length && digits[n] != '\0'; i++) {
        if (text->bytes[i] == (unsigned char)digits[n]) {
            n++;
            *end = i + 1;
        } else if (policy_is_alnum(text->bytes[i])) {
            break;
        }
    }
    return n;
}

/* Whether there are enough digits before the next letter. */
static bool may_be_known(const struct policy_text *text, size_t at)
{
    size_t digits = 0;
    for (size_t i = at; i < text->length && digits < DIGITS_MIN; i++) {
        if (policy_is_letter(text->bytes[i]))
            return false;
        digits += policy_is_digit(text->bytes[i]);
    }
    return digits == DIGITS_MIN;
}

static void offer_known(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    if (!may_be_known(text, at))
        return;
    for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++) {
        for (const char *from = series[i]; *from != '\0'; from++) {
            if (text->bytes[at] != (unsigned char)*from)
                continue;
            size_t end = at;
            const size_t digits = match(text, at, from, &end);
            if (digits >= DIGITS_MIN)
                policy_offer(lattice, at, end, POLICY_SEQUENCE,
                             POLICY_KIND_BITS + SERIES_BITS + (from == series[i] ? 0 : 4) +
                                 log2((double)digits));
        }
    }
}

struct number {
    size_t end;
    long value;
};

/* The number at `at`; its end is `at` when there is none. */
static struct number take_number(const struct policy_text *text, size_t at)
{
    struct number number = {at, 0};
    while (number.end < text->length && number.end - at < NUMBER_DIGITS_MAX &&
           policy_is_digit(text->bytes[number.end]))
        number.value = 10 * number.value + (text->bytes[number.end++] - '0');
    return number;
}

/* n, n + step, n + 2 step ... with the same few characters between any two. */
static void offer_counting(struct policy_lattice *lattice, const struct policy_text *text,
                           size_t at)
{
    const struct number first = take_number(text, at);
    size_t between = 0;
    while (first.end + between < text->length && !policy_is_digit(text->bytes[first.end + between]))
        between++;
    struct number last = take_number(text, first.end + between);
    if (first.end == at || last.end == first.end + between || between == 0 || between > BETWEEN_MAX)
        return;
    const long step = last.value - first.value;
    for (size_t count = 2;; count++) {
        const struct number next = take_number(text, last.end + between);
        if (count >= NUMBERS_MIN)
            policy_offer(lattice, at, last.end, POLICY_SEQUENCE,
                         POLICY_KIND_BITS + NUMBER_BITS + STEP_BITS + (labs(step) > 1 ? 3 : 0) +
                             BETWEEN_BITS * (double)between + log2((double)count));
        if (last.end + between >= text->length || next.end == last.end + between ||
            next.value - last.value != step ||
            memcmp(text->bytes + last.end, text->bytes + first.end, between) != 0)
            return;
        last = next;
    }
}

/* The first number of as many digits, and the step from one to the next. */
static double block_bits(long first, long step, size_t digits)
{
    const double any = LOG2_10 * (double)digits;
    const double step_bits =
        labs(step) == 1 || step == first ? 1 : (labs(step) <= 10 ? 4 : 1 + any);
    return 1 + (first < SMALL_NUMBER || step == first ? fmin(SMALL_NUMBER_BITS, any) : any) +
           step_bits;
}

/* The same without anything between, in numbers of as many digits: 003004005. */
static void offer_blocks(struct policy_lattice *lattice, const struct policy_text *text, size_t at,
                         size_t digits)
{
    long first = 0, last = 0, step = 0;
    for (size_t count = 0; at + (count + 1) * digits <= text->length; count++) {
        const size_t begin = at + count * digits;
        const struct policy_text block = {text->bytes, begin + digits};
        const struct number number = take_number(&block, begin);
        if (number.end != begin + digits || (count > 1 && number.value - last != step))
            return;
        first = count == 0 ? number.value : first;
        step = number.value - last;
        last = number.value;
        if (count + 1 >= NUMBERS_MIN)
            policy_offer(lattice, at, number.end, POLICY_SEQUENCE,
                         POLICY_KIND_BITS + block_bits(first, step, digits) + log2((double)count));
    }
}

void policy_find_series(struct policy_lattice *lattice, const struct policy_text *text, size_t at)
{
    if (!policy_is_digit(text->bytes[at]))
        return;
    offer_known(lattice, text, at);
    offer_counting(lattice, text, at);
    for (size_t digits = 2; digits <= NUMBER_DIGITS_MAX; digits++)
        offer_blocks(lattice, text, at, digits);
}
