#!/bin/sh
# Removes what install.sh put there, and nothing else.
set -eu

usage="usage: ./uninstall.sh [--system]

  --system   what was installed for all users (PREFIX as it was then)

What was changed since it was installed, or was there before, is kept, and named.
Exit codes: 0 removed, 1 something could not be removed, 2 wrong arguments."

# The record has a line for each file (its checksum, its size, its path), for each that install.sh found and
# didn't overwrite, and for each folder that was made.
remove_files() {
    while read -r kind sum size path; do
        if [ "$kind" = folder ] || [ ! -e "$path" ]; then
            continue
        elif [ "$kind" = kept ]; then
            printf '  %s\n' "kept, because it was changed or was there before: $path"
        elif [ ! -L "$path" ] && [ "$(cksum <"$path")" = "$sum $size" ]; then
            rm -f -- "$path" || exit 1
            printf '  %s\n' "$path"
        else
            printf '  %s\n' "kept, because it was changed: $path"
        fi
    done <"$1"
}

# Those that were made last go first; one that holds something else stays.
remove_folders() {
    sed -n 's/^folder - - //p' "$1" | sed '1!G;h;$!d' | while read -r folder; do
        rmdir -- "$folder" 2>/dev/null || true
    done
}

main() {
    scope=personal
    record=
    case ${1-} in
    '') ;;
    --system) scope=system ;;
    --record) record=${2:?} ;; # for install.sh
    -h | --help)
        printf '%s\n' "$usage"
        exit 0
        ;;
    *)
        printf '%s\n' "$usage" >&2
        exit 2
        ;;
    esac
    # As install.sh does: root has no personal installation.
    [ "$(id -u)" -ne 0 ] || scope=system
    if [ -z "$record" ] && [ "$scope" = system ]; then
        record=${PREFIX:-/usr/local}/share/adjoin/installed
    elif [ -z "$record" ]; then
        record=${XDG_DATA_HOME:-${HOME:?}/.local/share}/adjoin/installed
    fi
    if [ ! -e "$record" ]; then
        echo "nothing to remove: there is no $record" >&2
        exit 1
    fi
    copy=$(mktemp)
    trap 'rm -f -- "$copy"' EXIT
    cp -- "$record" "$copy"
    echo "removed:"
    remove_files "$copy"
    rm -f -- "$record"
    remove_folders "$copy"
}

main "$@"
exit
