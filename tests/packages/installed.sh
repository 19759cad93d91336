#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# installed.sh DIRECTORY: installs the packages that `./dev package` made into roots of their own, uses them there, removes
# them, and looks for what they left. Needs root and a network.
set -euo pipefail

packages=$(realpath "$1")
readonly packages
if [[ -z ${QPKG_TEST_INSIDE:-} ]]; then
    QPKG_TEST_INSIDE=1 exec unshare --mount "${BASH_SOURCE[0]}" "$packages"
fi
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/qpkg-installed.XXXXXX")
trap 'umount --lazy "$scratch"/debian/{proc,dev} 2>/dev/null; rm -rf --one-file-system "$scratch"' EXIT
readonly debian=$scratch/debian dom0=$scratch/dom0

fail() {
    echo "installed.sh: $*" >&2
    exit 1
}

# nothing_left ROOT: no file of ours, but for what package managers write down.
nothing_left() {
    local left
    left=$(find "$1" -xdev -iname '*qpkg*' ! -path '*/var/lib/dpkg/*' ! -path '*/var/log/*' ! -path '*/var/cache/*' ! -path '*/tmp/*')
    [[ -z $left ]] || fail "left behind: $left"
}

try_debian_packages() {
    local program inside=(chroot "$debian")
    local debs
    debs=$(find "$packages" -name '*.deb' ! -name '*-dbgsym_*' -printf '%p ')
    mmdebstrap --quiet --variant=apt --customize-hook="copy-in $debs /tmp" \
        --customize-hook="chroot \"\$1\" sh -c 'apt-get install -qq -y --no-install-recommends /tmp/*.deb'" \
        bookworm "$debian" </dev/null >"$scratch/apt.log" 2>&1 || { tail -n 20 "$scratch/apt.log"; fail "apt cannot install them"; }
    mount -t proc proc "$debian/proc"
    mount --rbind /dev "$debian/dev"
    "${inside[@]}" qpkg --version
    "${inside[@]}" qpkg key new --out /root/keys --no-passphrase >/dev/null
    [[ $("${inside[@]}" qpkg --json status) == *'"ok": true'* ]] || fail "qpkg status says something else"
    # shellcheck disable=SC2016  # the shell inside expands it
    "${inside[@]}" bash -c '. /usr/share/bash-completion/completions/qpkg; COMP_WORDS=(qpkg inst); COMP_CWORD=1; _qpkg
        [[ ${COMPREPLY[*]} == install ]]' || fail "bash completes nothing"
    [[ -e $debian/usr/share/zsh/vendor-completions/_qpkg ]] || fail "nothing for zsh"
    [[ -e $debian/usr/share/fish/vendor_completions.d/qpkg.fish ]] || fail "nothing for fish"
    # A small base and a qube: the agent that qpkg brings composes it.
    tar -C "$debian" --exclude=./proc --exclude=./dev --exclude=./tmp -cf "$scratch/base.tar" ./bin ./sbin ./lib ./lib64 \
        ./usr/bin ./usr/lib ./etc ./opt
    cp "$scratch/base.tar" "$debian/root/"
    "${inside[@]}" qpkg --yes --quiet base import /root/base.tar --id debian-12 >/dev/null
    "${inside[@]}" qpkg --quiet qube create work --base debian-12 >/dev/null
    for program in qpkg-agent qpkg-run; do
        [[ -x $debian/usr/libexec/qpkg/$program ]] || fail "no $program"
    done
    [[ -e $debian/usr/lib/systemd/system/sysinit.target.wants/qpkg-agent.service ]] || fail "the agent does not start"
    [[ -x $debian/etc/qubes-rpc/qpkg.Refresh && -x $debian/etc/qubes-rpc/qpkg.Fetch ]] || fail "qrexec services"
    # What a template answers dom0: its packages and files.
    printf '#!/bin/sh\necho minimal\n' >"$debian/usr/bin/qubesdb-read"
    chmod +x "$debian/usr/bin/qubesdb-read"
    "${inside[@]}" /etc/qubes-rpc/qpkg.Describe >"$scratch/described"
    [[ $(head -n 1 "$scratch/described") == "qpkg-root 1 minimal" ]] || fail "qpkg.Describe names another"
    grep -q "^package"$'\t'"base-files"$'\t' "$scratch/described" || fail "qpkg.Describe tells no packages"
    grep -q "^file"$'\t'"/usr/bin/qpkg"$'\t' "$scratch/described" || fail "qpkg.Describe tells no files"
    rm "$debian/usr/bin/qubesdb-read"
    "${inside[@]}" qpkg --yes --quiet qube remove work >/dev/null
    rm -rf "$debian/var/lib/qpkg" "$debian"/root/{keys,base.tar}
    "${inside[@]}" apt-get purge -qq -y qpkg qpkg-agent qpkg-builder qpkg-qubes-fetch >"$scratch/apt.log" 2>&1 ||
        { tail -n 20 "$scratch/apt.log"; fail "apt cannot remove them"; }
    nothing_left "$debian"
    echo "Debian packages: installed, used, removed"
}

try_rpm() {
    local file rpm=(rpm --root "$dom0")
    mkdir -p "$dom0"
    "${rpm[@]}" --initdb
    "${rpm[@]}" --install --nodeps "$packages"/*.rpm
    for file in usr/share/qubes/templates/libvirt/xen-dist.xml etc/qubes/policy.d/30-qpkg.policy usr/bin/qpkg-fetch \
        srv/salt/_modules/ext_module_qpkg.py usr/share/man/man1/qpkg.1.gz usr/share/zsh/site-functions/_qpkg \
        usr/share/fish/vendor_completions.d/qpkg.fish; do
        [[ -e $dom0/$file || -e $dom0/${file%.gz} ]] || fail "no $file"
    done
    # The libraries are those of this machine.
    "$dom0/usr/bin/qpkg" --version
    [[ $("$dom0/usr/bin/qpkg" --root "$scratch/state" --json status) == *'"ok": true'* ]] ||
        fail "qpkg status says something else"
    [[ $("$dom0/usr/bin/qpkg" build x 2>&1) == *'unknown command "build"'* ]] || fail "dom0 has the builder"
    "${rpm[@]}" --erase --nodeps qpkg-dom0
    rm -rf "$dom0"/{usr/lib/sysimage/rpm,var/lib/rpm}
    nothing_left "$dom0"
    echo "RPM: installed, used, removed"
}

try_debian_packages
try_rpm
