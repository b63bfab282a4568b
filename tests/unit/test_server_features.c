// SPDX-License-Identifier: Apache-2.0
#include "server_features.h"

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A program file with the sections "", .rodata, .data and .shstrtab, and nothing that would run. */
struct image {
    ElfW(Ehdr) header;
    ElfW(Shdr) sections[4];
    char names[32];
    char read_only[256];
    char data[256];
};

static const char section_names[] = "\0.rodata\0.data\0.shstrtab";

static void describe(ElfW(Shdr) * section, unsigned name, size_t offset, size_t size)
{
    section->sh_name = name;
    section->sh_offset = offset;
    section->sh_size = size;
}

static struct image new_image(const char *read_only, size_t length)
{
    struct image image = {.header = {.e_shoff = offsetof(struct image, sections),
                                     .e_shentsize = sizeof(ElfW(Shdr)),
                                     .e_shnum = 4,
                                     .e_shstrndx = 3}};
    memcpy(image.header.e_ident, ELFMAG, SELFMAG);
    memcpy(image.names, section_names, sizeof(section_names));
    describe(&image.sections[1], 1, offsetof(struct image, read_only), sizeof(image.read_only));
    describe(&image.sections[2], 9, offsetof(struct image, data), sizeof(image.data));
    describe(&image.sections[3], 15, offsetof(struct image, names), sizeof(image.names));
    memcpy(image.read_only, read_only, length);
    return image;
}

static const char *path_of(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", unit_folder(), name);
    return path;
}

static struct server_features features_of(const struct image *image)
{
    unit_write(path_of("server"), image, sizeof(*image), 0700);
    return server_features_of(path_of("server"));
}

static unsigned bits(struct server_features f)
{
    return (f.optional_bind ? 1U : 0U) | (f.debug_gate ? 2U : 0U) | (f.module_gate ? 4U : 0U) |
           (f.protected_gate ? 8U : 0U) | (f.short_password ? 16U : 0U) | (f.acl ? 32U : 0U) |
           (f.acl_selectors ? 64U : 0U) | (f.acl_databases ? 128U : 0U);
}

struct constants {
    const char *bytes;
    size_t length;
    unsigned bits;
};

#define CONSTANTS(text) text, sizeof(text)
#define SHORT "Password is longer than CONFIG_AUTHPASS_MAX_LEN"

static const struct constants servers[] = {
    {CONSTANTS(""), 0},
    {CONSTANTS("x\0-::*"), 1},
    {CONSTANTS("x\0enable-debug-command"), 2},
    {CONSTANTS("x\0enable-module-command"), 4},
    {CONSTANTS("x\0enable-protected-configs"), 8},
    {CONSTANTS("x\0" SHORT), 16},
    {CONSTANTS("redis 6.0\0" SHORT "\0bind"), 16},
    {CONSTANTS("redis 7.0\0-::*\0enable-debug-command\0enable-module-command\0"
               "enable-protected-configs\0requirepass"),
     15},
    {CONSTANTS("x\0resetchannels\0resetkeys"), 32},
    {CONSTANTS("clearselectors\0resetdbs"), 64 | 128},
    {CONSTANTS("-::*, and more\0enable-debug-commands\0enable-module-command is"), 0},
    {CONSTANTS("ENABLE-DEBUG-COMMAND\0enable_debug_command"), 0},
    {CONSTANTS("*\0-::\0*\0enable-\0debug-command"), 0},
};

START_TEST(features_are_string_constants)
{
    const struct image image = new_image(servers[_i].bytes, servers[_i].length);
    ck_assert_uint_eq(bits(features_of(&image)), servers[_i].bits);
}
END_TEST

START_TEST(a_constant_up_to_the_very_end)
{
    struct image image = new_image("", 0);
    static const char last[] = "enable-debug-command";
    memcpy(image.read_only + sizeof(image.read_only) - sizeof(last), last, sizeof(last));
    ck_assert_uint_eq(bits(features_of(&image)), 2);
    image.sections[1].sh_size--; /* its NUL is behind the section now */
    ck_assert_uint_eq(bits(features_of(&image)), 0);
}
END_TEST

