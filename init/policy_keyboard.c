// SPDX-License-Identifier: Apache-2.0
#include "policy_keyboard.h"

#include <string.h>

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

static struct policy_key find_key(const struct layout *layout, unsigned char c)
{
    for (signed char y = 0; y < 4 && c > ' '; y++) {
        const char *plain = strchr(layout->rows[y], c);
        const char *shifted = strchr(layout->shifted[y], c);
        if (plain != NULL)
            return (struct policy_key){(signed char)(plain - layout->rows[y]), y, false, true};
        if (shifted != NULL)
            return (struct policy_key){(signed char)(shifted - layout->shifted[y]), y, true, true};
    }
    const unsigned char lower = lower_accented(c);
    struct policy_key key = {0};
    if (lower != 0) {
        key = find_key(layout, lower);
        key.shift = true;
    }
    return key;
}

void policy_keyboard_read(struct policy_keyboard *keyboard, size_t layout,
                          const struct policy_text *text)
{
    keyboard->layout_bits = layouts[layout].bits;
    keyboard->key_bits = layouts[layout].key_bits;
    for (size_t i = 0; i < text->length; i++)
        keyboard->key[i] = find_key(&layouts[layout], text->bytes[i]);
}
