#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# linked.sh dom0|full|release BIN: what the built programs are made of, as ldd and readelf see them.
set -euo pipefail
# grep after a pipe is never -q here: it would end the other side early, which pipefail takes for a failure.
readonly kind=$1 bin=$2
failed=0

complain() {
    echo "$1"
    failed=1
}

# All that the loader brings, with what libraries bring themselves.
loaded() { ldd "$1" 2>/dev/null | sed -n 's/^[[:space:]]*\([^ /]*\)\.so.*/\1/p'; }

# dom0 reads no archive, opens no connection, builds and inflates nothing; objects of OSTree it reads and writes itself.
readonly dom0_loads='linux-vdso|libc|libm|libgcc_s|libstdc\+\+|libcrypto|libsodium|libsqlite3|libfmt|libspdlog'
check_dom0() {
    local library
    for library in $(loaded "$1" | grep -Ev "^($dom0_loads)$"); do
        complain "$1 loads $library"
    done
}

# libostree stays the engine of who builds, publishes and mirrors.
check_full() {
    if [[ ${1##*/} == qpkg ]] && ! loaded "$1" | grep '^libostree-1$' >/dev/null; then
        complain "$1 does not load libostree"
    fi
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
    full) check_full "$program" ;;
    release) check_release "$program" ;;
    esac
done
echo "checked ${#programs[@]} programs for $kind: ${programs[*]##*/}"
[[ -x $bin/qpkg ]] || complain "there is no program $bin/qpkg"
exit "$failed"
