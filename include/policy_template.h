// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_POLICY_TEMPLATE_H
#define REDIS_INIT_POLICY_TEMPLATE_H

#include "policy_text.h"

/* Whether the text is one that a shell, Kubernetes, Helm or a reader should have replaced:
 * $NAME, $(NAME), ${...}, {{ ... }}, <...>, %NAME%, NAME=, xxxxx ... */
bool policy_is_template(const struct policy_text *text);

#endif
