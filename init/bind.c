// SPDX-License-Identifier: Apache-2.0
#include "bind.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX 64

struct addresses {
    char *text;
    size_t length;
    bool optional; /* whether the server knows `-` */
};

static bool add(struct addresses *out, bool may_be_missing, const char *address)
{
    size_t left = BIND_MAX - out->length;
    int n = snprintf(out->text + out->length, left, "%s%s%s", out->length > 0 ? " " : "",
                     may_be_missing && out->optional ? "-" : "", address);
    if (n < 0 || (size_t)n >= left)
        return false;
    out->length += (size_t)n;
    return true;
}

static bool is_address(const char *word)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, word, address) == 1 || inet_pton(AF_INET6, word, address) == 1;
}

struct alias {
    const char *word;
    const char *address;
};

/* What a server without `-` takes for them. */
static const struct alias wildcards[] = {{"*", "0.0.0.0"}, {"::*", "::"}};

static const char *wildcard(const char *word, bool optional)
{
    for (size_t i = 0; i < sizeof(wildcards) / sizeof(wildcards[0]); i++)
        if (strcmp(word, wildcards[i].word) == 0)
            return optional ? wildcards[i].word : wildcards[i].address;
    return NULL;
}

/* The interface's address as text; false when it is none that a server could bind to. */
static bool interface_address(const struct ifaddrs *entry, const char *name, char text[WORD_MAX])
{
    if (entry->ifa_addr == NULL || strcmp(entry->ifa_name, name) != 0)
        return false;
    if (entry->ifa_addr->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, entry->ifa_addr, sizeof(v4));
        return inet_ntop(AF_INET, &v4.sin_addr, text, WORD_MAX) != NULL;
    }
    if (entry->ifa_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, entry->ifa_addr, sizeof(v6));
        return !IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr) &&
               inet_ntop(AF_INET6, &v6.sin6_addr, text, WORD_MAX) != NULL;
    }
    return false;
}

/* What is too long for an interface and has no sign of an address may be a password that stands
 * behind the addresses. */
static int shown_length(const char *name)
{
    return strlen(name) < IFNAMSIZ || strpbrk(name, ".:%") != NULL ? WORD_MAX : 0;
}

static bool add_interface(struct addresses *out, bool may_be_missing, const char *name,
                          struct failure *failure)
{
    struct ifaddrs *list;
    if (getifaddrs(&list) < 0)
        return failure_set(failure, EX_OSERR, errno, "bind: the interfaces can't be listed");
    bool found = false;
    bool fits = true;
    for (const struct ifaddrs *entry = list; fits && entry != NULL; entry = entry->ifa_next) {
        char text[WORD_MAX];
        if (interface_address(entry, name, text)) {
            found = true;
            fits = add(out, may_be_missing, text);
        }
    }
    freeifaddrs(list);
    if (!fits)
        return failure_set(failure, EX_CONFIG, 0, "bind: too many addresses");
    if (!found)
        return failure_set(failure, EX_CONFIG, 0,
                           "bind: `%.*s` is neither an address nor an interface that has one",
                           shown_length(name), name);
    return true;
}

static bool add_word(struct addresses *out, const char *word, struct failure *failure)
{
    bool may_be_missing = word[0] == '-';
    const char *name = may_be_missing ? word + 1 : word;
    const char *known = wildcard(name, out->optional);
    bool fits;
    if (known != NULL)
        fits = add(out, may_be_missing, known);
    else if (strcmp(name, "loopback") == 0)
        fits = add(out, may_be_missing, "127.0.0.1") && add(out, true, "::1");
    else if (is_address(name))
        fits = add(out, may_be_missing, name);
    else
        return add_interface(out, may_be_missing, name, failure);
    return fits || failure_set(failure, EX_CONFIG, 0, "bind: too many addresses");
}

bool bind_resolve(const char *setting, bool optional, char out[BIND_MAX], struct failure *failure)
{
    struct addresses addresses = {.text = out, .optional = optional};
    static const char blanks[] = " \t";
    out[0] = '\0';
    for (const char *p = setting + strspn(setting, blanks); *p != '\0'; p += strspn(p, blanks)) {
        char word[WORD_MAX];
        size_t length = strcspn(p, blanks);
        if (length >= sizeof(word))
            return failure_set(failure, EX_CONFIG, 0, "bind: `%.80s` is too long for an address",
                               p);
        memcpy(word, p, length);
        word[length] = '\0';
        if (!add_word(&addresses, word, failure))
            return false;
        p += length;
    }
    if (addresses.length == 0)
        return failure_set(failure, EX_CONFIG, 0, "bind is empty, name an address or `*`");
    return true;
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* A word of a resolved `bind`, without its `-`, as an address to connect to. */
static const char *reached_at(const char *word)
{
    static const struct alias anywhere[] = {
        {"*", "127.0.0.1"}, {"0.0.0.0", "127.0.0.1"}, {"::*", "::1"}, {"::", "::1"}};
    for (size_t i = 0; i < sizeof(anywhere) / sizeof(anywhere[0]); i++)
        if (strcmp(word, anywhere[i].word) == 0)
            return anywhere[i].address;
    return is_address(word) ? word : NULL;
}

static void add_local(struct bind_local *local, const char *resolved, bool loopback)
{
    static const char blanks[] = " \t";
    for (const char *p = resolved + strspn(resolved, blanks); *p != '\0'; p += strspn(p, blanks)) {
        char word[INET6_ADDRSTRLEN] = "";
        const size_t length = strcspn(p, blanks);
        const size_t dash = *p == '-' ? 1 : 0;
        if (length - dash < sizeof(word))
            memcpy(word, p + dash, length - dash);
        const char *address = reached_at(word);
        if (address != NULL && is_loopback(address) == loopback && local->count < BIND_LOCAL_MAX)
            memcpy(local->address[local->count++], address, strlen(address) + 1);
        p += length;
    }
}

struct bind_local bind_local_of(const char *resolved)
{
    struct bind_local local = {.count = 0};
    add_local(&local, resolved, true);
    if (local.count == 0)
        add_local(&local, resolved, false);
    return local;
}
