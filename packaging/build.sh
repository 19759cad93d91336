#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# build.sh DIRECTORY: the Debian packages and the RPM for dom0, from what git has, into DIRECTORY; and what lintian and
# rpmlint say of them, which must be nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=$(realpath -m "$1")
readonly out
version=$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)
readonly version
work=$out/work
rm -rf "$out"
mkdir -p "$work"
# debhelper gives the build a home of its own; the compiler's cache shall be found all the same.
export CCACHE_DIR=${CCACHE_DIR:-$(ccache --get-config cache_dir)} CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$work SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)

git -c tar.umask=0022 archive --prefix="qpkg-$version/" --output="$work/qpkg-$version.tar.gz" HEAD
tar -C "$work" -xf "$work/qpkg-$version.tar.gz"

make_debian_packages() (
    cd "$work/qpkg-$version"
    mv packaging/debian debian
    dpkg-buildpackage --build=binary --no-sign --no-pre-clean >"$out/deb.log" 2>&1 || { tail -n 40 "$out/deb.log"; return 1; }
    mv ../*.deb "$out"
)

make_rpm() {
    # The libraries are Debian's here, so rpm cannot know that they are there.
    rpmbuild -bb --nodeps --define "_topdir $work/rpm" --define "_sourcedir $work" --define "_prefix /usr" \
        --define "_libexecdir /usr/libexec" --define "_sharedstatedir /var/lib" --define "debug_package %{nil}" \
        --define "qpkg_cmake_options -DCMAKE_CXX_COMPILER_LAUNCHER=ccache" packaging/rpm/qpkg-dom0.spec \
        >"$out/rpm.log" 2>&1 || { tail -n 40 "$out/rpm.log"; return 1; }
    mv "$work"/rpm/RPMS/*/*.rpm "$out"
}

make_debian_packages
make_rpm
rm -rf "$work"
echo "lintian:"
lintian --allow-root --fail-on error,warning "$out"/*.deb
echo "rpmlint:"
rpmlint --config packaging/rpm/rpmlint.toml "$out"/*.rpm packaging/rpm/*.spec
(cd "$out" && sha256sum -- *.deb *.rpm)
