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

# The page is drawn by Firefox inside its view, without a screen, and the picture comes out through standard output.
take_a_screenshot() {
    say "A program that draws: Firefox shows a page of the qube"
    qpkg run work -- sh -c 'echo "<h1>Hello from work</h1>" >~/page.html'
    run qpkg run work -- firefox-esr --headless --screenshot /home/user/page.png file:///home/user/page.html
    qpkg run work -- cat page.png >picture.png
    [[ $(head -c 8 picture.png | od -An -tx1) == " 89 50 4e 47 0d 0a 1a 0a" ]]
    echo "page.png: a PNG of $(stat -c %s picture.png) bytes"
}

upgrade_one_app() {
    say "A new release of git, with a pager, for the one qube that has git"
    fingerprints >before
    run qpkg build "$source_directory/examples/git-with-pager" --out next
    run qpkg publish next/* --repo site --keys keys
    run qpkg upgrade --in work --yes
    run qpkg run work -- sh -c 'less --version | head -n 1'
    fingerprints >after
}

look_back() {
    say "What happened, and whether everything is as it was signed"
    run qpkg history work
    run qpkg verify --quiet
}

show_costs() {
    say "What it costs: one app, one volume, shared by the qubes that have it"
    run qpkg du
}

prove_nothing_moved() {
    say "The upgrade of git left every other volume as it was: name, inode, SHA-256 of the image"
    local lost
    lost=$(comm -23 <(sort before) <(sort after))
    if [[ -n $lost ]]; then
        printf 'changed or gone:\n%s\n' "$lost" >&2
        return 1
    fi
    comm -12 <(sort before) <(sort after) | awk '{ printf "unchanged  %.16s…  inode %-10s %.16s…\n", $1, $2, $3 }'
    comm -13 <(sort before) <(sort after) | awk '{ printf "new        %.16s…  inode %-10s %.16s…\n", $1, $2, $3 }'
}

make_disk
build_and_publish
install_into_qubes
use_the_apps
take_a_screenshot
upgrade_one_app
look_back
show_costs
prove_nothing_moved
