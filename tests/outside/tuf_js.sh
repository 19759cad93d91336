#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints the directory that holds node_modules with tuf-js, installed once and kept outside the tree.
set -euo pipefail

# The newest that Debian 12's node runs.
readonly package=tuf-js@3.1.0
readonly kept=${XDG_CACHE_HOME:-$HOME/.cache}/qpkg/tuf-js

if [[ ! -d $kept ]]; then
    mkdir -p "$(dirname "$kept")"
    rm -rf "$kept.new"
    npm install --prefix "$kept.new" --no-audit --no-fund --ignore-scripts "$package" >"$kept.log" 2>&1 || {
        tail -n 30 "$kept.log" >&2
        exit 1
    }
    mv "$kept.new" "$kept"
fi
echo "$kept"
