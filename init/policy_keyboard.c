// SPDX-License-Identifier: Apache-2.0
#include "policy_keyboard.h"

#include <limits.h>

/* A row of keys, each with and without shift, from the left edge. */
struct layout {
    const char *rows[4];
    const char *shifted[4];
    double bits;     /* to say that it is this one */
    double key_bits; /* to say which key comes first */
};

static const struct layout layouts[POLICY_LAYOUTS] = {
    /* the United States' */
    {{"`1234567890-=", " qwertyuiop[]\\", " asdfghjkl;'", " zxcvbnm,./"},
     {"~!@#$%^&*()_+", " QWERTYUIOP{}|", " ASDFGHJKL:\"", " ZXCVBNM<>?"},
     0.5,
     3.7},
    /* German letters, with its own signs and with those of the United States */
    {{"^1234567890\xdf", " qwertzuiop\xfc+", " asdfghjkl\xf6\xe4#", " yxcvbnm,.-"},
     {"\xb0!\"\xa7$%&/()=?", " QWERTZUIOP\xdc*", " ASDFGHJKL\xd6\xc4'", " YXCVBNM;:_"},
     2.5,
     3.7},
    {{"`1234567890-=", " qwertzuiop[]", " asdfghjkl;'", " yxcvbnm,./"},
     {"~!@#$%^&*()_+", " QWERTZUIOP{}", " ASDFGHJKL:\"", " YXCVBNM<>?"},
     2.5,
     3.7},
    /* French: the digits are the shifted ones */
    {{"\xb2&\xe9\"'(-\xe8_\xe7\xe0)=", " azertyuiop^$", " qsdfghjklm\xf9*", " wxcvbn,;:!"},
     {" 1234567890\xb0+", " AZERTYUIOP\xa8\xa3", " QSDFGHJKLM%", " WXCVBN?./"},
     2.5,
     3.7},
    /* French letters with the signs of the United States */
    {{"`1234567890-=", " azertyuiop[]", " qsdfghjklm'", " wxcvbn,;:!"},
     {"~!@#$%^&*()_+", " AZERTYUIOP{}", " QSDFGHJKLM\"", " WXCVBN?./"},
     2.5,
     3.7},
    /* Dvorak, with its columns for the digits */
    {{"`1234567890[]", " ',.pyfgcrl/=", " aoeuidhtns-", " ;qjkxbmwvz"},
     {"~!@#$%^&*(){}", " \"<>PYFGCRL?+", " AOEUIDHTNS_", " :QJKXBMWVZ"},
     2.5,
     3.7},
    /* Colemak */
    {{"`1234567890-=", " qwfpgjluy;[]", " arstdhneio'", " zxcvbkm,./"},
     {"~!@#$%^&*()_+", " QWFPGJLUY:{}", " ARSTDHNEIO\"", " ZXCVBKM<>?"},
     2.5,
     3.7},
    /* the number pad */
    {{"789", "456", "123", "0."}, {"&*(", "$%^", "!@#", ")"}, 1.0, 3.2},
};

/* With the capitals lock, keys of accented letters give capitals that no row shows. */
static unsigned char lower_accented(unsigned char c)
{
    return c >= 0xC0 && c <= 0xDE && c != 0xD7 ? (unsigned char)(c + 0x20) : 0;
}

struct keys {
    struct policy_key of[UCHAR_MAX + 1]; /* each character's */
};

/* A character that stands twice has the first of its places. */
static void read_row(struct keys *keys, const char *row, signed char y, bool shift)
{
    for (signed char x = 0; row[x] != '\0'; x++) {
        struct policy_key *key = &keys->of[(unsigned char)row[x]];
        if (row[x] != ' ' && !key->known)
            *key = (struct policy_key){x, y, shift, true};
    }
}

static void read_layout(struct keys *keys, const struct layout *layout)
{
    for (signed char y = 0; y < 4; y++) {
        read_row(keys, layout->rows[y], y, false);
        read_row(keys, layout->shifted[y], y, true);
    }
    for (unsigned c = 0; c <= UCHAR_MAX; c++) {
        const unsigned char lower = lower_accented((unsigned char)c);
        if (lower == 0 || keys->of[c].known)
            continue;
        keys->of[c] = keys->of[lower];
        keys->of[c].shift = true;
    }
}

#define STEP_BITS 8
#define NO_FIGURE (UINT32_C(1) << 31)

/* Below 1 << STEP_BITS: columns are less than 16 apart, rows less than 4. */
static uint32_t step(const struct policy_key *from, const struct policy_key *to)
{
    return (uint32_t)((to->x - from->x + 16) * 8 + to->y - from->y + 4);
}

static void read_figures(struct policy_keyboard *keyboard, size_t length)
{
    const struct policy_key *key = keyboard->key;
    uint32_t figure = 0;
    size_t known = 0; /* keys in a row, up to i */
    for (size_t i = 0; i < length; i++) {
        keyboard->figure[i] = NO_FIGURE | (uint32_t)i;
        known = key[i].known ? known + 1 : 0;
        if (known > 1)
            figure = (figure << STEP_BITS | step(&key[i - 1], &key[i])) & 0xFFFFFF;
        if (known > 3)
            keyboard->figure[i - 2] = figure;
    }
}

void policy_keyboard_read(struct policy_keyboard *keyboard, size_t layout,
                          const struct policy_text *text)
{
    struct keys keys = {0};
    read_layout(&keys, &layouts[layout]);
    keyboard->layout_bits = layouts[layout].bits;
    keyboard->key_bits = layouts[layout].key_bits;
    for (size_t i = 0; i < text->length; i++)
        keyboard->key[i] = keys.of[text->bytes[i]];
    read_figures(keyboard, text->length);
}
