// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_CERTIFICATE_H
#define REDIS_INIT_CERTIFICATE_H

#include "failure.h"

#define CERTIFICATE_WORD_SIZE 65    /* of 64 digits: a SHA-256, and more than a serial number */
#define CERTIFICATE_PRINTED_MAX 400 /* five words */

/* What redis-init-tls(8) says of certificates; all "" is none. */
struct certificate {
    char serial[CERTIFICATE_WORD_SIZE];
    char until[CERTIFICATE_WORD_SIZE];
    char fingerprint[CERTIFICATE_WORD_SIZE];
    char chain[CERTIFICATE_WORD_SIZE]; /* of what stands behind it; "" of one that was shown */
    char authorities[CERTIFICATE_WORD_SIZE]; /* of ca_file; likewise */
};

/* Five words of files, or three of what a server shows; the rest of the line is left alone. False:
 * they are none. Pure. */
bool certificate_parse(struct certificate *certificate, const char *text) MUST_CHECK;

/* The words, as certificate_parse() reads them. */
void certificate_print(char text[CERTIFICATE_PRINTED_MAX], const struct certificate *certificate);

bool certificate_is_same(const struct certificate *a, const struct certificate *b);

/* Makes it one that is not known any more, and the same as no other. */
void certificate_forget(struct certificate *certificate);

/* What is new of `now`, for the log; "" for nothing. */
#define CERTIFICATE_CHANGES_MAX 256
void certificate_changes(char text[CERTIFICATE_CHANGES_MAX], const struct certificate *before,
                         const struct certificate *now);

#endif
