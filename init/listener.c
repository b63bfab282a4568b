// SPDX-License-Identifier: Apache-2.0
#include "listener.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#define STATE_LISTEN 0x0aU /* TCP_LISTEN in the kernel's include/net/tcp_states.h */
#define WORD_DIGITS 8UL    /* of an address: a word of 32 bits in the machine's order */
#define ADDRESS_DIGITS (4 * WORD_DIGITS)
#define LINE_MAX_BYTES 512 /* the kernel's are below 200 */

/* An address and a port as the tables have them. */
struct end {
    char address[ADDRESS_DIGITS + 1];
    unsigned port;
};

static void put_words(char *text, const void *bytes, size_t words)
{
    uint32_t word;
    for (size_t i = 0; i < words; i++) {
        memcpy(&word, (const char *)bytes + i * sizeof(word), sizeof(word));
        (void)snprintf(text + i * WORD_DIGITS, WORD_DIGITS + 1, "%08" PRIX32, word);
    }
}

static struct end end_of(const struct sockaddr *address)
{
    struct end end = {.port = 0};
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof(v6));
        put_words(end.address, &v6.sin6_addr, 4);
        end.port = ntohs(v6.sin6_port);
    } else {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        put_words(end.address, &v4.sin_addr, 1);
        end.port = ntohs(v4.sin_port);
    }
    return end;
}

static bool is_any(const char *address)
{
    return strspn(address, "0") == strlen(address);
}

/* Whether a socket of tcp6 takes connections to an IPv4 address: that one, mapped. */
static bool is_mapped(const char *address, const struct end *wanted)
{
    struct in6_addr prefix = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    char mapped[ADDRESS_DIGITS + 1];
    put_words(mapped, &prefix, 4);
    memcpy(mapped + 3 * WORD_DIGITS, wanted->address, WORD_DIGITS);
    return strlen(wanted->address) == WORD_DIGITS && strcmp(address, mapped) == 0;
}

static bool takes(const struct end *end, const struct end *wanted)
{
    return end->port == wanted->port &&
           (is_any(end->address) || strcmp(end->address, wanted->address) == 0 ||
            is_mapped(end->address, wanted));
}

enum listener listener_in_table(FILE *table, const struct sockaddr *address, uid_t uid)
{
    const struct end wanted = end_of(address);
    enum listener found = LISTENER_NONE;
    char line[LINE_MAX_BYTES];
    if (fgets(line, sizeof(line), table) == NULL) /* the names of the columns */
        return LISTENER_UNKNOWN;
    while (fgets(line, sizeof(line), table) != NULL) {
        struct end end;
        unsigned state;
        unsigned owner;
        if (sscanf(line, "%*u: %32[0-9A-F]:%x %*[0-9A-F:] %x %*s %*s %*s %u", end.address,
                   &end.port, &state, &owner) != 4)
            return LISTENER_UNKNOWN;
        if (state != STATE_LISTEN)
            break;
        if (!takes(&end, &wanted))
            continue;
        if (owner != uid)
            return LISTENER_FOREIGN;
        found = LISTENER_OURS;
    }
    return ferror(table) ? LISTENER_UNKNOWN : found;
}

/* A kernel without IPv6 has no tcp6. */
static enum listener look_in(const char *path, const struct sockaddr *address, uid_t uid)
{
    FILE *table = fopen(path, "re");
    if (table == NULL)
        return errno == ENOENT ? LISTENER_NONE : LISTENER_UNKNOWN;
    const enum listener found = listener_in_table(table, address, uid);
    (void)fclose(table);
    return found;
}

/* A socket of tcp6 takes an IPv4 connection only where none of tcp does. */
enum listener listener_of(const struct sockaddr *address, uid_t uid)
{
    enum listener found = LISTENER_NONE;
    if (address->sa_family == AF_INET)
        found = look_in("/proc/net/tcp", address, uid);
    return found == LISTENER_NONE ? look_in("/proc/net/tcp6", address, uid) : found;
}
