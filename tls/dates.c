// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include "tls_judge.h"

#define DAY_SECONDS 86400

const char *tls_print_time(const ASN1_TIME *time, char text[TLS_TIME_SIZE])
{
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1 ||
        strftime(text, TLS_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        (void)snprintf(text, TLS_TIME_SIZE, "unknown");
    return text;
}

bool tls_judge_dates(const X509 *certificate, const char *what, time_t now,
                     struct tls_answer *answer)
{
    char text[TLS_TIME_SIZE];
    int days;
    int seconds;
    ASN1_TIME *moment = ASN1_TIME_set(NULL, now);
    const ASN1_TIME *begin = X509_get0_notBefore(certificate);
    const ASN1_TIME *end = X509_get0_notAfter(certificate);
    bool ok = moment != NULL;
    if (!ok)
        tls_refuse(answer, EX_OSERR, "no memory");
    else if (ASN1_TIME_compare(begin, moment) > 0)
        ok = tls_refuse(answer, EX_DATAERR, "%s is not valid before %s", what,
                        tls_print_time(begin, text));
    else if (ASN1_TIME_compare(end, moment) < 0)
        ok = tls_refuse(answer, EX_DATAERR, "%s has expired at %s, renew it", what,
                        tls_print_time(end, text));
    else if (ASN1_TIME_diff(&days, &seconds, moment, end) == 1 && days < TLS_WARN_DAYS)
        (void)snprintf(answer->text, sizeof(answer->text), "%s expires at %s, in %d days", what,
                       tls_print_time(end, text), days);
    ASN1_TIME_free(moment);
    return ok;
}

/* What is known of the certificates of a file so far. */
struct authorities {
    const char *path;
    time_t now;
    unsigned count;
    unsigned valid;
    struct tls_answer last;
};

/* A tls_visitor. */
static void count_valid(const X509 *certificate, void *context)
{
    struct authorities *found = context;
    found->count++;
    if (tls_judge_dates(certificate, found->path, found->now, &found->last))
        found->valid++;
}

bool tls_judge_authorities(FILE *file, const char *path, time_t now, struct tls_hash *hash,
                           struct tls_answer *answer)
{
    struct authorities found = {.path = path, .now = now};
    if (!tls_read_rest(file, path, count_valid, &found, hash, answer))
        return false;
    if (found.count == 0)
        return tls_refuse(answer, EX_DATAERR,
                          "%s holds no whole certificates in PEM (-----BEGIN CERTIFICATE-----)",
                          path);
    return found.valid > 0 || tls_refuse(answer, found.last.code, "%s", found.last.text);
}
