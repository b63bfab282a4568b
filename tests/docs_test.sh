#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Holds help, man pages, completion, README, sample ini and programs together. Runs in the build folder.
set -uo pipefail
source=${srcdir:-.}
passed=0 failed=0

# check WHAT COMMAND...: one check
check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $what"
    fi
}

# same WHAT A B: two lists are equal, line by line
same() {
    check "$1" test -n "$2" -a "$2" = "$3"
    [ "$2" = "$3" ] || diff <(echo "$2") <(echo "$3")
}

# The long options that each text speaks of, without dashes.
help_options() {
    "./$1" --help | grep -oE '^ +(-.,|   ) +--[a-z-]+' | grep -oE -- '--[a-z-]+' | sed 's/^--//' | sort -u
}
man_options() {
    # in mdoc a long option is "Fl -name"; the server's own are not ours
    grep -oE '(Fl|,) -[a-z][a-z-]+' "$source/man/$1.8" | sed -E 's/.* -//' | grep -vxE 'port|bind|dir|requirepass' | sort -u
}
completion_options() {
    bash -c '. "$1"; COMP_WORDS=("$2" --) COMP_CWORD=1; "_${2//-/_}"; printf "%s\n" "${COMPREPLY[@]}"' \
        sh "$source/completion/$1" "$1" | grep '^--' | sed 's/^--//' | grep -vx '' | sort -u
}
for program in redis-init redis-init-supervise; do
    same "$program: --help and man page have the same options" "$(help_options $program)" "$(man_options $program)"
    same "$program: --help and completion have the same options" "$(help_options $program)" "$(completion_options $program)"
    letters=$("./$program" --help | grep -oE '^ +-[a-zA-Z],' | tr -d ' ,-' | sort -u)
    same "$program: the man page has each letter" "$letters" \
        "$(grep -oE '(^\.(It )?|, )Fl [a-zA-Z] ' "$source/man/$program.8" | awk '{print $NF}' | sort -u)"
done

# What a completion offers behind these words.
complete_words() {
    bash -c '. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); "_${1//-/_}"; printf "%s\n" "${COMPREPLY[@]}"' \
        sh "$source/completion/$1" "$@" | sort -u
}
same "completion of --log-format" "$(printf 'json\ntext')" "$(complete_words redis-init --log-format '')"
same "completion of subcommands" checkpass "$(complete_words redis-init ch)"

# The settings: section, key and default, as each text says them.
program_settings() {
    env -i PATH="$PATH" ./redis-init config -c "$1" -- true |
        awk -F ' = ?' '/^\[/ {s = $1; gsub(/[][]/, "", s)} /^[a-z_]+ =/ {print s, $1, $2}'
}
ini_settings() {
    awk -F ' = ?' '/^\[/ {s = $1; gsub(/[][]/, "", s)} /^[a-z_]+ =/ {print s, $1, $2}' "$1"
}
readme_settings() {
    awk -F ' *[|] *' '/^[|] (process|password|redis) [|]/ {gsub(/`/, ""); print $2, $3, $4}' "$source/README.md"
}
man_settings() {
    awk '/^\.Ss \[/ {s = $2; gsub(/[][]/, "", s)} /^\.It Cm / && s != "redis.conf" {print s, $3}' "$source/man/redis-init.ini.5"
}
empty=$(mktemp)
trap 'rm -f "$empty"' EXIT
defaults=$(program_settings "$empty")
same "the sample ini has the defaults" "$defaults" "$(ini_settings "$source/etc/redis-init.ini")"
same "the sample ini is read as the defaults" "$defaults" "$(program_settings "$source/etc/redis-init.ini")"
same "README has the settings and defaults" "$defaults" "$(readme_settings)"
same "redis-init.ini(5) has the settings" "$(echo "$defaults" | cut -d ' ' -f 1,2)" "$(man_settings)"
while read -r section key default; do
    [ -z "$default" ] || check "redis-init.ini(5) has the default of $section.$key: $default" \
        grep -qF -- "$default" "$source/man/redis-init.ini.5"
done <<<"$defaults"

# Exit codes: those that the program uses, of sysexits.h, and where each text lists them.
same "README and redis-init(8) have the same exit codes" \
    "$(grep -m 1 '^| 64 ' "$source/README.md" | grep -oE '[0-9]+'; printf '126\n127')" \
    "$(grep -oE '^\.It [0-9]+$' "$source/man/redis-init.8" | grep -oE '[0-9]+')"
used=$(grep -ohE 'EX_[A-Z]+' "$source"/init/*.c "$source"/include/*.h | sort -u)
codes=$(printf '#include <sysexits.h>\n%s\n' "$used" | cpp -P 2>/dev/null | grep -oE '^[0-9]+' | sort -n)
same "the program uses these exit codes" "$codes" \
    "$(grep -oE '^\.It [0-9]+$' "$source/man/redis-init.8" | grep -oE '[0-9]+' | grep -v '^12')"

for page in "$source"/man/*; do
    check "$(basename "$page") is clean mdoc" mandoc -Tlint -W warning "$page"
done
for command in './dev run' './dev test' 'redis-init genpass' 'redis-init checkpass' 'redis-init config'; do
    check "README shows $command" grep -qF -- "$command" "$source/README.md"
done
while read -r link; do
    check "README links to $link" test -e "$source/$link"
done < <(grep -oE '\]\([^)]*\)' "$source/README.md" | tr -d '])(' | grep -v '^https:')
check "--version and configure.ac agree" test "$(./redis-init --version)" = \
    "$(sed -nE 's/^AC_INIT\(\[(.*)\], \[(.*)\]\)$/\1 \2/p' "$source/configure.ac")"
check "NEWS has the version" grep -qF "$(./redis-init --version | cut -d ' ' -f 2)" "$source/NEWS.md"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
