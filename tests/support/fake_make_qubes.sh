#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Two programs of Qubes for tests of qpkg.Make. As qrexec-client, in dom0, it runs the service of the qube that publishes. As
# qrexec-client-vm, in that qube, it is a disposable that builds: it says what lies in $QPKG_FAKE_BUILDS/1, then /2, and
# notes what it was asked.
set -euo pipefail
if [[ $1 == -d ]]; then
    [[ $2 == qpkg-publisher && $3 == "user:QUBESRPC qpkg.Make+ dom0" ]] || exit 1
    exec env QPKG_QREXEC_CLIENT_VM="$0" "$QPKG_FAKE_SERVICE"
fi
[[ $1 == @dispvm:qpkg-build && $2 == qpkg.Build ]] || exit 1
cat >>"$QPKG_FAKE_BUILDS/asked"
if mkdir "$QPKG_FAKE_BUILDS/came" 2>/dev/null; then build=1; else build=2; fi
if [[ -e $QPKG_FAKE_BUILDS/endless ]]; then exec yes; fi
exec cat "$QPKG_FAKE_BUILDS/$build"
