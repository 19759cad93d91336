#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints the path of an `ostree` that knows ed25519: Debian's source package, built with the option Debian leaves out.
# It is built once per version and kept outside the tree.
set -euo pipefail

version=$(dpkg-query -W -f '${source:Version}' ostree)
readonly version
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/qpkg
readonly kept=$cache/ostree-${version//[^A-Za-z0-9.+~-]/_}/ostree
mkdir -p "$cache"

# This machine's own apt sources, as sources of source packages, in a state directory of our own.
fetch_source() {
    local place=$1 list
    mkdir -p "$place"/{lists,archives}/partial
    : >"$place/list.list"
    for list in /etc/apt/sources.list.d/*.sources; do
        if [[ -e $list ]]; then sed 's/^Types:.*/Types: deb-src/' "$list" >"$place/$(basename "$list")"; fi
    done
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        if [[ -e $list ]]; then sed -n 's/^deb /deb-src /p' "$list" >>"$place/list.list"; fi
    done
    local apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$place"
        -o "Dir::State::lists=$place/lists" -o "Dir::Cache=$place" -o APT::Sandbox::User=root)
    "${apt[@]}" update
    (cd "$place" && "${apt[@]}" source --download-only "ostree=$version")
}

build() {
    local source=$1
    cd "$source"
    # Debian's patches touch what the configure script is made from, and make would want to make it again.
    touch aclocal.m4
    touch configure config.h.in Makefile.in
    ./configure --quiet --disable-shared --enable-static --with-ed25519-libsodium --with-curl --with-crypto=openssl \
        --without-soup --without-gpgme --without-avahi --without-libsystemd --without-libmount --without-selinux \
        --disable-rofiles-fuse --disable-man --disable-gtk-doc --disable-http2 --enable-introspection=no
    make --silent --jobs "$(nproc)" libglnx-config.h ostree
}

if [[ ! -x $kept ]]; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    {
        fetch_source "$scratch"
        dpkg-source --extract "$scratch"/ostree_*.dsc "$scratch/ostree"
        (build "$scratch/ostree")
        strip "$scratch/ostree/ostree"
        mkdir -p "$(dirname "$kept")"
        mv "$scratch/ostree/ostree" "$kept.new"
        mv "$kept.new" "$kept"
    } >"$cache/ostree.log" 2>&1 || {
        tail -n 30 "$cache/ostree.log" >&2
        exit 1
    }
fi
"$kept" --version | grep sign-ed25519 >/dev/null # not -q: it would not wait for all of it
echo "$kept"
