#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A composed volume of real applications against a volume for each, and against mkfs.erofs over all of them; and what an
# update of one of them costs then. On an XFS of its own, warm cache, median of several runs.
# usage: composed.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$PATH:/usr/sbin:/sbin

readonly rounds=${1:-5}
build_directory=$(dirname "${QPKG_BIN_DIR:-$PWD/build/release/bin}")
readonly build_directory
readonly bench=$build_directory/bin/bench-volumes
readonly apps=(firefox-esr libreoffice-writer git openssl)
. tests/support/real_trees.sh

((EUID == 0)) || { echo "composed.sh: mounting file systems needs root" >&2; exit 1; }
cmake --build "$build_directory" --target bench-volumes >/dev/null

scratch=$(mktemp -d "${QPKG_TEST_DIR:-/var/tmp}/qpkg-bench.XXXXXX")
readonly disk=$scratch/disk
readonly store=$disk/store volumes=$disk/volumes
trap 'unmount "$disk"; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

for app in "${apps[@]}"; do
    make_real_tree "$scratch/trees/$app" "$app"
done
truncate -s 8G "$scratch/image"
mkfs.xfs -q "$scratch/image"
mkdir "$disk"
mount -o loop "$scratch/image" "$disk"

commit() { "$bench" commit "$store" "$1" 2>/dev/null | cut -d ' ' -f 1; }
compose() { "$bench" compose "$store" "$volumes" "$@" 2>/dev/null; }
separate() { for one; do "$bench" build "$store" "$volumes" "$one" 2>/dev/null; done; }
used_kib() { sync -f "$disk"; df --output=used -k "$disk" | tail -n 1; }

commits=()
for app in "${apps[@]}"; do
    commits+=("$(commit "$scratch/trees/$app")")
done
echo "an update" >"$scratch/trees/git/usr/share/updated"
updated=("${commits[@]}")
updated[2]=$(commit "$scratch/trees/git")

# row LABEL COMMAND...: milliseconds (median), as a ratio to the first row, and MiB of disk.
row() {
    local label=$1 times=() start before i
    shift
    for ((i = 0; i < rounds; i++)); do
        rm -rf "$volumes" "$disk/made"
        sync -f "$disk"
        sleep 0.5 # XFS frees extents in the background
        before=$(used_kib)
        start=${EPOCHREALTIME/./}
        "$@" >"$scratch/output" 2>&1
        times+=($(((${EPOCHREALTIME/./} - start) / 1000)))
    done
    local time
    time=$(printf '%s\n' "${times[@]}" | sort -n | sed -n "$(((rounds + 1) / 2))p")
    first=${first:-$time}
    printf '  %-44s %6s ms %6s × %6s MiB\n' "$label" "$time" "$(awk "BEGIN { printf \"%.2f\", $time / $first }")" \
        "$((($(used_kib) - before) / 1024))"
}

echo "${apps[*]}: $(find "$scratch/trees" ! -type d | wc -l) files, $(du -sm "$scratch/trees" | cut -f 1) MiB"
row "a volume for each" separate "${commits[@]}"
row "one composed volume" compose "${commits[@]}"
row "the composed volume after an update of one" compose "${updated[@]}"
row "mkfs.erofs over all" mkfs.erofs "$disk/made" "$scratch/trees"
