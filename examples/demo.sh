#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The whole story on real packages: from Debian's archive to programs that run in two qubes. Needs root, a network, and the
# programs of `./dev build`. Everything happens on a disk of its own, an XFS in a sparse file, because sharing needs a file
# system with reflink; disk and file are gone afterwards, also after Ctrl-C.
set -euo pipefail

source_directory=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly source_directory
readonly apps=(firefox-esr keepassxc git)

# In a mount namespace of its own, so that nothing stays mounted whatever happens.
if [[ -z ${QPKG_DEMO_INSIDE:-} ]]; then
    if ((EUID != 0)); then
        echo "examples/demo.sh: needs root: it mounts volumes" >&2
        exit 1
    fi
    export QPKG_DEMO_INSIDE=1
    exec unshare --mount "${BASH_SOURCE[0]}" "$@"
fi

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

# Shows a command, runs it.
run() {
    printf '$ %s\n' "$*"
    "$@"
}

make_disk() {
    scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/qpkg-demo.XXXXXX")
    trap 'cd /; umount "$scratch/disk" 2>/dev/null; rm -rf "$scratch"' EXIT
    truncate -s 24G "$scratch/image"
    mkfs.xfs -q -m reflink=1 "$scratch/image"
    mkdir "$scratch/disk"
    mount -o loop "$scratch/image" "$scratch/disk"
    cd "$scratch/disk"
    export QPKG_ROOT=$scratch/disk/qpkg PATH=$source_directory/build/bin:$PATH
}

build_and_publish() {
    say "A base, and modules from Debian's own packages"
    run qpkg base build debian-12
    run qpkg key new --out keys --no-passphrase
    local app
    for app in "${apps[@]}"; do
        run qpkg build --from "deb:$app" --base debian-12 --out out
    done

    say "Published as static files, and trusted by the fingerprint of their root"
    run qpkg publish out/* --repo site --keys keys
    run qpkg repo add demo site --yes
}

install_into_qubes() {
    say "Two qubes, three apps"
    run qpkg qube create work --base debian-12
    run qpkg qube create personal --base debian-12
    run qpkg install "${apps[@]}" --into work --yes
    run qpkg install firefox-esr --into personal --yes
    run qpkg list
}

use_the_apps() {
    say "Each app runs in its own view"
    run qpkg run work -- firefox-esr --version
    run qpkg run work -- git --version
    run qpkg run personal -- firefox-esr --version
    printf '$ qpkg run personal -- git --version\n'
    local status=0
    qpkg run personal -- git --version || status=$?
    echo "exit $status: git is in work, not in personal"
    [[ $status -eq 127 ]]
}

# A line for each volume: name, inode, SHA-256 of the whole image.
fingerprints() {
    local volume
    for volume in "$QPKG_ROOT"/volumes/*.erofs; do
        printf '%s %s %s\n' "$(basename "$volume" .erofs)" "$(stat -c %i "$volume")" "$(sha256sum <"$volume" | cut -d' ' -f1)"
    done
}

upgrade_one_app() {
    say "A new release of git, with a pager; nothing else moves"
    fingerprints >before
    run qpkg build "$source_directory/examples/git-with-pager" --out next
    run qpkg publish next/* --repo site --keys keys
    run qpkg upgrade --in work --yes
    run qpkg run work -- less --version
    fingerprints >after

    if ! comm -23 <(sort before) <(sort after) | diff - /dev/null; then
        echo "a volume that was there has changed" >&2
        return 1
    fi
    echo "every volume that was there is what it was (name, inode, SHA-256 of the image):"
    comm -12 <(sort before) <(sort after) | cut -c 1-100
    echo "new:"
    comm -13 <(sort before) <(sort after) | cut -c 1-100
}

look_back() {
    say "Who has what, and what it costs"
    run qpkg history work
    run qpkg verify
    run qpkg du
}

make_disk
build_and_publish
install_into_qubes
use_the_apps
upgrade_one_app
look_back
