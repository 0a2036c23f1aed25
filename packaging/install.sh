#!/bin/sh
# Installs what lies beside it: the adjoin plugin for Wireshark, the `adjoin` command, and the Wireshark
# profile `adjoin` if the package has one. Writes down what it made, for uninstall.sh.
set -eu

usage="usage: ./install.sh [--system]

  --system   for all users, as root: the plugin in Wireshark's own folder, the command in
             \$PREFIX/bin (PREFIX is /usr/local unless it is set)
  otherwise  for you alone, below your home folder

Asks nothing. Files that it didn't make, or that were changed since, are not overwritten: of the profile
they are kept, and another adjoin in its way is a reason to stop. If it stops, all is as it was.
Exit codes: 0 installed, 1 not installed, 2 wrong arguments."

mac_app=/Applications/Wireshark.app/Contents

# Its reason is the last line, below what a tool may have said.
fail() {
    take_back
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

# A file first lies complete beside the place where it belongs. When all of them do, they are renamed: an
# update that fails leaves the earlier version as it was. Below $work:
#   old      the record of the earlier version
#   staged   the files beside their places, NAME.xxxxxx; what they replace is kept as NAME.xxxxxx.old
#   folders  what was made for them
#   record   the new record

note() {
    printf '%s\n' "$1" >>"$work/record"
}

# Whether the earlier version put this file there, and nobody changed it.
is_ours() {
    if [ ! -f "$1" ] || [ -L "$1" ]; then
        return 1
    fi
    # Other names than those of the callers: in sh there is one of each.
    while read -r old_kind old_sum old_size old_path; do
        if [ "$old_kind" = file ] && [ "$old_path" = "$1" ]; then
            [ "$(cksum <"$1")" = "$old_sum $old_size" ]
            return
        fi
    done <"$work/old"
    return 1
}

is_free() {
    if [ -e "$1" ] || [ -L "$1" ]; then
        is_ours "$1"
    fi
}

make_folder() {
    if [ ! -d "$1" ]; then
        make_folder "$(dirname -- "$1")"
        mkdir -- "$1" || fail "the folder $1 can't be made"
        printf '%s\n' "$1" >>"$work/folders"
    fi
}

# stage SOURCE TARGET MODE
stage() {
    make_folder "$(dirname -- "$2")"
    new=$(mktemp "$2.XXXXXX") || fail "$2 can't be written"
    printf '%s\n' "$new" >>"$work/staged"
    { cp -- "$1" "$new" && chmod "$3" "$new"; } || fail "$2 can't be written"
    if [ -e "$2" ]; then
        cp -p -- "$2" "$new.old" || fail "there is no room to replace $2"
    fi
}

# place SOURCE TARGET MODE
place() {
    is_free "$2" || fail "$2 is there already, and no install.sh put it there, or it was
changed since. Remove or rename it, then run this again."
    stage "$@"
    note "file $(cksum <"$1") $2"
}

# Wireshark writes there what the user changes.
place_profile() {
    for file in "$here"/profile/*; do
        target=$settings/profiles/adjoin/$(basename -- "$file")
        if is_free "$target"; then
            place "$file" "$target" 644
        else
            note "kept - - $target"
        fi
    done
}

is_recorded() {
    while read -r _ _ _ recorded; do
        [ "$recorded" != "$1" ] || return 0
    done <"$work/record"
    return 1
}

# What an earlier version put elsewhere would stay for ever.
find_obsolete() {
    while read -r kind sum size path; do
        if [ "$kind" = folder ] && [ -d "$path" ]; then
            printf '%s\n' "folder - - $path" >>"$work/obsolete"
            note "folder - - $path"
        elif [ "$kind" = folder ] || [ ! -e "$path" ] || is_recorded "$path"; then
            continue
        elif is_ours "$path"; then
            printf '%s\n' "$kind $sum $size $path" >>"$work/obsolete"
        else
            note "kept - - $path"
        fi
    done <"$work/old"
}

# A program that runs has its file open, so a new file takes its place.
rename_staged() {
    while read -r new; do
        mv -f -- "$new" "${new%.??????}" || fail "${new%.??????} can't be replaced"
    done <"$work/staged"
}

forget_replaced() {
    while read -r new; do
        rm -f -- "$new.old"
    done <"$work/staged"
    : >"$work/staged"
    : >"$work/folders"
}

# Makes everything as it was.
take_back() {
    [ -n "$work" ] || return 0
    while read -r new; do
        if [ -e "$new" ]; then
            rm -f -- "$new" "$new.old" || true
        elif [ -e "$new.old" ]; then
            mv -f -- "$new.old" "${new%.??????}" || true
        else
            rm -f -- "${new%.??????}" || true
        fi
    done <"$work/staged"
    : >"$work/staged"
    sed '1!G;h;$!d' "$work/folders" | while read -r folder; do
        rmdir -- "$folder" 2>/dev/null || true
    done
    : >"$work/folders"
}

leave() {
    status=$?
    [ "$status" -eq 0 ] || take_back
    rm -rf -- "$work"
    exit "$status"
}

# ---- what remains to be said

say_what_was_done() {
    echo "$version for Wireshark $wanted:"
    while read -r kind _ _ path; do
        case $kind in
        file) printf '  %s\n' "$path" ;;
        kept) printf '  %s\n' "kept as it is, because it was changed or was there before: $path" ;;
        esac
    done <"$work/record"
}

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
    work=
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
    work=$(mktemp -d) || fail "there is no folder for temporary files"
    for file in old staged folders record obsolete; do
        : >"$work/$file"
    done
    trap leave EXIT
    trap 'exit 1' HUP INT TERM
    if [ -e "$record/installed" ]; then
        cp -- "$record/installed" "$work/old" || fail "$record/installed can't be read"
    fi
    place "$here/adjoin.so" "$plugins/epan/adjoin.so" 644
    place "$here/adjoin" "$commands/adjoin" 755
    if [ -d "$here/profile" ] && [ -n "$settings" ]; then
        place_profile
    fi
    place "$here/uninstall.sh" "$record/uninstall.sh" 755
    find_obsolete
    sed 's/^/folder - - /' "$work/folders" >>"$work/record"
    stage "$work/record" "$record/installed" 644
    rename_staged
    forget_replaced
    say_what_was_done
    sh "$here/uninstall.sh" --record "$work/obsolete" >/dev/null ||
        echo "Not all of the earlier version could be removed."
    # macOS marks what was downloaded, and then refuses to load it.
    if command -v xattr >/dev/null 2>&1; then
        xattr -d com.apple.quarantine "$plugins/epan/adjoin.so" "$commands/adjoin" 2>/dev/null || true
    fi
    say_the_rest
}

main "$@"
