#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# linked.sh dom0|release BIN: what the built programs are made of, as readelf sees them.
set -euo pipefail
# grep after a pipe is never -q here: it would end the other side early, which pipefail takes for a failure.
readonly kind=$1 bin=$2
failed=0

complain() {
    echo "$1"
    failed=1
}

needed() { readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

# dom0 reads no archive, opens no connection and builds nothing, and there only qubesd speaks to libvirt: none of their
# libraries may be linked directly. It hashes whole objects, and applies no static delta.
check_dom0() {
    local library
    for library in libarchive libcurl libseccomp libvirt libxml2; do
        if needed "$1" | grep "^$library" >/dev/null; then
            complain "$1 links $library"
        fi
    done
    if readelf --dyn-syms -W "$1" | grep 'ostree_repo_static_delta' >/dev/null; then complain "$1 makes or applies static deltas"; fi
}

check_release() {
    local header dynamic symbols
    header=$(readelf -hlW "$1")
    dynamic=$(readelf -dW "$1")
    grep -q 'Type: *DYN' <<<"$header" || complain "$1 is not position independent"
    grep -q 'GNU_RELRO' <<<"$header" || complain "$1 has no read-only relocations"
    if grep -Eq 'GNU_STACK.*RWE' <<<"$header"; then complain "$1 has an executable stack"; fi
    if grep -q 'INTERP' <<<"$header"; then
        grep -Eq 'BIND_NOW|FLAGS.*NOW' <<<"$dynamic" || complain "$1 binds lazily"
        symbols=$(readelf -sW "$1")
        grep -q '__stack_chk_fail' <<<"$symbols" || complain "$1 has no stack protector"
    fi
    if strings -n 12 "$1" | grep 'QPKG_FAULT_' >/dev/null; then complain "$1 has the fault points of test builds"; fi
}

programs=("$bin"/qpkg*)
for program in "${programs[@]}"; do
    case $kind in
    dom0) check_dom0 "$program" ;;
    release) check_release "$program" ;;
    esac
done
echo "checked ${#programs[@]} programs for $kind: ${programs[*]##*/}"
[[ -x $bin/qpkg ]] || complain "there is no program $bin/qpkg"
exit "$failed"
