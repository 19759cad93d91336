#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What it costs to ask every qube for a package: see exposure.py.
# usage: exposure.sh [APPS] [QUBES]
set -euo pipefail
cd "$(dirname "$0")/../.."

programs=${QPKG_BIN_DIR:-$PWD/build/release/bin}
cmake --build "$(dirname "$programs")" --target make-module >/dev/null
((EUID == 0)) || { echo "exposure.sh: making qubes needs root" >&2; exit 1; }
exec python3 -B tests/bench/exposure.py "$programs" "${1:-200}" "${2:-50}"
