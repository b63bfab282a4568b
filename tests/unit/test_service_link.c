// SPDX-License-Identifier: Apache-2.0
#include "service_link.h"

#include <string.h>

#include "unit.h"

struct variable {
    const char *name;
    const char *value;
    bool link;
};

/* The first are the whole set that Kubernetes makes of a Service named redis-init with two ports.
 */
static const struct variable variables[] = {
    {"REDIS_INIT_SERVICE_HOST", "10.0.0.11", true},
    {"REDIS_INIT_SERVICE_PORT", "6379", true},
    {"REDIS_INIT_SERVICE_PORT_REDIS", "6379", true},
    {"REDIS_INIT_PORT", "tcp://10.0.0.11:6379", true},
    {"REDIS_INIT_PORT_6379_TCP", "tcp://10.0.0.11:6379", true},
    {"REDIS_INIT_PORT_6379_TCP_PROTO", "tcp", true},
    {"REDIS_INIT_PORT_6379_TCP_PORT", "6379", true},
    {"REDIS_INIT_PORT_6379_TCP_ADDR", "10.0.0.11", true},
    {"REDIS_INIT_PORT_53_UDP", "udp://10.0.0.11:53", true},
    {"REDIS_INIT_PORT_53_UDP_ADDR", "10.0.0.11", true},
    {"REDIS_INIT_PORT_1_SCTP_PROTO", "sctp", true},
    {"REDIS_INIT_PORT", "udp://10.0.0.11:53", true},
    {"REDIS_INIT_PORT", "sctp://10.0.0.11:1", true},
    {"REDIS_INIT_PORT", "tcp://[fd00::1]:6379", true},
    {"REDIS_PORT", "tcp://10.0.0.11:6379", true},
    {"REDIS_SERVICE_HOST", "10.0.0.11", true},
    /* a Service named redis-init-bind or redis-init-uid has its names behind ours */
    {"REDIS_INIT_BIND_SERVICE_HOST", "10.0.0.11", true},
    {"REDIS_INIT_UID_PORT_80_TCP_ADDR", "10.0.0.11", true},
    /* what the operator sets */
    {"REDIS_INIT_PORT", "6379", false},
    {"REDIS_INIT_PORT", "0", false},
    {"REDIS_INIT_PORT", "", false},
    {"REDIS_INIT_PORT", "tcp", false},
    {"REDIS_INIT_PORT", "tcp:/10.0.0.11", false},
    {"REDIS_INIT_PORT", "TCP://10.0.0.11:6379", false},
    {"REDIS_INIT_PORT", "http://10.0.0.11", false},
    {"REDIS_INIT_PORT", " tcp://10.0.0.11:6379", false},
    {"REDIS_INIT_BIND", "tcp://10.0.0.11:6379", false},
    {"REDIS_INIT_UID", "999", false},
    {"REDIS_INIT_CONFIG", "/x", false},
    {"REDIS_INIT_MIN_LENGTH", "16", false},
    {"REDIS_PASSWORD", "tcp://x", false},
    {"REDIS_INIT_PORTS", "tcp://10.0.0.11:6379", false},
    {"REDIS_INIT_PORT_TCP", "tcp://10.0.0.11:6379", false},
    {"REDIS_INIT_PORT_6379", "tcp://10.0.0.11:6379", false},
    {"REDIS_INIT_PORT_6379_X", "1", false},
    {"REDIS_INIT_PORT_X_TCP", "1", false},
    {"REDIS_INIT_SERVICE", "1", false},
    {"REDIS_INIT_SERVICE_HOSTS", "1", false},
    {"", "", false},
    {"PORT", "tcp://10.0.0.11:6379", false},
};

START_TEST(what_a_service_sets)
{
    const struct variable *v = &variables[_i];
    ck_assert_msg(is_service_link(v->name, strlen(v->name), v->value) == v->link, "%s=%s", v->name,
                  v->value);
}
END_TEST

/* The name is a piece of NAME=VALUE: what stands behind its length is not part of it. */
START_TEST(the_name_ends_at_its_length)
{
    static const char variable[] = "REDIS_INIT_UID=_SERVICE_PORT_80_TCP_SERVICE_HOST";
    ck_assert(!is_service_link(variable, strlen("REDIS_INIT_UID"), strchr(variable, '=') + 1));
    static const char cut[] = "REDIS_INIT_PORT_6379_TCP";
    ck_assert(is_service_link(cut, strlen(cut), "1"));
    ck_assert(!is_service_link(cut, strlen(cut) - 1, "1"));
    ck_assert(!is_service_link("REDIS_INIT_SERVICE_HOST", strlen("REDIS_INIT_SERVICE_HOS"), "1"));
    ck_assert(!is_service_link("REDIS_INIT_SERVICE_PORT", strlen("REDIS_INIT_SERVICE_POR"), "1"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("service_link");
    tcase_add_loop_test(tests, what_a_service_sets, 0, sizeof(variables) / sizeof(variables[0]));
    tcase_add_test(tests, the_name_ends_at_its_length);
    return unit_main("service_link", tests);
}
