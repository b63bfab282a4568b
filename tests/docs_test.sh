#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Holds help, man pages, completion, README, sample ini and programs together. Runs in the build folder.
set -uo pipefail
export LC_ALL=C
source=$(cd "${srcdir:-.}" && pwd) || exit 1
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "$source/tests/checks.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 0755 "$scratch"

# without libcurl the third is not built
programs=(redis-init redis-init-supervise)
if [ -x redis-vault-sync ]; then
    programs+=(redis-vault-sync)
else
    echo "SKIP: redis-vault-sync is not built"
    skipped=$((skipped + 1))
fi

# same WHAT A B: two lists are equal, line by line, and not empty
same() {
    check "$1" test -n "$2" -a "$2" = "$3"
    [ "$2" = "$3" ] || diff <(echo "$2") <(echo "$3")
}

# clean COMMAND...: in an environment that sets nothing for redis-init
clean() {
    env -i PATH="$PATH" ASAN_OPTIONS="${ASAN_OPTIONS:-}" "$@"
}

# Options, a row each as --help has it: `-c, --config FILE`.
help_rows() {
    "./$1" --help | sed -nE 's/^ +((-[a-z], )?--[a-z-]+( [^ ]+)?)  .*/\1/p' | sort
}
man_rows() {
    sed -nE '/^\.It Fl /{s///; s/ Ns / /g; s/(Ar|Cm) //g; s/ ([:|]) /\1/g; s/^([a-z]) , Fl -/-\1, --/; s/^-([a-z]{2})/--\1/; p}' \
        "$source/man/$1.8" | sort
}
# words that bash would offer behind the words of a command line
complete_words() {
    bash -c '. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); "_${1//-/_}"; printf "%s\n" "${COMPREPLY[@]}"' \
        sh "$source/completion/$1" "$@" | sort -u
}
option_words() {
    tr ', ' '\n' | grep '^-' | sort -u
}

# of the program, and of its subcommand that has some of its own
offered_options() {
    { complete_words "$1" -; [ "$1" != redis-init ] || { complete_words "$1" ping -; complete_words "$1" reload -; complete_words "$1" audit -; }; } | sort -u
}

check_options() {
    local program
    for program in "${programs[@]}"; do
        same "$program: --help and the man page have the same options" \
            "$(help_rows "$program")" "$(man_rows "$program")"
        same "$program: --help and the completion have the same options" \
            "$(help_rows "$program" | option_words)" "$(offered_options "$program")"
    done
    same "the subcommands of --help are in redis-init(8)" \
        "$(./redis-init --help | sed -nE 's/^  ([a-z]+)  .*/\1/p')" \
        "$(sed -nE '/^\.Ss Subcommands/,/^\.El/s/^\.It Cm //p' "$source/man/redis-init.8")"
    same "the subcommands of --help are in the completion" \
        "$(./redis-init --help | sed -nE 's/^  ([a-z]+)  .*/\1/p' | sort)" \
        "$(cd "$scratch" && complete_words redis-init '' | grep -v -- '-server$')"
}

check_completion() {
    local folder=$scratch/files program
    mkdir "$folder"
    touch "$folder/some.conf" "$folder/some.ini"
    (
        cd "$folder" || exit
        complete_words redis-init s
        complete_words redis-init redis-server s
        complete_words redis-init -c s
        complete_words redis-init --config = s
        complete_words redis-init -- s
        complete_words redis-init-supervise cat s
    ) >"$scratch/offered"
    same "completion of files" "$(cat "$scratch/offered")" \
        "$(printf 'some.%s\n' conf conf ini conf ini conf ini conf ini conf ini)"
    for program in "${programs[@]}"; do
        same "$program: completion of --log-format" "$(printf 'json\ntext')" \
            "$(complete_words "$program" --log-format '')"
        same "$program: completion of --log-format=" json "$(complete_words "$program" --log-format = j)"
    done
    for program in redis-init redis-init-supervise; do
        same "$program: completion of a signal" SIGTERM "$(complete_words $program -p SIGTER)"
        same "$program: completion of an option behind one with a value" --version \
            "$(complete_words $program -e 143 --vers)"
    done
    same "completion of a subcommand" checkpass "$(complete_words redis-init ch)"
    same "completion of an option of a subcommand" --config "$(complete_words redis-init config --con)"
    same "completion of an option of ping" --ready "$(complete_words redis-init ping --rea)"
    same "completion of an option of reload" --environment "$(complete_words redis-init reload --env)"
    check "no option of ping for the server" test -z "$(complete_words redis-init -- --ready; complete_words redis-init --ti)"
    check "no completion behind genpass" test -z "$(complete_words redis-init genpass '')"
    same "completion of an option of audit" --environment "$(complete_words redis-init audit --env)"
    same "completion of a server" valkey-server "$(complete_words redis-init -v valk)"
    same "redis-vault-sync: completion of --auth" "$(printf 'approle\njwt\nkubernetes\ntoken')" \
        "$(complete_words redis-vault-sync --auth '')"
    same "redis-vault-sync: completion of a file" some.ini \
        "$(cd "$folder" && complete_words redis-vault-sync --output some.i)"
    same "redis-vault-sync: completion behind an option without a value" --output \
        "$(complete_words redis-vault-sync --generate --ou)"
    check "completion of a program" grep -qx cat <<<"$(complete_words redis-init-supervise -g ca)"
}

