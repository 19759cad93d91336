#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# How many lines of our own code, without blanks and comments, see bytes from outside when dom0 imports a bundle:
# those before a signature or a hash over these very bytes has matched, and those after it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly before=(
    src/app/incoming.cpp src/app/quarantine.cpp src/app/bundle_file.cpp repo-format/bundle.cpp repo-format/envelope.cpp
    signing/verify.cpp)
readonly after=(
    repo-format/canonical_json.cpp repo-format/fields.cpp repo-format/roles.cpp repo-format/role_fields.cpp
    repo-format/targets.cpp repo-format/time_text.cpp repo-format/manifest.cpp repo-format/exports.cpp
    repo-format/gvariant.cpp repo-format/ostree_objects.cpp repo-format/tree_rules.cpp repo-format/utf8.cpp)

count() {
    cat "$@" | grep -cvE '^[[:space:]]*(//.*)?$'
}

echo "before a signature or hash matched: $(count "${before[@]}") lines in ${#before[@]} files"
echo "after it:                           $(count "${after[@]}") lines in ${#after[@]} files"
