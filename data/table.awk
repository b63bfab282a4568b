# SPDX-License-Identifier: Apache-2.0
# Turns sorted "BUCKET HASH RANK" lines into the C table that init/policy_words.c includes.
BEGIN {
    print "/* Generated from data/ by data/words.awk and data/table.awk. */"
    print "static const uint32_t words_entry[] = {"
}
{
    while (next_bucket <= $1)
        first[next_bucket++] = NR - 1
    rank[NR] = $3
    printf "%.0fU,%s", $2, NR % 8 == 0 ? "\n" : ""
}
END {
    while (next_bucket <= 8192)
        first[next_bucket++] = NR
    print "};\nstatic const unsigned char words_rank[] = {"
    for (i = 1; i <= NR; i++)
        printf "%d,%s", rank[i], i % 20 == 0 ? "\n" : ""
    print "};\nstatic const uint32_t words_first[] = {"
    for (i = 0; i <= 8192; i++)
        printf "%d,%s", first[i], i % 16 == 15 ? "\n" : ""
    print "};"
}