# Settings: section, key and default, as each text says them.
rows_of_ini() {
    awk -F ' = ?' '/^\[/ {s = $1; gsub(/[][]/, "", s)} /^[a-z_]+ =/ {print s, $1, $2}' "$@"
}
program_settings() { # a checkout may be writable by its group, which is refused
    install -m 0644 "$1" "$scratch/ini" && clean ./redis-init config -c "$scratch/ini" -- true | rows_of_ini
}
readme_settings() {
    awk -F ' *[|] *' '/^[|] (process|password|redis|rotation|audit|tls) [|]/ {gsub(/`/, ""); print $2, $3, $4}' "$source/README.md"
}
man_settings() {
    awk '/^\.Ss \[/ {s = $2; gsub(/[][]/, "", s)} /^\.It Cm / && s != "redis.conf" && s != "user" {print s, $3}' "$source/man/redis-init.ini.5"
}
# what redis-init.ini(5) says of a key, on one line
man_item() {
    awk -v key="$1" '/^\.(It|El|Ss|Sh)/ {on = $0 == ".It Cm " key} on' "$source/man/redis-init.ini.5" |
        sed -E 's/^\.[A-Z][a-z] //; s/ ([.,])/\1/g' | tr '\n' ' '
}

check_settings() {
    local defaults section key default item number variable
    : >"$scratch/empty"
    defaults=$(program_settings "$scratch/empty")
    same "the sample ini has the defaults" "$defaults" "$(rows_of_ini "$source/etc/redis-init.ini")"
    same "the sample ini is read as the defaults" "$defaults" "$(program_settings "$source/etc/redis-init.ini")"
    sed -E 's/^# (maxmemory|\[user|password_file|rules)/\1/' "$source/etc/redis-init.ini" >"$scratch/uncommented"
    same "the examples of the sample ini are read" "$defaults" \
        "$(program_settings "$scratch/uncommented" | grep -v '^user ')"
    same "the user of the sample ini is read" "$(sed -nE 's/^# (password_file|rules) = /user app \1 /p' "$source/etc/redis-init.ini")" \
        "$(program_settings "$scratch/uncommented" | grep -E '^user .* (password_file|rules) ')"
    same "redis-init.ini(5) has the keys of [user NAME]" \
        "$(awk '/^\.Ss \[/ {s = $2} /^\.It Cm / && s == "[user" {print $3}' "$source/man/redis-init.ini.5" | sort)" \
        "$(printf '[user x]\nnone=\n' >"$scratch/unknown" && clean ./redis-init config -c "$scratch/unknown" -- true 2>&1 |
            sed 's/.*it has //; s/, /\n/g' | sort)"
    check "users.ini is read" test -n "$(program_settings "$source/etc/users.ini")"
    sed '1,/^\.Bd/d; /^\.Ed/,$d' "$source/man/redis-init.ini.5" >"$scratch/example"
    check "the example of redis-init.ini(5) is read" test -n "$(program_settings "$scratch/example")"
    same "README has the settings and defaults" "$defaults" "$(readme_settings)"
    same "redis-init.ini(5) has the settings" "$(cut -d ' ' -f 1,2 <<<"$defaults")" "$(man_settings)"
    while read -r section key default; do
        item=$(man_item "$key")
        check "redis-init.ini(5) has the default of $section.$key: ${default:-empty}" \
            grep -qF -e "The default is ${default:-empty}" -e "The default, ${default:-empty}," \
            -e "${default:-empty}, the default" <<<"$item"
        variable=${key^^}
        case $section in tls | audit) variable=${section^^}_$variable ;; esac
        for number in $(clean "REDIS_INIT_$variable=" ./redis-init config -c "$scratch/empty" -- true 2>&1 |
            sed -n 's/.*must be//p' | grep -oE '\b[0-9]+\b'); do
            check "redis-init.ini(5) has the limit $number of $key" grep -qwF "$number" <<<"$item"
        done
    done <<<"$defaults"
}

