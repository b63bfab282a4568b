// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_JUDGE_H
#define REDIS_INIT_VAULT_JUDGE_H

#include "vault_kv.h"

/*
 * Pure: whether all fields of the options are there as strings, and every password among them is
 * one that redis-init takes: read as its secrets are, judged by its policy. EX_DATAERR names the
 * field. The lowest estimate of a password goes to *bits; 0 without one.
 */
bool fields_judge(const struct sync_options *options, const struct kv_content *content,
                  double *bits, struct failure *failure) MUST_CHECK;

/* Fresh passwords of 256 bits for all fields of the options, which are passwords. EX_OSERR. */
bool fields_generate(const struct sync_options *options, struct kv_content *content,
                     struct failure *failure) MUST_CHECK;

#endif
