#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# How long an import takes beside hashing the same bytes: see bundle.py.
# usage: bundle.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=${QPKG_BIN_DIR:-$PWD/build/release/bin}
cmake --build "$(dirname "$programs")" --target make-module >/dev/null
exec python3 -B tests/bench/bundle.py "$programs" "${1:-3}"
