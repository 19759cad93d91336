#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Volumes against the other ways to a usable tree, side by side, on file systems that clone. Warm cache, median of
# several runs. qpkg's times include making the volume durable; those of the others do not.
# usage: volumes.sh [ROUNDS]
set -euo pipefail
shopt -s nullglob
cd "$(dirname "$0")/../.."
export PATH=$PATH:/usr/sbin:/sbin

readonly rounds=${1:-7}
readonly slow_rounds=$(((rounds + 2) / 3))
build_directory=$(dirname "${QPKG_BIN_DIR:-$PWD/build/release/bin}")
readonly build_directory
readonly bench=$build_directory/bin/bench-volumes
readonly apps=(firefox-esr libreoffice-writer)
. tests/support/real_trees.sh

((EUID == 0)) || { echo "volumes.sh: mounting file systems needs root" >&2; exit 1; }
cmake --build "$build_directory" --target bench-volumes >/dev/null

scratch=$(mktemp -d "${QPKG_TEST_DIR:-/var/tmp}/qpkg-bench.XXXXXX")
clean_up() {
    local disk
    for disk in "$scratch"/disk-*; do
        unmount "$disk"
    done
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# median NUMBER...
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

# timed ROUNDS BEFORE COMMAND: median milliseconds of COMMAND, BEFORE runs untimed ahead of each.
timed() {
    local times=() i start
    for ((i = 0; i < $1; i++)); do
        eval "$2" >/dev/null 2>&1
        start=${EPOCHREALTIME/./}
        eval "$3" >"$scratch/output" 2>"$scratch/errors" || { cat "$scratch/errors" >&2; return 1; }
        times+=($(((${EPOCHREALTIME/./} - start) / 100)))
    done
    awk "BEGIN { printf \"%.1f\", $(median "${times[@]}") / 10 }"
}

ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
used_kib() { sync -f "$1"; df --output=used -k "$1" | tail -n 1; }
# added DISK COMMAND: MiB of disk that the command adds.
added() {
    local before
    before=$(used_kib "$1")
    eval "$2" >/dev/null 2>&1
    echo "$((($(used_kib "$1") - before) / 1024))"
}
row() { printf '  %-42s %9s ms %7s × %6s MiB\n' "$1" "$2" "$(ratio "$2" "$checkout")" "$3"; }

# measure FILESYSTEM APP
measure() {
    local disk=$scratch/disk-$1 app=$2 tree=$scratch/trees/$2
    local store=$disk/store volumes=$disk/volumes out=$disk/out
    local commit objects size root image_size shared written metadata
    read -r commit objects size < <("$bench" commit "$store" "$tree" 2>/dev/null)
    read -r root image_size shared written < <("$bench" build "$store" "$volumes" "$commit" 2>"$scratch/memory")
    sync -f "$disk"
    local files
    files=$(find "$tree" ! -type d | wc -l)
    echo "$app on $1: $((size >> 20)) MiB, $files files, $objects objects; image $((image_size >> 20)) MiB," \
        "$((shared >> 20)) MiB of it cloned"

    # XFS frees the extents of what was removed in the background: that is nobody's time here.
    local settle="sync -f $disk; sleep 0.5"
    local forget="rm -rf $volumes $out $out.*; $settle"
    local keep_plan="rm -f $volumes/*.erofs; $settle"
    local anew="$bench build $store $volumes $commit"
    local planned="$bench build $store $volumes $commit $root"
    local stock="ostree checkout -U -H --repo=$store $commit $out"

    # One after the other in every round, so that whatever else the machine does meets both.
    local checkouts=() news=() plans=() i
    for ((i = 0; i < rounds; i++)); do
        checkouts+=("$(timed 1 "$forget" "$stock")")
        news+=("$(timed 1 "$forget" "$anew")")
        plans+=("$(timed 1 "$keep_plan" "$planned")")
    done
    checkout=$(median "${checkouts[@]}")
    local new plan
    new=$(median "${news[@]}")
    plan=$(median "${plans[@]}")
    local memory
    memory=$(sed 's/[^0-9]//g' "$scratch/memory")

    eval "$forget"
    metadata=$((written))
    local clones floor floors=()
    for ((i = 0; i < rounds; i++)); do
        rm -f "$out.floor"
        eval "$settle"
        read -r clones floor < <("$bench" floor "$store" "$commit" "$out.floor" "$metadata" 2>/dev/null)
        floors+=("$floor")
    done
    floor=$(median "${floors[@]}")

    eval "$forget"
    row "qpkg volume, stored plan" "$plan" "$(eval "$anew" >/dev/null 2>&1; eval "$keep_plan"; added "$disk" "$planned")"
    eval "$forget"
    row "qpkg volume" "$new" "$(added "$disk" "$anew")"
    eval "$forget"
    row "ostree checkout -H (no volume)" "$checkout" "$(added "$disk" "$stock")"
    if [[ -z ${QPKG_BENCH_SHORT:-} ]]; then
        rivals "$disk" "$tree" "$out" "$app" "$stock" "$forget" "$settle"
    fi
    printf '  floor: %s clone calls and %s MiB of metadata, nothing made durable: %s ms, %s × checkout;' \
        "$clones" "$((metadata >> 20))" "$floor" "$(ratio "$floor" "$checkout")"
    printf ' qpkg is %s × that, with a plan %s ×\n' "$(ratio "$new" "$floor")" "$(ratio "$plan" "$floor")"
    printf '  peak memory %s MiB; %s ms per 1000 files without a plan, %s ms with\n' "$((memory / 1024))" \
        "$(awk "BEGIN { printf \"%.1f\", 1000 * $new / $files }")" "$(awk "BEGIN { printf \"%.1f\", 1000 * $plan / $files }")"
    judge "$app on $1" "$plan" "$new" "$memory"
    eval "$forget"
}

rivals() {
    local disk=$1 tree=$2 out=$3 app=$4 stock=$5 forget=$6 settle=$7 label command
    eval "$forget"
    eval "$stock"
    tar -C "$tree" -cf "$out.tar" .
    list_packages "$app" >"$scratch/packages"
    while IFS='|' read -r label command; do
        local time
        time=$(timed "$slow_rounds" "rm -rf $out.made; $settle" "$command")
        rm -rf "$out.made"
        row "$label" "$time" "$(added "$disk" "$command")"
    done <<RIVALS
mkfs.erofs $(mkfs.erofs --version 2>&1 | grep -o '[0-9]\.[0-9.]*' | head -n 1)|mkfs.erofs $out.made $out
mksquashfs zstd|mksquashfs $out $out.made -comp zstd -no-progress -noappend
tar -x|mkdir $out.made && tar -C $out.made -xf $out.tar
dpkg -x of the packages|unpack_closure $out.made <$scratch/packages
RIVALS
}

judge() {
    local verdict=held
    awk "BEGIN { exit !($2 <= 0.4 * $checkout && $3 <= 0.8 * $checkout && $4 <= 65536) }" || verdict=MISSED
    [[ $verdict == held ]] || failed=1
    echo "  promised: plan ≤ 0.40 ×, without ≤ 0.80 × of ostree checkout -H, ≤ 64 MiB of memory: $verdict"
    echo
}

failed=0
for app in "${apps[@]}"; do
    make_real_tree "$scratch/trees/$app" "$app"
done
for type in xfs btrfs; do
    truncate -s 6G "$scratch/$type.image"
    "mkfs.$type" -q "$scratch/$type.image"
    mkdir "$scratch/disk-$type"
    mount -o loop "$scratch/$type.image" "$scratch/disk-$type"
    for app in "${apps[@]}"; do
        measure "$type" "$app"
    done
    unmount "$scratch/disk-$type"
done
exit "$failed"
