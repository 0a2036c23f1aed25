#!/bin/sh
# Installs what lies beside it: the adjoin plugin for Wireshark, the `adjoin` command, and the Wireshark
# profile `adjoin` if the package has one. Writes down what it made, for uninstall.sh.
set -eu

usage="usage: ./install.sh [--system]

  --system   for all users, as root: the plugin in Wireshark's own folder, the command in
             \$PREFIX/bin (PREFIX is /usr/local unless it is set)
  otherwise  for you alone, below your home folder

Asks nothing, and overwrites nothing that you changed in the profile.
Exit codes: 0 installed, 1 not installed, 2 wrong arguments."

mac_app=/Applications/Wireshark.app/Contents

fail() {
    printf '%s\n' "not installed: $1" >&2
    exit 1
}

# ---- which Wireshark is here

find_wireshark() {
    for program in tshark wireshark "$mac_app/MacOS/tshark" "$mac_app/MacOS/Wireshark"; do
        if command -v "$program" >/dev/null 2>&1; then
            program=$(command -v "$program")
            return
        fi
    done
    program=
}

check_version() {
    [ -n "$program" ] || return 0
    installed=$("$program" --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9][0-9.]*[0-9]\).*/\1/p')
    case $installed in
    '') fail "$program says no version" ;;
    "$wanted" | "$wanted".*) return 0 ;;
    esac
    minor=$(printf '%s\n' "$installed" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
    fail "this package is for Wireshark $wanted, and $program is Wireshark $installed.
Wireshark loads only plugins that were built for its own minor version:
take the package whose name has wireshark-$minor, if there is one (4.0 to 4.6)."
}

# ---- where it looks

# What `tshark -G folders` says behind a label.
ask() {
    [ -n "$program" ] || return 0
    "$program" -G folders 2>/dev/null | sed -n "s/^$1:[[:space:]]*//p" | sed 1q
}

# The first of these folders that is there.
first_folder() {
    for folder in "$@"; do
        if [ -d "$folder" ]; then
            printf '%s\n' "$folder"
            return
        fi
    done
}

# Where Wireshark 4.0 to 4.6 looks, in case that there is no program that could be asked.
known_folders() {
    series=$wanted
    # On macOS the series is spelled with a dash.
    [ "$(uname -s)" != Darwin ] || series=$(printf '%s\n' "$wanted" | tr . -)
    if [ "$scope" = personal ]; then
        plugins=${plugins:-$HOME/.local/lib/wireshark/plugins/$series}
        settings=${settings:-${XDG_CONFIG_HOME:-$HOME/.config}/wireshark}
        return
    fi
    if [ -z "$plugins" ]; then
        plugins=$(first_folder "$mac_app/PlugIns/wireshark" /usr/lib/*/wireshark/plugins /usr/lib64/wireshark/plugins \
            /usr/lib/wireshark/plugins /usr/local/lib/*/wireshark/plugins /usr/local/lib64/wireshark/plugins \
            /usr/local/lib/wireshark/plugins)
        [ -n "$plugins" ] || fail "there is no Wireshark here that could be asked for its plugin folder, and none
where it usually is. Install Wireshark $wanted first, or put its tshark on the PATH."
        plugins=$plugins/$series
    fi
    settings=${settings:-$(first_folder "$mac_app/Resources/share/wireshark" /usr/share/wireshark \
        /usr/local/share/wireshark)}
}

find_folders() {
    if [ "$scope" = personal ]; then
        plugins=$(ask 'Personal Plugins')
        settings=$(ask 'Personal configuration')
        commands=$HOME/.local/bin
        record=${XDG_DATA_HOME:-$HOME/.local/share}/adjoin
    else
        plugins=$(ask 'Global Plugins')
        settings=$(ask 'Global configuration')
        commands=${PREFIX:-/usr/local}/bin
        record=${PREFIX:-/usr/local}/share/adjoin
    fi
    known_folders
}

# ---- putting things there

note() {
    printf '%s\n' "$1" >>"$list"
}

make_folder() {
    if [ ! -d "$1" ]; then
        make_folder "$(dirname -- "$1")"
        mkdir -- "$1"
        note "folder - - $1"
    fi
}

