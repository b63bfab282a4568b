# SPDX-License-Identifier: Apache-2.0
# Turns the word lists into "BUCKET HASH RANK" lines, and those that are longer than a prefix into "PREFIX" lines in
# the file prefixes; init/policy_words.c says what these are.
# The hash is policy_words_hash()'s: h = (h * 1021 + byte) mod (2^43 - 57), exact in a double.
# A line "=BITS KIND" holds for the words below it.
BEGIN {
    for (i = 0; i < 256; i++)
        code[sprintf("%c", i)] = i
    kind["words"] = 0; kind["service"] = 1; kind["placeholder"] = 2
}
function hash(word, h, i) {
    h = 1
    for (i = 1; i <= length(word); i++)
        h = (h * 1021 + code[substr(word, i, 1)]) % 8796093022151
    return h
}
function print_prefix(word, h) {
    h = hash(substr(word, 1, 4))
    printf "%d\n", h - int(h / 262144) * 262144 > prefixes
}
/^#/ { next }
/^=/ { class = substr($1, 2) + 0; of = NF > 1 ? kind[$2] : 0; grammar = $2 == "function"; next }
FILENAME ~ /diceware/ { diceware[$1] = 1; if (!($1 in best)) { best[$1] = 13; sort[$1] = 0 } next }
grammar { function_word[$1] = 1 }
!($1 in best) || class < best[$1] || of > sort[$1] {
    if (!($1 in best) || class < best[$1])
        best[$1] = class
    if (of > sort[$1] + 0 || !($1 in sort))
        sort[$1] = of
}
END {
    for (word in best) {
        h = hash(word)
        above = int(h / 8192)
        if (length(word) > 4)
            print_prefix(word)
        printf "%d %.0f %d\n", h - above * 8192, above, \
            best[word] + 16 * sort[word] + 64 * (word in diceware) + 128 * (word in function_word)
    }
}
