#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Volumes of real applications: every path in the mounted image but for the list of times equals ostree's checkout,
# fsck.erofs accepts it, the bytes are the same on ext4, btrfs and XFS, and where files are cloned the volumes add little disk.
# usage: real_apps.sh [PACKAGE...]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
. tests/support/real_trees.sh

readonly bench=${QPKG_BIN_DIR:-$PWD/build/bin}/bench-volumes
readonly most_added=3.0 # percent of the size of the four applications together
apps=(firefox-esr keepassxc git gimp)
(($# == 0)) || apps=("$@")

if ((EUID != 0)); then
    echo "skipped: mounting needs root"
    exit 77
fi

scratch=$(mktemp -d "${QPKG_TEST_DIR:-/var/tmp}/qpkg-apps.XXXXXX")
clean_up() {
    local mounted
    for mounted in "$scratch"/volume "$scratch"/disk-*; do
        unmount "$mounted"
    done
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Every path: type, mode, owner, size (of what is no directory), target; then the content of every file.
list() {
    (cd "$1" && find . -mindepth 1 \( -type d -printf '%P d %m %U:%G\n' \) -o -printf '%P %y %m %U:%G %s %l\n' | sort)
    (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

used_kib() {
    sync -f "$1"
    df --output=used -k "$1" | tail -n 1
}

compare_with_checkout() {
    local disk=$1 commit=$2 image=$3
    rm -rf "$scratch/checkout"
    ostree checkout --repo="$disk/store" "$commit" "$scratch/checkout"
    rm "$scratch/checkout/usr/lib/qpkg/times" # volumes leave it out
    rmdir "$scratch/checkout/usr/lib/qpkg"
    mkdir -p "$scratch/volume"
    mount -t erofs -o loop,ro "$image" "$scratch/volume"
    list "$scratch/checkout" >"$scratch/expected"
    list "$scratch/volume" >"$scratch/found"
    unmount "$scratch/volume"
    cmp "$scratch/expected" "$scratch/found" || fail "$image differs from ostree's checkout"
    wc -l <"$scratch/expected"
}

declare -A root_of
for app in "${apps[@]}"; do
    make_real_tree "$scratch/trees/$app" "$app"
done

for type in xfs btrfs ext4; do
    truncate -s 12G "$scratch/$type.image"
    "mkfs.$type" -q "$scratch/$type.image" >/dev/null 2>&1
    disk=$scratch/disk-$type
    mkdir "$disk"
    mount -o loop "$scratch/$type.image" "$disk"
    declare -A commit_of=()
    total=0
    for app in "${apps[@]}"; do
        read -r commit _ size < <("$bench" commit "$disk/store" "$scratch/trees/$app" 2>/dev/null)
        commit_of[$app]=$commit
        total=$((total + size))
    done
    before=$(used_kib "$disk")
    for app in "${apps[@]}"; do
        read -r root _ < <("$bench" build "$disk/store" "$disk/volumes" "${commit_of[$app]}" 2>/dev/null)
        [[ ${root_of[$app]:=$root} == "$root" ]] || fail "$app on $type is $root, on another file system ${root_of[$app]}"
        "$bench" verify "$disk/store" "$disk/volumes" "$root" 2>/dev/null || fail "$app on $type does not verify"
    done
    added=$((($(used_kib "$disk") - before) * 1024))
    percent=$(awk "BEGIN { printf \"%.2f\", 100 * $added / $total }")
    echo "$type: ${#apps[@]} volumes of $((total >> 20)) MiB added $((added >> 20)) MiB ($percent %)"
    if [[ $type != ext4 && $# -eq 0 ]]; then
        awk "BEGIN { exit !($percent <= $most_added) }" || fail "more than $most_added %"
    fi
    if [[ $type == xfs ]]; then
        for app in "${apps[@]}"; do
            image=$disk/volumes/${root_of[$app]}.erofs
            fsck.erofs "$image" >/dev/null || fail "fsck.erofs refuses $app"
            lines=$(compare_with_checkout "$disk" "${commit_of[$app]}" "$image")
            echo "$app: ${root_of[$app]}: $lines lines, 0 differences"
        done
    fi
    unmount "$disk"
    rm "$scratch/$type.image"
done
echo "all volumes are the same bytes on XFS, btrfs and ext4"
