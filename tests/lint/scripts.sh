#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every shell script is clean for shellcheck. (debian/rules is make's.)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

{
    printf 'dev\0.ci/run\0'
    find cli examples src tests -name '*.sh' -print0
    find packaging -type f -perm -100 ! -name rules -print0
} | xargs -0 shellcheck --severity=warning