# place SOURCE TARGET MODE: a program that runs has its file open, so a new file takes its place.
place() {
    make_folder "$(dirname -- "$2")"
    cp -- "$1" "$2.new"
    chmod "$3" "$2.new"
    mv -f -- "$2.new" "$2"
    note "file $(cksum <"$2") $2"
    printf '  %s\n' "$2"
}

# Of the profile nothing is replaced that differs: Wireshark writes there what the user changes.
place_profile() {
    for file in "$here"/profile/*; do
        target=$settings/profiles/adjoin/$(basename -- "$file")
        if [ -e "$target" ] && ! cmp -s -- "$file" "$target"; then
            printf '  %s\n' "kept as it is, because it was changed: $target"
        else
            place "$file" "$target" 644
        fi
    done
}

undo() {
    status=$?
    if [ "$status" -ne 0 ] && [ -s "$list" ]; then
        printf '%s\n' "That failed; what was put there is removed again." >&2
        sh "$here/uninstall.sh" --record "$list" >&2 || true
    fi
    rm -f -- "$list"
    exit "$status"
}

# ---- what remains to be said

say_the_rest() {
    if [ -z "$program" ]; then
        echo "No Wireshark was found; this is where Wireshark $wanted will look."
    elif "$program" -G plugins 2>/dev/null | grep -q '^adjoin\.so'; then
        echo "$(basename -- "$program") lists the plugin. In Wireshark: Help > About > Plugins."
    else
        echo "But $program doesn't list the plugin; it says:"
        "$program" -G plugins 2>&1 >/dev/null | sed 's/^/  /'
    fi
    if [ "$scope" = personal ] && [ -e "$(ask 'Global Plugins')/epan/adjoin.so" ]; then
        echo "There is one for all users too: $(ask 'Global Plugins')/epan/adjoin.so. Remove one of them."
    fi
    if [ -d "$here/profile" ] && [ -n "$settings" ]; then
        echo "The profile: in Wireshark, Edit > Configuration Profiles > adjoin."
    fi
    case ":$PATH:" in
    *":$commands:"*) ;;
    *) echo "$commands is not on your PATH: type the whole name, or add it." ;;
    esac
    echo "To remove all of it: sh $record/uninstall.sh$system_option"
}

main() {
    scope=personal
    case $* in
    '') ;;
    --system) scope=system ;;
    -h | --help)
        printf '%s\n' "$usage"
        exit 0
        ;;
    *)
        printf '%s\n' "$usage" >&2
        exit 2
        ;;
    esac
    here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
    read -r wanted <"$here/wireshark-version"
    if [ "$scope" = personal ] && [ "$(id -u)" -eq 0 ]; then
        echo "Run by root, Wireshark ignores personal plugins without a word; so this installs for all users."
        scope=system
    fi
    system_option=
    if [ "$scope" = system ]; then
        system_option=' --system'
    else
        : "${HOME:?not installed: HOME is not set}"
    fi
    find_wireshark
    check_version
    version=$("$here/adjoin" --version 2>&1) || fail "the programs of this package don't run on this machine:
$version"
    find_folders

    umask 022
    list=$(mktemp)
    trap undo EXIT
    # What an earlier version put elsewhere would stay for ever.
    if [ -e "$record/installed" ]; then
        sh "$here/uninstall.sh" --record "$record/installed" >/dev/null
    fi
    echo "$version for Wireshark $wanted:"
    place "$here/adjoin.so" "$plugins/epan/adjoin.so" 644
    place "$here/adjoin" "$commands/adjoin" 755
    if [ -d "$here/profile" ] && [ -n "$settings" ]; then
        place_profile
    fi
    place "$here/uninstall.sh" "$record/uninstall.sh" 755
    # macOS marks what was downloaded, and then refuses to load it.
    if command -v xattr >/dev/null 2>&1; then
        xattr -d com.apple.quarantine "$plugins/epan/adjoin.so" "$commands/adjoin" 2>/dev/null || true
    fi
    cp -- "$list" "$record/installed"
    : >"$list"
    say_the_rest
}

main "$@"