START_TEST(only_rodata_is_read)
{
    struct image image = new_image("", 0);
    memcpy(image.data, "x\0-::*", 7);
    ck_assert_uint_eq(bits(features_of(&image)), 0);
    image.sections[2].sh_name = 1; /* now both are called .rodata, and the first is taken */
    ck_assert_uint_eq(bits(features_of(&image)), 0);
    image.sections[1].sh_name = 9;
    ck_assert_uint_eq(bits(features_of(&image)), 1);
}
END_TEST

typedef void damage(struct image *image);

static void no_magic(struct image *image)
{
    image->header.e_ident[1] = 'F';
}

static void other_section_size(struct image *image)
{
    image->header.e_shentsize--;
}

static void table_behind_the_end(struct image *image)
{
    image->header.e_shoff = sizeof(*image) + 1;
}

static void table_far_away(struct image *image)
{
    image->header.e_shoff = (ElfW(Off)) - 1;
}

static void too_many_sections(struct image *image)
{
    image->header.e_shnum = 0xffff;
}

static void no_sections(struct image *image)
{
    image->header.e_shnum = 0;
}

/* What follows the table would do as a header of the names. */
static void no_name_section(struct image *image)
{
    const ElfW(Off) offset = offsetof(struct image, names);
    const ElfW(Xword) size = sizeof(image->names);
    char *header = (char *)image + offsetof(struct image, names);
    memcpy(header + offsetof(ElfW(Shdr), sh_offset), &offset, sizeof(offset));
    memcpy(header + offsetof(ElfW(Shdr), sh_size), &size, sizeof(size));
    memcpy(image->read_only + 64, "x\0-::*", 7);
    image->header.e_shstrndx = 4;
}

static void names_behind_the_end(struct image *image)
{
    image->sections[3].sh_offset = sizeof(*image) + 1;
}

static void names_too_large(struct image *image)
{
    image->sections[3].sh_size = sizeof(*image);
}

static void names_overflow(struct image *image)
{
    image->sections[3].sh_size = (ElfW(Xword)) - 1;
}

static void name_behind_the_names(struct image *image)
{
    for (size_t i = 0; i < COUNT(image->sections); i++)
        image->sections[i].sh_name = sizeof(image->names) - 1;
}

static void rodata_behind_the_end(struct image *image)
{
    image->sections[1].sh_offset = sizeof(*image) + 1;
}

static void rodata_too_large(struct image *image)
{
    image->sections[1].sh_size = sizeof(*image);
}

static void rodata_overflow(struct image *image)
{
    image->sections[1].sh_size = (ElfW(Xword)) - 8;
}

static void rodata_empty(struct image *image)
{
    image->sections[1].sh_size = 0;
}

static damage *const damages[] = {
    no_magic,         other_section_size, table_behind_the_end,  table_far_away,
    no_sections,      too_many_sections,  no_name_section,       names_behind_the_end,
    names_too_large,  names_overflow,     name_behind_the_names, rodata_behind_the_end,
    rodata_too_large, rodata_overflow,    rodata_empty,
};

START_TEST(a_damaged_file_has_none)
{
    struct image image = new_image("x\0-::*", 7);
    ck_assert_uint_eq(bits(features_of(&image)), 1);
    damages[_i](&image);
    ck_assert_uint_eq(bits(features_of(&image)), 0);
}
END_TEST

START_TEST(a_file_of_any_length_has_none)
{
    const struct image image = new_image("", 0);
    for (size_t length = 0; length <= sizeof(image); length++) {
        ck_assert_int_eq(unlink(path_of("cut")) == 0 || length == 0, 1);
        unit_write(path_of("cut"), &image, length, 0700);
        ck_assert_uint_eq(bits(server_features_of(path_of("cut"))), 0);
    }
}
END_TEST

