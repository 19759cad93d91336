#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every source file is as clang-format leaves it; `./dev fmt` puts it right.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

find cli include repo-format signing src tests -name '*.[ch]pp' -print0 |
    xargs -0 clang-format-14 --dry-run --Werror
