# SPDX-License-Identifier: Apache-2.0
# Turns a word list into the C table that init/policy_find_letters.c includes: what a letter costs
# behind two others, or at a word's beginning, in eighths of a bit. Pairs that few words have cost
# what the letter costs behind any.
BEGIN {
    letters = "abcdefghijklmnopqrstuvwxyz"
}
/^[a-z][a-z][a-z]+$/ {
    before = last = 0
    for (i = 1; i <= length($1); i++) {
        letter = index(letters, substr($1, i, 1))
        times[before, last, letter]++
        pair[before, last]++
        single[letter]++
        all++
        before = last
        last = letter
    }
}
function bits(before, last, letter) {
    return -8 * log((times[before, last, letter] + 4 * single[letter] / all) / (pair[before, last] + 4)) / log(2)
}
END {
    print "/* Generated from data/ by data/letters.awk. */"
    print "static const unsigned char letters_bits[27][27][26] = {"
    for (before = 0; before <= 26; before++) {
        print "    {"
        for (last = 0; last <= 26; last++) {
            line = "        {"
            for (letter = 1; letter <= 26; letter++)
                line = line int(bits(before, last, letter) + 0.5) (letter < 26 ? ", " : "},")
            print line
        }
        print "    },"
    }
    print "};"
}
