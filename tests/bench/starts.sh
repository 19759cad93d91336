#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a start in a local qube costs: see starts.py.
# usage: starts.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

programs=${QPKG_BIN_DIR:-$PWD/build/release/bin}
cmake --build "$(dirname "$programs")" --target make-module >/dev/null
((EUID == 0)) || { echo "starts.sh: running programs in qubes needs root" >&2; exit 1; }
exec python3 -B tests/bench/starts.py "$programs"
