#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What an upgrade costs on the road: the static delta beside the objects one by one, the packages themselves and zstd
# with the old file as dictionary. Pairs are two states of the running distribution: its release with and without its
# security archive, or that archive preferred, which after a point release holds the older versions.
# usage: deltas.sh [APP...]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$PATH:/usr/sbin:/sbin

readonly bin=${QPKG_BIN_DIR:-$PWD/build/release/bin}
. tests/support/real_trees.sh

cmake --build "$(dirname "$bin")" --target qpkg make-module >/dev/null
scratch=$(mktemp -d "${QPKG_TEST_DIR:-/var/tmp}/qpkg-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# The older state of each app, as apt preferences.
older_state() {
    local priority=900
    case $1 in openssl | firefox-esr) priority=-1 ;; esac
    printf 'Package: *\nPin: release l=Debian-Security\nPin-Priority: %s\n' "$priority"
}

older_packages() {
    local preferences=$scratch/$1.preferences
    older_state "$1" >"$preferences"
    download_closure "$1-older" -o "Dir::Etc::preferences=$preferences" "$1"
}

# Without what a minimal root has, whatever its version.
beyond_base() {
    local path
    while read -r path; do
        grep -qxF "$(basename "$path" | cut -d_ -f1)" "$scratch/base-names" || echo "$path"
    done
}

bytes_of() { xargs -r -d '\n' stat -c %s | awk '{ sum += $1 } END { print sum + 0 }'; }
seconds_since() { awk "BEGIN { printf \"%.1f\", (${EPOCHREALTIME/./} - $1) / 1e6 }"; }
percent() { awk "BEGIN { printf \"%.1f %%\", 100 * $1 / $2 }"; }
row() { printf '  %-46s %12s bytes %9s %s\n' "$1" "$2" "$(percent "$2" "$changed")" "${3:-}"; }

make_world() {
    python3 -B - "$scratch/world" "$bin" <<'PY'
import sys
sys.path.insert(0, "tests/support")
from small_world import SmallWorld
import pathlib
pathlib.Path(sys.argv[1]).mkdir()
world = SmallWorld(sys.argv[1], sys.argv[2])
world.make_base()
world.make_keys()
world.must("qube", "create", "work", "--base", "debian-12")
PY
    export QPKG_ROOT=$scratch/world/root
}

# publish APP VERSION: the tree of that name, timed.
publish() {
    "$bin/make-module" "$QPKG_ROOT" debian-12 "org.debian.$1" "$2" "$scratch/$1/$2" "$scratch/out"
    "$bin/qpkg" --quiet publish "$scratch/out/org.debian.$1" --repo "$scratch/world/site" --keys "$scratch/world/keys" \
        --deltas 1 >/dev/null
}

measure() {
    local app=$1 changed began made applied row
    older_packages "$app" | beyond_base | sort >"$scratch/older"
    download_closure "$app" "$app" | beyond_base | sort >"$scratch/newer"
    comm -13 <(xargs -n 1 basename <"$scratch/older" | sort) <(xargs -n 1 basename <"$scratch/newer" | sort) |
        while read -r name; do grep -F "/$name" "$scratch/newer"; done >"$scratch/changed"
    mkdir -p "$scratch/$app"
    unpack_closure "$scratch/$app/older" <"$scratch/older"
    unpack_closure "$scratch/$app/newer" <"$scratch/newer"
    make_normal "$scratch/$app/older"
    make_normal "$scratch/$app/newer"
    changed=$(bytes_of <"$scratch/changed")

    publish "$app" older
    if [[ ! -e $scratch/added ]]; then
        "$bin/qpkg" --quiet repo add bench "$scratch/world/site" --yes >/dev/null
        touch "$scratch/added"
    fi
    "$bin/qpkg" --quiet install "org.debian.$app" --into work --yes >/dev/null
    began=${EPOCHREALTIME/./}
    publish "$app" newer
    made=$(seconds_since "$began")
    began=${EPOCHREALTIME/./}
    "$bin/qpkg" --quiet upgrade "org.debian.$app" --in work --yes --json >"$scratch/upgrade.json"
    applied=$(seconds_since "$began")

    read -r -a row < <(python3 -B tests/bench/delta_sizes.py "$scratch/world/site" "$app" "$scratch/upgrade.json")
    echo "$app: $(wc -l <"$scratch/changed") of $(wc -l <"$scratch/newer") packages changed, $changed of" \
        "$(bytes_of <"$scratch/newer") bytes of packages"
    row "the changed packages" "$changed"
    row "objects one by one" "${row[1]}"
    row "static delta" "${row[0]}" "published in $made s, upgraded in $applied s, ${row[2]} bytes transferred"
    row "zstd -19 --patch-from, file by file" \
        "$(python3 -B tests/bench/patch_from.py "$scratch/$app/older" "$scratch/$app/newer")"
    "$bin/qpkg" --quiet verify >/dev/null
    rm -rf "${scratch:?}/$app"
}

download_closure base '?essential' '?priority(required)' apt | xargs -n 1 basename | cut -d_ -f1 >"$scratch/base-names"
make_world
apps=("$@")
if ((${#apps[@]} == 0)); then
    apps=(openssl git firefox-esr libreoffice-writer)
fi
for app in "${apps[@]}"; do
    measure "$app"
done
