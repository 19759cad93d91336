# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Trees of real applications for tests and measurements: a package of the running distribution and everything it depends
# on, unpacked and made as modules are. Packages are kept in the cache between runs.

real_trees_cache=${QPKG_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/qpkg-tests}

# download_closure NAME PACKAGE...: prints the package files, one a line.
download_closure() {
    local name=$1
    shift
    local cache=$real_trees_cache/$name
    mkdir -p "$cache/archives/partial"
    : >"$cache/status"
    if [[ ! -e $cache/complete ]]; then
        apt-get install --download-only --yes --no-install-recommends \
            -o "Dir::State::status=$cache/status" -o "Dir::Cache::archives=$cache/archives" \
            -o Debug::NoLocking=1 -o APT::Sandbox::User=root "$@" >"$cache/log" 2>&1 || {
            tail -n 5 "$cache/log" >&2
            echo "cannot download the closure of $name" >&2
            return 1
        }
        touch "$cache/complete"
    fi
    find "$cache/archives" -maxdepth 1 -name '*.deb' | sort
}

# unpack_closure DIRECTORY < package files
unpack_closure() {
    local package
    mkdir -p "$1"
    while read -r package; do
        dpkg-deb -x "$package" "$1"
    done
}

# make_normal DIRECTORY: owner 0:0, modes 0755 and 0644, as the builder makes them.
make_normal() {
    chown -hR 0:0 "$1"
    find "$1" -type d -exec chmod 0755 {} +
    find "$1" -type f -perm /111 -exec chmod 0755 {} +
    find "$1" -type f ! -perm /111 -exec chmod 0644 {} +
}

# unmount DIRECTORY: the kernel may hold a file system a moment longer, while it lets go of a loop device on it.
unmount() {
    local tries
    mountpoint -q "$1" || return 0
    for tries in {1..50}; do
        umount "$1" 2>/dev/null && return 0
        sleep 0.1
    done
    echo "unmount of $1 failed $tries times" >&2
    umount --lazy "$1"
}

# list_packages PACKAGE: the package files of its closure without that of a minimal root.
list_packages() {
    local base app
    base=$(download_closure base '?essential' '?priority(required)' apt) || return 1
    app=$(download_closure "$1" "$1") || return 1
    comm -23 <(xargs -n 1 basename <<<"$app" | sort) <(xargs -n 1 basename <<<"$base" | sort) |
        sed "s|^|$real_trees_cache/$1/archives/|"
}

# make_real_tree DIRECTORY PACKAGE: what a module of this package holds.
make_real_tree() {
    list_packages "$2" | unpack_closure "$1"
    make_normal "$1"
}