check_environment() {
    local code
    code=$(grep -ohE '"((REDIS|VALKEY)_[A-Z_]+|CREDENTIALS_DIRECTORY)"' "$source"/init/*.c | tr -d '"' | sort -u)
    code=$(printf '%s\n' "$code" {REDIS,VALKEY}_PASSWORD_FILE | sort -u)
    same "redis-init(8) has the variables that the program reads" "$code" \
        "$(sed -nE '/^\.Sh ENVIRONMENT/,/^\.Sh FILES/s/^\.It Ev //p' "$source/man/redis-init.8" |
            sed 's/ Ns Ar KEY//; s/ , /\n/g' | grep -vx PATH | sort -u)"
    for name in $code; do
        check "README has the variable $name" grep -qF "$name" "$source/README.md"
    done
}

# the section ENVIRONMENT of redis-vault-sync(8), and the default values that its text names
check_vault_texts() {
    same "redis-vault-sync(8) has the variables that the program reads" \
        "$(grep -ohE '"(VAULT|KUBERNETES)_[A-Z_]+"' "$source"/vault/*.c | tr -d '"' | sort -u)" \
        "$(sed -nE '/^\.Sh ENVIRONMENT/,/^\.Sh FILES/s/^\.It Ev //p' "$source/man/redis-vault-sync.8" | sort)"
    same "redis-vault-sync(8) has the exit codes that the program uses" \
        "$(man_code_numbers redis-vault-sync | grep -vx 0)" "$(used_codes "$source"/vault/*.c)"
    [ ! -x redis-vault-sync ] || same "redis-vault-sync: --version and configure.ac agree" \
        "$(./redis-vault-sync --version | cut -d ' ' -f 2)" "$(./redis-init --version | cut -d ' ' -f 2)"
}

# docker run, compose and the manifests know no other variables than the settings table has.
known_variables() {
    local section key
    while read -r section key _; do
        case $section in tls | audit) key=${section}_$key ;; esac
        echo "REDIS_INIT_${key^^}"
    done < <(program_settings "$scratch/empty")
    printf '%s\n' REDIS_INIT_CONFIG {REDIS,VALKEY}_PASSWORD{,_FILE}
}
# the names that the files set, a line each
used_variables() {
    local file
    while read -r file; do
        sed 's/#.*//' "$file" | grep -oE '\b(REDIS|VALKEY)_[A-Z_]+\b'
    done < <(find "$source/docker" "$source/deploy" -type f) 2>/dev/null
    grep -ohE -- '(--env|-e|- name:) (REDIS|VALKEY)_[A-Z_]+' "$source/README.md" "$source"/docs/*.md | sed 's/.* //'
}
check_deployed_settings() {
    local name file
    known_variables | sort >"$scratch/known"
    used_variables | sort -u >"$scratch/used"
    for name in REDIS_PASSWORD_FILE REDIS_INIT_BIND; do
        check "$name is found where it is set" grep -qx "$name" "$scratch/used"
    done
    while read -r name; do
        check "$name, which docker/, deploy/, README or docs/ sets, is a variable of redis-init" grep -qx "$name" "$scratch/known"
    done <"$scratch/used"
    for file in "$source"/deploy/*/redis-init.ini; do
        check "${file#"$source"/} is read" test -n "$(program_settings "$file")"
    done
    check "deploy/ has the version of the program" test "$(sed -nE 's/^ +newTag: //p' "$source"/deploy/*/kustomization.yaml \
        "$source"/deploy/overlays/*/kustomization.yaml | sort -u)" = "$(./redis-init --version | cut -d ' ' -f 2)"
}

# Exit codes, with what they mean: `64 wrong usage`.
man_codes() {
    awk '/^\.It [0-9]+$/ {code = $2; next} /^\./ {code = ""} code {print code, $0}' "$source/man/redis-init.8" |
        sed -E 's/cannot/can'\''t/; s/\.$//; s/^([0-9]+ )(.)/\1\l\2/'
}
man_code_numbers() {
    sed -nE 's/^\.It ([0-9]+)$/\1/p' "$source/man/$1.8"
}
# of sysexits.h, those that the sources name outside of comments
used_codes() {
    cat "$@" | sed -E 's,(/\*|^ \*|//).*,,' | grep -oE '\bEX_[A-Z]+' | grep -vx EX_OK | sort -u |
        sed '1i #include <sysexits.h>' | "${CC:-cc}" -E -P -x c - | grep -oE '^[0-9]+$' | sort -n
}
exit_code_of() {
    "$@" >/dev/null 2>&1
    echo $?
}
check_exit_codes() {
    same "README and redis-init(8) have the same exit codes" "$(man_codes)" \
        "$(sed -nE 's/^\| ([0-9]+) \| (.*) \|$/\1 \2/p' "$source/README.md")"
    same "redis-init(8) has the exit codes that the program uses" "$(man_code_numbers redis-init)" "$(
        used_codes "$source"/init/*.c
        exit_code_of clean REDIS_INIT_SERVER="$scratch" ./redis-init config
        exit_code_of clean REDIS_INIT_SERVER="$scratch/none" ./redis-init config
    )"
    same "redis-init-supervise(8) has the exit codes that the program uses" \
        "$(man_code_numbers redis-init-supervise)" "$(
            used_codes <(grep -hv EX_TEMPFAIL "$source"/supervise/*.c) # that it is told, and does not exit with
            exit_code_of ./redis-init-supervise "$scratch"
            exit_code_of ./redis-init-supervise "$scratch/none"
        )"
}

# README's and docs/' ``` blocks of a language, each into a file of its own: LANGUAGE.1 ..., README's first
blocks() {
    awk -v start="\`\`\`$1" -v prefix="$scratch/$1" '
        on && /^```$/ {on = 0; close(file)}
        on {print > file}
        $0 == start {on = 1; file = prefix "." ++n; printf "" > file}' "$source/README.md" "$source"/docs/*.md
}
# tabs, odd indentation and a brace or quote left open are what spoils YAML
looks_like_yaml() {
    awk '/\t/ {bad = 1}
        {match($0, /^ */); if (RLENGTH % 2) bad = 1}
        !/^ *(#.*|---|(- )?"?[A-Za-z][A-Za-z0-9_.\/-]*"?:( .*)?|- .+)?$/ {bad = 1}
        {line = $0; if (gsub(/"/, "", line) % 2) bad = 1}
        gsub(/\[/, "") != gsub(/\]/, "") || gsub(/{/, "") != gsub(/}/, "") {bad = 1}
        END {exit bad || NR == 0}' "$1"
}
check_snippets() {
    local file word
    blocks sh
    blocks yaml
    blocks dockerfile
    for file in "$scratch"/sh.*; do
        check "shell block ${file##*.} is the shell's language" bash -n "$file"
    done
    for file in "$scratch"/yaml.*; do
        check "YAML block ${file##*.} has a right form" looks_like_yaml "$file"
    done
    same "docker/Dockerfile installs what ./dev builds with" \
        "$(sed -nE 's/^packages_build=\((.*)\)$/\1/p' "$source/dev" | tr ' ' '\n' | grep -vx xz-utils | sort)" \
        "$(sed -nE '/^FROM .* AS builder$/,/^COPY/s/^ +([a-z].*)$/\1/p' "$source/docker/Dockerfile" | tr ' ' '\n' | sort)"
    for word in redis-init redis-init-supervise; do
        check "README's Dockerfile copies $word" grep -q "^COPY --from.*/$word " "$scratch/dockerfile.1"
        same "README and docker/Dockerfile copy $word alike" "$(grep -c "^COPY --from=[a-z-]* \
/usr/local/bin/redis-init /usr/local/bin/redis-init-supervise /usr/local/bin/$" "$source/docker/Dockerfile")" 3
    done
    while read -r word; do
        check "README's $word is of configure.ac" grep -qF "AC_ARG_ENABLE([${word#--enable-}]" "$source/configure.ac"
    done < <(grep -ohE -- '--enable-[a-z-]+' "$source/README.md" | sort -u)
    for word in run test; do
        check "README shows ./dev $word" grep -q "^\./dev $word  *#" "$scratch/sh.1"
        check "dev has $word" grep -qx "$word) .*" "$source/dev"
    done
}

# What README shows of the log is what the programs say; paths and who it runs as differ here.
check_samples() {
    local password
    blocks console
    same "README's refusal is what redis-init says" "$(sed -n 2p "$scratch/console.1")" \
        "$(clean REDIS_PASSWORD="$(sed -nE '1s/.*PASSWORD=([^ ]*) .*/\1/p' "$scratch/console.1")" ./redis-init 2>&1)"
    printf 'Summer2024!' >"$scratch/password"
    chmod 0400 "$scratch/password"
    same "the refusal in docs/kubernetes.md is what redis-init says" \
        "$(sed -nE 's/^ +Message: +//p' "$source/docs/kubernetes.md")" \
        "$(clean REDIS_PASSWORD_FILE="$scratch/password" ./redis-init 2>&1 |
            sed "s/^redis-init: //; s,$scratch/,/run/secrets/redis/,")"
    rm "$scratch/password"
    install -m 0755 redis-init redis-init-supervise "$scratch/"
    printf '#!/bin/sh\n' >"$scratch/redis-server"
    chmod 0755 "$scratch/redis-server"
    password=$scratch/password
    ./redis-init genpass >"$password" && chmod 0444 "$password"
    same "README's start is what redis-init says" \
        "$(sed -n 4p "$scratch/console.1")" \
        "$(clean REDIS_PASSWORD_FILE="$password" REDIS_INIT_SERVER="$scratch/redis-server" \
            REDIS_INIT_DATA_DIR="$scratch/data" REDIS_INIT_RUN_DIR="$scratch/run" "$(prepare_data)/redis-init" 2>&1 |
            sed -E "s, $scratch/redis-server as [0-9]+:[0-9]+ \([a-z ]+\), /usr/bin/redis-server as 999:999 (root dropped),
                s,$scratch/run/,/run/redis-init/,; s,$scratch/password,/run/secrets/redis-password,")"
}
prepare_data() { # as another user than root the folder has to be there
    mkdir -p "$scratch/data" && echo "$scratch"
}

# What docs/vault.md says that the log has, redis-vault-sync can say.
check_vault_messages() {
    local said
    # shellcheck disable=SC2016 # backquotes of Markdown
    while read -r said; do
        check "redis-vault-sync says \`$said\`" grep -qhF -e "$said" "$source"/vault/*.c "$source/init/verdict.c"
    done < <(awk -F '|' '/^## /{on = $0 == "## What it says"} on && $2 ~ /^ [0-9]+ $/{print $3}' "$source/docs/vault.md" |
        grep -oE '`[^`]+`' | tr -d '\`')
    same "docs/vault.md and redis-vault-sync(8) have the same exit codes" "$(man_code_numbers redis-vault-sync)" \
        "$(sed -nE '/^## What it says/,/^## Memory/s/^\| ([0-9]+) \| .*/\1/p' "$source/docs/vault.md")"
}

check_files() {
    local page link file command
    for page in "$source"/man/*.[1-8]; do
        check "${page##*/} is clean mdoc" mandoc -Tlint -W warning "$page"
    done
    for page in README.md docs/kubernetes.md docs/vault.md; do
        while read -r link; do
            check "$page links to $link" test -e "$source/$(dirname "$page")/$link"
        done < <(grep -oE '\]\([^)]*\)' "$source/$page" | tr -d '])(' | grep -v '^https:')
    done
    # README and compose.yaml have a password written into these
    check "the tarball has no folder that may hold a password" test -z "$(
        sed -n '/^EXTRA_DIST = /,/[^\\]$/p' "$source/Makefile.am" | tr -s ' \t' '\n' | grep -xE 'docker|deploy|deploy/secret'
    )"
    for file in "$source"/man/*.[1-8] "$source"/completion/* "$source"/etc/*; do
        file=${file#"$source"/}
        check "$file is installed" grep -qE "^dist_[a-z]+_[A-Z]+ = .*\b$file( |\$)" "$source/Makefile.am"
    done
    for command in $(./redis-init --help | sed -nE 's/^  ([a-z]+)  .*/\1/p'); do
        check "README shows redis-init $command" grep -qF "redis-init $command" "$source/README.md"
    done
    check "--version and configure.ac agree" test "$(./redis-init --version)" = \
        "$(sed -nE 's/^AC_INIT\(\[(.*)\], \[(.*)\]\)$/\1 \2/p' "$source/configure.ac")"
    check "NEWS has the version first" test "$(./redis-init --version | cut -d ' ' -f 2)" = \
        "$(sed -nE '/^## /{s/^## ([0-9.]+).*/\1/p; q}' "$source/NEWS.md")"
}

check_options
check_completion
check_settings
check_environment
check_deployed_settings
check_exit_codes
check_snippets
check_samples
check_vault_texts
check_vault_messages
check_files
checks_end
