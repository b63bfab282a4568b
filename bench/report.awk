# SPDX-License-Identifier: Apache-2.0
# Reads figures.tsv and then samples (figure, candidate, value), sorted by all three, and prints them as
# out=json, as out=table (redis-init against what its bar is about, and the sizes), out=all (every candidate) or
# out=plot (for plot=FIGURE: name, median, minimum, maximum).
BEGIN { FS = "\t" }
FNR == NR {
    if ($0 !~ /^#/) { figure[++figures] = $1; unit[$1] = $2; kind[$1] = $3; bar[$1] = $4; what[$1] = $5 }
    next
}
{
    key = $1 SUBSEP $2
    if (!(key in count)) { candidates[$1]++; name[$1, candidates[$1]] = $2 }
    value[key, ++count[key]] = $3
}

function median(key,    n) {
    n = count[key]
    return n % 2 ? value[key, (n + 1) / 2] : (value[key, n / 2] + value[key, n / 2 + 1]) / 2
}
function least(key) { return value[key, 1] }
function most(key) { return value[key, count[key]] }
function at(key, share) { return value[key, int(count[key] * share + 0.999)] }

# 1234.5 -> 1,234   12.34 -> 12.3   1.234 -> 1.23
function nice(x,    text, digits) {
    if (x < 0) return "-" nice(-x)
    if (x < 9.995) return x == int(x) ? x "" : sprintf("%.2f", x)
    if (x < 99.95) return x == int(x) ? x "" : sprintf("%.1f", x)
    digits = sprintf("%.0f", x)
    for (text = ""; length(digits) > 3; digits = substr(digits, 1, length(digits) - 3))
        text = "," substr(digits, length(digits) - 2) text
    return digits text
}

# The candidate that the bar is about.
function rival(f,    i, best, n) {
    if (kind[f] == "none" || kind[f] == "zero") return ""
    if (kind[f] !~ /^peers/) { n = kind[f]; sub(/[-:].*/, "", n); return n }
    for (i = 1; i <= candidates[f]; i++) {
        n = name[f, i]
        if (n != "redis-init" && n != "direct" && (best == "" || median(f SUBSEP n) < median(f SUBSEP best)))
            best = n
    }
    return best
}
function ratio(f, other,    base, theirs) {
    if (other == "") return ""
    base = kind[f] ~ /-bare/ ? median(f SUBSEP "bare") : 0
    theirs = median(f SUBSEP other) - base
    return theirs == 0 ? "" : (median(f SUBSEP "redis-init") - base) / theirs
}
# Where the middle halves of two ranges meet, the difference is the machine's noise.
function verdict(f, other, r,    limit, ours) {
    ours = f SUBSEP "redis-init"
    if (kind[f] == "none") return ""
    if (kind[f] == "zero") return median(ours) == 0 ? "met" : "missed"
    if (kind[f] == "bare")
        return median(ours) >= least(f SUBSEP "bare") ? "met" : "missed"
    limit = kind[f]; sub(/.*:/, "", limit)
    if (r == "" || r <= limit + 0) return "met"
    return limit == 1 && at(ours, 0.25) <= at(f SUBSEP other, 0.75) ? "within the noise" : "missed"
}
function range(key) {
    if (count[key] == 1) return nice(median(key))
    return nice(median(key)) " (" nice(least(key)) "–" nice(most(key)) ")"
}
function rivals(f, other) {
    if (other == "") return ""
    return other " " range(f SUBSEP other) (kind[f] ~ /-bare/ ? ", bare " range(f SUBSEP "bare") : "")
}

function print_table(    i, f, other, r) {
    print "| | | redis-init | | ratio | bar | |"
    print "|---|---|---|---|---|---|---|"
    for (i = 1; i <= figures; i++) {
        f = figure[i]
        if (!(f in candidates) || kind[f] == "none") continue
        other = rival(f)
        r = ratio(f, other)
        printf "| %s | %s | %s | %s | %s | %s | %s |\n", what[f], unit[f], range(f SUBSEP "redis-init"),
            rivals(f, other), r == "" ? "" : sprintf("%.2f", r), bar[f],
            verdict(f, other, r)
    }
}
function print_sizes(    j) {
    printf "\nBytes, stripped: "
    for (j = 1; j <= candidates["size"]; j++)
        printf "%s %s%s", name["size", j], nice(median("size" SUBSEP name["size", j])), j < candidates["size"] ? "; " : ".\n"
}
function print_all(    i, j, f) {
    for (i = 1; i <= figures; i++) {
        f = figure[i]
        if (!(f in candidates)) continue
        printf "\n## %s%s: %s\n\n", f, unit[f] == "" ? "" : " (" unit[f] ")", what[f]
        print "| | median | minimum | maximum | n |"
        print "|---|---|---|---|---|"
        for (j = 1; j <= candidates[f]; j++) {
            key = f SUBSEP name[f, j]
            printf "| %s | %s | %s | %s | %d |\n", name[f, j], nice(median(key)), nice(least(key)), nice(most(key)),
                count[key]
        }
    }
}
function print_json(    i, j, f, other, r) {
    printf "{\n  \"machine\": \"%s\",\n  \"date\": \"%s\",\n  \"figures\": [", machine, date
    for (i = 1; i <= figures; i++) {
        f = figure[i]
        if (!(f in candidates)) continue
        other = rival(f)
        r = ratio(f, other)
        printf "%s\n    {\"figure\": \"%s\", \"unit\": \"%s\", \"what\": \"%s\", \"bar\": \"%s\"", separator, f, unit[f],
            what[f], bar[f]
        if (other != "") printf ", \"against\": \"%s\"", other
        if (r != "") printf ", \"ratio\": %.4f", r
        printf ", \"verdict\": \"%s\",\n     \"candidates\": {", verdict(f, other, r)
        for (j = 1; j <= candidates[f]; j++) {
            key = f SUBSEP name[f, j]
            printf "%s\n       \"%s\": {\"median\": %.6g, \"min\": %.6g, \"max\": %.6g, \"n\": %d}", (j > 1 ? "," : ""),
                name[f, j], median(key), least(key), most(key), count[key]
        }
        printf "}}"
        separator = ","
    }
    printf "\n  ]\n}\n"
}
function print_plot(f,    j, key) {
    for (j = 1; j <= candidates[f]; j++) {
        key = f SUBSEP name[f, j]
        printf "\"%s\"\t%.6g\t%.6g\t%.6g\n", name[f, j], median(key), least(key), most(key)
    }
}

# The tail is a figure of its own: a single value a candidate.
function add_tail(f,    j, key) {
    for (j = 1; j <= candidates[f]; j++) {
        key = f ", p99" SUBSEP name[f, j]
        name[f ", p99", j] = name[f, j]
        value[key, count[key] = 1] = at(f SUBSEP name[f, j], 0.99)
    }
    candidates[f ", p99"] = candidates[f]
}

END {
    if ("signal latency" in candidates) add_tail("signal latency")
    if (out == "json") print_json()
    else if (out == "table") { print_table(); print_sizes() }
    else if (out == "all") print_all()
    else print_plot(plot)
}
