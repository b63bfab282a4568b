# SPDX-License-Identifier: Apache-2.0
# Turns "PREFIX" lines and sorted "BUCKET HASH RANK" lines into the C tables that init/policy_words.c includes.
BEGIN {
    print "/* Generated from data/ by data/words.awk and data/table.awk. */"
    print "static const uint32_t words_entry[] = {"
}
NF == 1 {
    if (!($1 in seen))
        prefix[int($1 / 8)] += 2 ^ ($1 % 8)
    seen[$1] = 1
    next
}
{
    while (next_bucket <= $1)
        first[next_bucket++] = words
    rank[++words] = $3
    printf "%.0fU,%s", $2, words % 8 == 0 ? "\n" : ""
}
END {
    while (next_bucket <= 8192)
        first[next_bucket++] = words
    print "};\nstatic const unsigned char words_rank[] = {"
    for (i = 1; i <= words; i++)
        printf "%d,%s", rank[i], i % 20 == 0 ? "\n" : ""
    print "};\nstatic const uint32_t words_first[] = {"
    for (i = 0; i <= 8192; i++)
        printf "%d,%s", first[i], i % 16 == 15 ? "\n" : ""
    print "};\nstatic const unsigned char words_prefix[] = {"
    for (i = 0; i < 32768; i++)
        printf "%d,%s", prefix[i], i % 32 == 31 ? "\n" : ""
    print "};"
}
