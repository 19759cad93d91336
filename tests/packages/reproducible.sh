#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds modules from Debian's packages three times: here and now; years later on XFS; years earlier on btrfs. Each file
# system lists a directory in an order of its own, and each build has another directory. Commit and volume must be equal.
# QPKG_BASE_ROOT: a state directory that has the base already; saves building it.
# With QPKG_SENSITIVE=1 the last build gets one other byte, and the comparison must fail.
# usage: reproducible.sh BIN-DIRECTORY APP...
set -euo pipefail

readonly bin=$1
shift
readonly apps=("$@")
source_directory=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly source_directory
readonly later=1924988400 earlier=1704067200 # 2031-01-01 and 2024-01-01

# In a mount namespace of its own, so that nothing stays mounted whatever happens.
if [[ -z ${QPKG_TEST_INSIDE:-} ]]; then
    QPKG_TEST_INSIDE=1 exec unshare --mount "${BASH_SOURCE[0]}" "$bin" "${apps[@]}"
fi

scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/qpkg-reproducible.XXXXXX")
trap 'cd /; umount "$scratch"/{xfs,btrfs} 2>/dev/null; rm -rf "$scratch"' EXIT

libfaketime() {
    local path
    for path in /usr/lib/*-linux-gnu/faketime/libfaketime.so.1; do
        [[ -e $path ]] && echo "$path" && return
    done
    echo "reproducible.sh: libfaketime is not installed" >&2
    return 1
}

make_disks() {
    local kind
    for kind in xfs btrfs; do
        truncate -s 12G "$scratch/$kind.image"
        "mkfs.$kind" -q "$scratch/$kind.image" >/dev/null
        mkdir "$scratch/$kind"
        mount -o loop "$scratch/$kind.image" "$scratch/$kind"
    done
}

# "<commit> <volume root>" of a finished build.
identity() {
    python3 -c 'import json, sys; m = json.load(open(sys.argv[1])); print(m["ostree"]["commit"], m["volume"]["root"])' "$1/manifest.json"
}

# build_elsewhere FILE-SYSTEM SECONDS APP RECIPE LOCK
build_elsewhere() {
    "$bin/build-at" "$scratch/$1/a/longer/path/root" "$2" "$library" "$4" "$scratch/$1/out-$3" "$5" >/dev/null
}

library=$(libfaketime)
make_disks
export QPKG_ROOT=$scratch/here
if [[ -n ${QPKG_BASE_ROOT:-} ]]; then
    cp -a "$QPKG_BASE_ROOT" "$QPKG_ROOT"
else
    "$bin/qpkg" --quiet base build debian-12 >/dev/null
fi
for kind in xfs btrfs; do
    mkdir -p "$scratch/$kind/a/longer/path"
    cp -a "$QPKG_ROOT" "$scratch/$kind/a/longer/path/root"
done

failed=0
for app in "${apps[@]}"; do
    recipe=$source_directory/examples/$app
    "$bin/qpkg" --quiet build "$recipe" --out "$scratch/out" >/dev/null
    id=$(sed -n 's/^id = "\(.*\)"$/\1/p' "$recipe/module.toml")
    lock=$scratch/out/$id/module.lock
    other=$recipe
    if [[ -n ${QPKG_SENSITIVE:-} ]]; then
        other=$scratch/other-$app
        mkdir "$other"
        sed 's/^commands = .*//; s/^desktop = .*//; s/^\[exports\]/[exports]\ncommands = []/' "$recipe/module.toml" >"$other/module.toml"
    fi
    build_elsewhere xfs "$later" "$app" "$recipe" "$lock"
    build_elsewhere btrfs "$earlier" "$app" "$other" "$lock"
    here=$(identity "$scratch/out/$id")
    for kind in xfs btrfs; do
        there=$(identity "$scratch/$kind/out-$app/$id")
        if [[ $here == "$there" ]]; then
            echo "same      $app on $kind: commit ${here% *}, volume ${here#* }"
        else
            echo "DIFFERENT $app on $kind: $here here, $there there"
            failed=1
        fi
        rm -rf "$scratch/$kind/out-$app"
    done
    rm -rf "$scratch/out/$id"
done
exit $failed
