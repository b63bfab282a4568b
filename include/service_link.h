// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_SERVICE_LINK_H
#define REDIS_INIT_SERVICE_LINK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a variable is one that Kubernetes sets for a Service (enableServiceLinks):
 * NAME_SERVICE_HOST, NAME_SERVICE_PORT[_PORTNAME], NAME_PORT=tcp://ADDRESS:PORT,
 * NAME_PORT_6379_TCP[_PROTO|_PORT|_ADDR] (Kubernetes: "Discovering services"). A Service named
 * redis-init sets them with our prefix.
 */
bool is_service_link(const char *name, size_t length, const char *value);

#endif
