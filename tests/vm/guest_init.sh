#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# /init of the test machines: kernel modules, then the base volume as root where there is one, then guest_serve.sh or
# systemd.
export PATH=/usr/bin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do
    case $(cat /proc/cmdline) in
    *test.no-verity*)
        case $module in dm-*) continue ;; esac
        ;;
    esac
    insmod "/lib/modules/$module" || echo "insmod $module failed"
done </lib/modules/order

# Xen's disks have no serial number: there it is the first one.
find_base() {
    if [ -b /dev/xvda ]; then
        echo /dev/xvda
    fi
    for disk in /sys/block/vd*; do
        if [ "$(cat "$disk/serial" 2>/dev/null)" = qpkg-base ]; then
            echo "/dev/${disk##*/}"
        fi
    done
}

case $(cat /proc/cmdline) in
*test.base*)
    tries=0
    until base=$(find_base) && [ -n "$base" ] || [ $tries -gt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    mount -t erofs -o ro "$base" /newroot
    next='/bin/sh /run/guest_serve.sh'
    case $(cat /proc/cmdline) in
    *test.systemd* | *test.dom0*)
        # What Debian's programs write to their root a tmpfs takes.
        mkdir /changes
        mount -t tmpfs changes /changes
        mkdir /changes/upper /changes/work
        mount -t overlay overlay -o lowerdir=/newroot,upperdir=/changes/upper,workdir=/changes/work /newroot
        ;;
    esac
    case $(cat /proc/cmdline) in *test.systemd*) next=/lib/systemd/systemd ;; esac
    for place in dev proc sys; do
        mount --move "/$place" "/newroot/$place"
    done
    mount -t tmpfs run /newroot/run
    cp /guest_serve.sh /dom0_start.sh /newroot/run
    mkdir -p /newroot/run/systemd/system
    cp /test-shell.service /newroot/run/systemd/system
    # shellcheck disable=SC2086  # a command and its arguments
    exec switch_root /newroot $next
    ;;
*) exec /bin/sh /guest_serve.sh ;;
esac