START_TEST(what_is_no_program_has_none)
{
    static const char script[] = "#!/bin/sh\nexec redis-server -::* enable-debug-command\n";
    unit_write(path_of("script"), script, sizeof(script), 0700);
    ck_assert_uint_eq(bits(server_features_of(path_of("script"))), 0);
    ck_assert_uint_eq(bits(server_features_of(path_of("absent"))), 0);
    ck_assert_uint_eq(bits(server_features_of(unit_folder())), 0);
    ck_assert_uint_eq(bits(server_features_of("/dev/null")), 0);
    const struct image image = new_image("x\0-::*", 7);
    unit_write(path_of("unreadable"), &image, sizeof(image), 0100);
    unit_drop_root();
    ck_assert_uint_eq(bits(server_features_of(path_of("unreadable"))), 0);
}
END_TEST

/* PATH is absent:first:second; `x` stands in both, `y` in the second, `n` can't be executed. */
static void make_path(void)
{
    char path[3 * 128];
    (void)snprintf(path, sizeof(path), "%s/absent:%s/first:%s/second", unit_folder(), unit_folder(),
                   unit_folder());
    ck_assert_int_eq(setenv("PATH", path, 1), 0);
    ck_assert_int_eq(mkdir(path_of("first"), 0700), 0);
    ck_assert_int_eq(mkdir(path_of("second"), 0700), 0);
    ck_assert_int_eq(mkdir(path_of("first/folder"), 0700), 0);
    unit_write(path_of("first/x"), "", 0, 0700);
    unit_write(path_of("first/n"), "", 0, 0600);
    unit_write(path_of("first/both"), "", 0, 0600);
    unit_write(path_of("second/x"), "", 0, 0700);
    unit_write(path_of("second/y"), "", 0, 0700);
    unit_write(path_of("second/both"), "", 0, 0700);
}

struct lookup {
    const char *server;
    const char *found; /* below the folder */
    int exit_code;
};

static const struct lookup lookups[] = {
    {"x", "first/x", 0}, {"y", "second/y", 0},       {"both", "second/both", 0},
    {"z", NULL, 127},    {"n", NULL, 126},           {"folder", NULL, 126},
    {"./x", NULL, 127},  {"/nowhere/x", NULL, 127},  {"/dev/null", NULL, 126},
    {"/", NULL, 126},    {"/dev/null/x", NULL, 126},
};

START_TEST(a_server_is_found_as_by_execvp)
{
    const struct lookup *lookup = &lookups[_i];
    char path[PATH_MAX];
    struct failure failure = {0};
    make_path();
    const bool ok = server_find(lookup->server, path, &failure);
    ck_assert_int_eq(failure.exit_code, lookup->exit_code);
    ck_assert(ok == (lookup->exit_code == 0));
    if (ok)
        ck_assert_str_eq(path, path_of(lookup->found));
    else
        ck_assert_msg(strstr(failure.text, lookup->server) != NULL &&
                          strstr(failure.text, "[redis] server") != NULL,
                      "%s", failure.text);
}
END_TEST

START_TEST(paths_and_empty_parts_of_path)
{
    char path[PATH_MAX];
    struct failure failure = {0};
    make_path();
    ck_assert(server_find(path_of("second/x"), path, &failure));
    ck_assert_str_eq(path, path_of("second/x"));
    ck_assert_int_eq(chdir(path_of("second")), 0);
    ck_assert(server_find("./y", path, &failure));
    ck_assert_str_eq(path, "./y");
    ck_assert_int_eq(setenv("PATH", "/nowhere:", 1), 0); /* an empty part is the working folder */
    ck_assert(server_find("y", path, &failure));
    ck_assert_str_eq(path, "y");
    ck_assert_int_eq(unsetenv("PATH") + chdir("/"), 0);
    ck_assert(server_find("sh", path, &failure));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("server_features");
    tcase_add_loop_test(tests, features_are_string_constants, 0, COUNT(servers));
    tcase_add_test(tests, a_constant_up_to_the_very_end);
    tcase_add_test(tests, only_rodata_is_read);
    tcase_add_loop_test(tests, a_damaged_file_has_none, 0, COUNT(damages));
    tcase_add_test(tests, a_file_of_any_length_has_none);
    tcase_add_test(tests, what_is_no_program_has_none);
    tcase_add_loop_test(tests, a_server_is_found_as_by_execvp, 0, COUNT(lookups));
    tcase_add_test(tests, paths_and_empty_parts_of_path);
    return unit_main("server_features", tests);
}
