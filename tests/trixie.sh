#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# trixie.sh PACKAGE…: builds the programs with Debian 13's compiler and libraries and runs the unit tests there, because
# dom0 is newer than Debian 12. PACKAGE… is what a build and the tests need. The root is made once and kept in
# .cache/trixie.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly cache=$PWD/.cache/trixie
readonly root=$cache/root

make_root() {
    local packages=$*
    if [[ $(cat "$cache/packages" 2>/dev/null) == "$packages" ]]; then
        return
    fi
    rm -rf "$cache"
    mkdir -p "$cache"/{build,ccache}
    mmdebstrap --variant=minbase --include="${packages// /,}" trixie "$root" </dev/null
    mkdir -p "$root"/{source,cache}
    echo "$packages" >"$cache/packages"
}

# Runs in a mount namespace of its own: whatever happens, nothing stays mounted.
enter_root() {
    mount --bind "$PWD" "$root/source"
    mount -o remount,bind,ro "$root/source"
    mount --bind "$cache" "$root/cache"
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/tmp"
    exec chroot "$root" /usr/bin/env -i HOME=/tmp PATH=/usr/sbin:/usr/bin LANG=C.UTF-8 \
        /source/tests/trixie.sh --inside
}

build_and_test() {
    export CCACHE_DIR=/cache/ccache CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
    g++ --version | head -n 1
    echo "libostree $(pkg-config --modversion ostree-1)"
    cmake --preset dev -B /cache/build --log-level=NOTICE
    cmake --build /cache/build --parallel "$(nproc)" --target qpkg unit-tests -- -k 0
    ctest --test-dir /cache/build --output-on-failure --no-tests=error -L '^unit$'
}

case ${1:-} in
--enter) enter_root ;;
--inside) build_and_test ;;
*)
    if ((EUID != 0)); then
        echo "tests/trixie.sh: needs root to make a chroot" >&2
        exit 1
    fi
    make_root "$@"
    unshare --mount --pid --fork tests/trixie.sh --enter
    ;;
esac
