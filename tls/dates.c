// SPDX-License-Identifier: Apache-2.0
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sysexits.h>

#include "tls_judge.h"

#define DAY_SECONDS 86400

/* As RFC 3339 has it, which logs are searched for. */
static const char *print_time(const ASN1_TIME *time, char *text, size_t size)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1 ||
        strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        (void)snprintf(text, size, "an unknown time");
    return text;
}

bool tls_judge_dates(const X509 *certificate, const char *what, time_t now,
                     struct tls_answer *answer)
{
    char text[32];
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
                        print_time(begin, text, sizeof(text)));
    else if (ASN1_TIME_compare(end, moment) < 0)
        ok = tls_refuse(answer, EX_DATAERR, "%s has expired at %s, renew it", what,
                        print_time(end, text, sizeof(text)));
    else if (ASN1_TIME_diff(&days, &seconds, moment, end) == 1 && days < TLS_WARN_DAYS)
        (void)snprintf(answer->text, sizeof(answer->text), "%s expires at %s, in %d days", what,
                       print_time(end, text, sizeof(text)), days);
    ASN1_TIME_free(moment);
    return ok;
}

/* Whether what was read last was the end of the file, behind whole blocks. */
static bool is_end_of_file(void)
{
    const unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

bool tls_judge_authorities(FILE *file, const char *path, time_t now, struct tls_answer *answer)
{
    struct tls_answer last = {.code = 0};
    unsigned count = 0;
    unsigned valid = 0;
    X509 *certificate;
    while ((certificate = PEM_read_X509(file, NULL, NULL, NULL)) != NULL) {
        count++;
        valid += tls_judge_dates(certificate, path, now, &last) ? 1 : 0;
        X509_free(certificate);
    }
    if (count == 0 || !is_end_of_file())
        return tls_refuse(answer, EX_DATAERR,
                          "%s holds no whole certificates in PEM (-----BEGIN CERTIFICATE-----)",
                          path);
    ERR_clear_error();
    return valid > 0 || tls_refuse(answer, last.code, "%s", last.text);
}
