// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_DECODE_H
#define REDIS_INIT_POLICY_DECODE_H

#include "policy_text.h"

enum policy_encoding {
    POLICY_HEX,
    POLICY_BASE32,
    POLICY_BASE64,
    POLICY_BASE64URL,
    POLICY_ENCODINGS
};

/*
 * Decodes the whole text into `bytes` (of at least text->length bytes), without the line end that
 * such encodings often hold. Returns the decoded length, 0 when the text is not of that encoding.
 */
size_t policy_decode(const struct policy_text *text, enum policy_encoding encoding,
                     unsigned char *bytes);

#endif
