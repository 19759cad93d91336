#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# qrexec-client for tests of qpkg.Fetch: runs the service as another user, in a network namespace of its own. A file
# $QPKG_FAKE_QREXEC/answer is what a hostile qube says instead; asked is what it was asked.
set -euo pipefail
[[ $1 == -d && $3 == "user:QUBESRPC qpkg.Fetch+"*" dom0" ]] || exit 1
argument=${3#*+}
argument=${argument%% *}
if [[ -e $QPKG_FAKE_QREXEC/answer ]]; then
    cat >"$QPKG_FAKE_QREXEC/asked"
    printf '\033[2Jall is well\n' >&2
    exec cat "$QPKG_FAKE_QREXEC/answer"
fi
exec unshare --net setpriv --reuid=65534 --regid=65534 --clear-groups -- \
    env -i PATH="$QPKG_FAKE_PATH:$PATH" HOME="$QPKG_FAKE_QREXEC/home" QPKG_FETCH_CONFIG="$QPKG_FAKE_QREXEC/fetch" \
    "$QPKG_FAKE_SERVICE" "$argument"
