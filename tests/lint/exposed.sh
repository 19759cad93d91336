#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# How many lines of our own code, without blanks and comments, see bytes from outside when dom0 imports a bundle:
# those before a signature or a hash over these very bytes has matched, and those after it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly before=(
    src/app/import/incoming.cpp src/app/import/quarantine.cpp src/app/import/bundle_file.cpp repo-format/repo/bundle.cpp repo-format/repo/envelope.cpp
    signing/verify.cpp)
readonly after=(
    repo-format/repo/canonical_json.cpp repo-format/repo/fields.cpp repo-format/repo/roles.cpp repo-format/repo/role_fields.cpp
    repo-format/repo/targets.cpp repo-format/repo/time_text.cpp repo-format/repo/manifest.cpp repo-format/guest/exports.cpp
    repo-format/repo/gvariant.cpp repo-format/repo/ostree_objects.cpp repo-format/repo/tree_rules.cpp repo-format/repo/utf8.cpp)

count() {
    cat "$@" | grep -cvE '^[[:space:]]*(//.*)?$'
}

echo "before a signature or hash matched: $(count "${before[@]}") lines in ${#before[@]} files"
echo "after it:                           $(count "${after[@]}") lines in ${#after[@]} files"
