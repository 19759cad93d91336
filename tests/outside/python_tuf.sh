#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints a directory to put on Python's path: Debian 13's python3-tuf and what only that version of Debian has for it,
# unpacked and kept outside the tree.
set -euo pipefail

readonly packages=(python3-tuf python3-securesystemslib)
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/qpkg
readonly kept=$cache/python-tuf

# The mirror of this machine's own apt, asked for Debian 13, in a state directory of our own.
fetch() {
    local place=$1 mirror
    mkdir -p "$place"/{lists,archives}/partial "$place/tree"
    mirror=$({
        sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources || true
        sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\).*/\2/p' /etc/apt/sources.list || true
    } 2>/dev/null | awk '/\/debian\/*$/ && !found { print; found = 1 }')
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$place/sources.list"
    local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$place/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$place/lists" -o "Dir::Cache=$place" -o APT::Sandbox::User=root)
    "${apt[@]}" update
    (cd "$place" && "${apt[@]}" download "${packages[@]}")
    local package
    for package in "$place"/*.deb; do
        dpkg-deb --extract "$package" "$place/tree"
    done
}

if [[ ! -d $kept ]]; then
    mkdir -p "$cache"
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    fetch "$scratch" >"$cache/python-tuf.log" 2>&1 || {
        tail -n 30 "$cache/python-tuf.log" >&2
        exit 1
    }
    rm -rf "$kept.new"
    mv "$scratch/tree/usr/lib/python3/dist-packages" "$kept.new"
    # The only thing of newer releases of python3-cryptography that is asked for: two names of types.
    cat >"$kept.new/sitecustomize.py" <<'PYTHON'
from cryptography.hazmat.primitives.asymmetric import types

for name in ["PRIVATE_KEY_TYPES", "PUBLIC_KEY_TYPES"]:
    newer = name.title().replace("_", "")
    if not hasattr(types, newer):
        setattr(types, newer, getattr(types, name))
PYTHON
    mv "$kept.new" "$kept"
fi
PYTHONPATH=$kept /usr/bin/python3 -c 'import tuf.ngclient'
echo "$kept"
