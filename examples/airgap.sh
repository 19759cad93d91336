#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# From a publisher to a machine without a network: repository, HTTP mirror, bundle, import, install; then everything that
# goes wrong on such a way. Needs root, a network for Debian's packages, and the programs of `./dev build`. The far machine's
# commands run without any network interface. Everything happens on a disk of its own, which is gone afterwards.
set -euo pipefail

source_directory=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly source_directory

# In a mount namespace of its own, so that nothing stays mounted whatever happens.
if [[ -z ${QPKG_DEMO_INSIDE:-} ]]; then
    if ((EUID != 0)); then
        echo "examples/airgap.sh: needs root: it mounts volumes" >&2
        exit 1
    fi
    export QPKG_DEMO_INSIDE=1
    exec unshare --mount "${BASH_SOURCE[0]}" "$@"
fi

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

# Shows a command, runs it.
run() {
    printf '$ %s\n' "$*"
    "$@"
}

# The machine without a network.
dom0() {
    printf 'dom0$ qpkg %s\n' "$*"
    unshare --net qpkg --root "$scratch/disk/dom0" "$@"
}

# dom0 must refuse with this exit code.
dom0_refuses() {
    local code=$1 status=0
    shift
    dom0 "$@" || status=$?
    echo "exit $status"
    [[ $status -eq $code ]]
}

clean_up() {
    if [[ -n ${server:-} ]]; then
        kill "$server"
        wait "$server" || true
    fi
    cd /
    umount --lazy "$scratch/disk" || true
    rm -rf "$scratch"
}

make_disk() {
    scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/qpkg-demo.XXXXXX")
    trap clean_up EXIT
    truncate -s 12G "$scratch/image"
    mkfs.xfs -q -m reflink=1 "$scratch/image"
    mkdir "$scratch/disk"
    mount -o loop "$scratch/image" "$scratch/disk"
    cd "$scratch/disk"
    mkdir stick
    export QPKG_ROOT=$scratch/disk/publisher PATH=$source_directory/build/bin:$PATH
}

publish_first() {
    say "A publisher: a base, two small apps, a signed repository"
    run qpkg base build debian-12 --quiet
    # dom0 has its base from its own installation medium.
    cp -a --reflink=always publisher dom0
    run qpkg key new --out keys --no-passphrase
    run qpkg build --from deb:hello --base debian-12 --out out
    run qpkg build --from deb:sl --base debian-12 --out out
    run qpkg publish out/* --repo site --keys keys
    fingerprint=$(qpkg key show keys --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["fingerprint"])')
}

mirror_it() {
    say "A mirror, over HTTP"
    python3 -u -m http.server --bind 127.0.0.1 --directory site 0 >server.log 2>&1 &
    server=$!
    until grep -q 'port' server.log; do sleep 0.1; done
    url=http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\).*/\1/p' server.log)
    run qpkg mirror sync "$url" --to mirror --fingerprint "$fingerprint"
    run qpkg mirror verify mirror
}

first_bundle() {
    say "The first bundle, and a machine that has never seen a network"
    run qpkg bundle create --repo mirror --out stick/first.qpkgb
    dom0 repo add demo stick/first.qpkgb --fingerprint "$fingerprint"
    dom0 import stick/first.qpkgb
    dom0 qube create vault --base debian-12
    dom0 install hello --into vault --yes
    dom0 run vault -- hello
}

next_bundle() {
    say "A new release, in a bundle cut to what dom0 lacks, through a pipe"
    dom0 inventory export --out stick/dom0.json
    mkdir recipe
    cat >recipe/module.toml <<'TOML'
[app]
id = "org.debian.hello"
base = "debian-12"
summary = "example package based on GNU hello, and a pager"

[source]
type = "packages"
packages = ["hello", "less"]

[exports]
commands = ["hello", "less"]
TOML
    run qpkg build recipe --out next
    run qpkg publish next/* --repo site --keys keys
    run qpkg mirror sync "$url" --to mirror
    run qpkg bundle create --repo mirror --for stick/dom0.json --out stick/next.qpkgb
    run qpkg bundle inspect stick/next.qpkgb
    printf '$ qpkg bundle send --repo mirror --for stick/dom0.json | qpkg import -\n'
    qpkg bundle send --repo mirror --for stick/dom0.json --quiet | dom0 import -
    dom0 upgrade --yes
    dom0 run vault -- sh -c 'less --version | head -n 1'
}

same_and_older() {
    say "The same bundle again, and an older one: nothing is taken back"
    dom0 import stick/next.qpkgb
    dom0 import stick/first.qpkgb
}

damaged() {
    say "Damaged and cut-off copies change nothing"
    cp stick/next.qpkgb stick/damaged.qpkgb
    printf 'X' | dd of=stick/damaged.qpkgb bs=1 seek=40000 conv=notrunc status=none
    dom0_refuses 6 import stick/damaged.qpkgb
    head -c 50000 stick/next.qpkgb >stick/cut.qpkgb
    dom0_refuses 1 import stick/cut.qpkgb
}

withdrawn() {
    say "A release is withdrawn: a few kilobytes bring the news, what is installed runs on"
    run qpkg publish --withdraw org.debian.sl --repo site --keys keys
    run qpkg mirror sync "$url" --to mirror
    run qpkg bundle create --repo mirror --metadata-only --out stick/news.qpkgb
    dom0 gc --keep 0 --yes
    dom0 import stick/news.qpkgb
    dom0 import stick/first.qpkgb
    dom0_refuses 3 install sl --into vault --yes
}

expired() {
    say "Two months without news: new releases need fresh metadata, what is installed needs none"
    local later
    later=$(echo /usr/lib/*/faketime/libfaketime.so.1)
    LD_PRELOAD=$later FAKETIME=+60d dom0_refuses 5 install sl --into vault --yes
    dom0 run vault -- hello
}

rotated() {
    say "Keys are replaced; what a thief signs with the old ones is taken for older than what is here"
    cp -a site stolen-site
    cp -a keys stolen-keys
    run qpkg key new --out keys --name timestamp-2 --name root-4 --no-passphrase
    local old
    for old in timestamp root-1; do
        local new=timestamp-2 role=timestamp
        if [[ $old == root-1 ]]; then new=root-4 role=root; fi
        local id
        id=$(qpkg key show keys --json | python3 -c 'import json, sys
print(next(key["id"] for key in json.load(sys.stdin)["keys"] if key["name"] == sys.argv[1]))' "$old")
        run qpkg key rotate "$role" --repo site --keys keys --add "keys/$new.key" --remove "$id"
    done
    run qpkg mirror sync "$url" --to mirror
    run qpkg bundle create --repo mirror --metadata-only --out stick/rotated.qpkgb
    dom0 import stick/rotated.qpkgb
    run qpkg publish --withdraw org.debian.hello --repo stolen-site --keys stolen-keys
    run qpkg bundle create --repo stolen-site --metadata-only --out stick/thief.qpkgb
    dom0 import stick/thief.qpkgb
    dom0 search hello --offline
}

make_disk
publish_first
mirror_it
first_bundle
expired
next_bundle
same_and_older
damaged
withdrawn
rotated
say "Everything dom0 has is as it was signed"
dom0 verify
