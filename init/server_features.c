// SPDX-License-Identifier: Apache-2.0
#include "server_features.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A regular file that may be executed; errno tells why not. */
static bool is_program(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return false;
    if (!S_ISREG(status.st_mode)) {
        errno = EACCES;
        return false;
    }
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

static bool find_in_path(const char *name, char *path)
{
    const char *folders = getenv("PATH");
    bool denied = false;
    if (folders == NULL)
        folders = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    for (const char *p = folders;; p++) {
        size_t length = strcspn(p, ":");
        int n = length > 0 ? snprintf(path, PATH_MAX, "%.*s/%s", (int)length, p, name)
                           : snprintf(path, PATH_MAX, "%s", name);
        if (n > 0 && n < PATH_MAX) {
            if (is_program(path))
                return true;
            denied = denied || errno == EACCES;
        }
        p += length;
        if (*p == '\0')
            break;
    }
    errno = denied ? EACCES : ENOENT;
    return false;
}

bool program_find(const char *program, char *path)
{
    if (strchr(program, '/') == NULL)
        return find_in_path(program, path);
    int n = snprintf(path, PATH_MAX, "%s", program);
    errno = ENAMETOOLONG;
    return n > 0 && n < PATH_MAX && is_program(path);
}

bool server_find(const char *server, char *path, struct failure *failure)
{
    if (program_find(server, path))
        return true;
    return failure_set(failure, errno == ENOENT ? 127 : 126, errno,
                       "`%s` can't be executed, install it or name it by [redis] server", server);
}

struct image {
    const unsigned char *bytes;
    size_t size;
};

/* The names of directives are string constants; only .rodata is read, since a whole server takes 10
 * ms. */
static struct image read_only_data(struct image file)
{
    ElfW(Ehdr) header;
    if (file.size < sizeof(header))
        return (struct image){0};
    memcpy(&header, file.bytes, sizeof(header));
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_shentsize != sizeof(ElfW(Shdr)) ||
        header.e_shoff > file.size ||
        (file.size - header.e_shoff) / sizeof(ElfW(Shdr)) < header.e_shnum ||
        header.e_shstrndx >= header.e_shnum)
        return (struct image){0};

    ElfW(Shdr) names;
    const unsigned char *table = file.bytes + header.e_shoff;
    memcpy(&names, table + header.e_shstrndx * sizeof(names), sizeof(names));
    for (size_t i = 0; i < header.e_shnum; i++) {
        static const char wanted[] = ".rodata";
        ElfW(Shdr) section;
        memcpy(&section, table + i * sizeof(section), sizeof(section));
        if (names.sh_offset > file.size || names.sh_size > file.size - names.sh_offset ||
            section.sh_name > names.sh_size || names.sh_size - section.sh_name < sizeof(wanted) ||
            memcmp(file.bytes + names.sh_offset + section.sh_name, wanted, sizeof(wanted)) != 0)
            continue;
        if (section.sh_offset > file.size || section.sh_size > file.size - section.sh_offset)
            break;
        return (struct image){file.bytes + section.sh_offset, section.sh_size};
    }
    return (struct image){0};
}

struct marker {
    const char *constant; /* a whole string constant of servers that have the feature */
    size_t offset;        /* of the flag in struct server_features */
};

static const struct marker markers[] = {
    {"-::*", offsetof(struct server_features, optional_bind)}, /* 6.2 server.h, the default bind */
    {"enable-debug-command", offsetof(struct server_features, debug_gate)},
    {"enable-module-command", offsetof(struct server_features, module_gate)},
    {"enable-protected-configs", offsetof(struct server_features, protected_gate)},
    {"Password is longer than CONFIG_AUTHPASS_MAX_LEN",
     offsetof(struct server_features, short_password)},
    {"resetchannels", offsetof(struct server_features, acl)},
    {"clearselectors", offsetof(struct server_features, acl_selectors)},
    {"resetdbs", offsetof(struct server_features, acl_databases)},
    {"No tls-cert-file configured!", offsetof(struct server_features, tls)}, /* tls.c */
};

static bool has_constant(struct image data, const char *constant)
{
    return data.size > 0 && memmem(data.bytes, data.size, constant, strlen(constant) + 1) != NULL;
}

static struct server_features find_markers(struct image data)
{
    struct server_features features = {0};
    for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
        *(bool *)((char *)&features + markers[i].offset) = has_constant(data, markers[i].constant);
    return features;
}

struct server_constants {
    void *file; /* mapped */
    size_t size;
    struct image data;
};

static bool map_file(struct server_constants *constants, int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size <= 0)
        return false;
    constants->size = (size_t)status.st_size;
    constants->file = mmap(NULL, constants->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (constants->file == MAP_FAILED)
        return false;
    constants->data = read_only_data((struct image){constants->file, constants->size});
    return true;
}

static bool map_path(struct server_constants *constants, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool ok = fd >= 0 && map_file(constants, fd);
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

struct server_constants *server_constants_open(const char *path)
{
    struct server_constants *constants = calloc(1, sizeof(*constants));
    if (constants == NULL || (map_path(constants, path) && constants->data.size > 0))
        return constants;
    server_constants_free(constants);
    return NULL;
}

void server_constants_free(struct server_constants *constants)
{
    if (constants != NULL && constants->size > 0 && constants->file != MAP_FAILED)
        (void)munmap(constants->file, constants->size);
    free(constants);
}

bool server_constants_have(const struct server_constants *constants, const char *name)
{
    return has_constant(constants->data, name);
}

struct server_features server_features_of(const char *path)
{
    struct server_features features = {0};
    struct server_constants constants = {.size = 0};
    if (!map_path(&constants, path))
        return features;
    features = find_markers(constants.data);
    features.known = constants.data.size > 0;
    (void)munmap(constants.file, constants.size);
    return features;
}

bool server_features_take(const struct server_features *features, const struct secret *password,
                          struct failure *failure)
{
    size_t length = 0;
    if (password != NULL)
        (void)secret_bytes(password, &length);
    if (!features->short_password || length <= SHORT_PASSWORD_MAX)
        return true;
    return failure_set(
        failure, EX_DATAERR, 0,
        "password refused: this server takes at most %d bytes, use `redis-init genpass`",
        SHORT_PASSWORD_MAX);
}
