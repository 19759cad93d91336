#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# How long an import takes beside hashing the same bytes: see bundle.py. On a new file system: ext4 passes by inodes that
# were deleted in the last minutes, one by one, so what a machine did before would be measured, too.
# usage: bundle.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$PATH:/usr/sbin:/sbin

programs=${QPKG_BIN_DIR:-$PWD/build/release/bin}
cmake --build "$(dirname "$programs")" --target make-module >/dev/null
. tests/support/real_trees.sh

((EUID == 0)) || { echo "bundle.sh: mounting a file system needs root" >&2; exit 1; }
scratch=$(mktemp -d "${QPKG_TEST_DIR:-/var/tmp}/qpkg-bench.XXXXXX")
clean_up() {
    unmount "$scratch/disk"
    rm -rf "$scratch"
}
trap clean_up EXIT
truncate -s 8G "$scratch/image"
mkfs.xfs -q "$scratch/image"
mkdir "$scratch/disk"
mount -o loop "$scratch/image" "$scratch/disk"
QPKG_TEST_DIR=$scratch/disk python3 -B tests/bench/bundle.py "$programs" "${1:-3}"
